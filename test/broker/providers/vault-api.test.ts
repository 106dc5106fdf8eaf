// Ending a login, and asking after a lease: what counts as the word of the vault, and what does not (P8).
import { describe, expect, it } from 'vitest';
import { isDenied, isUnknownToken, openVault } from '../../../broker/providers/vault-api.ts';
import type { UpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { Secret } from '../../../shared/secret.ts';

const UPSTREAM = {
  name: 'vault-prod',
  kind: 'vault',
  url: 'https://vault.example.com',
  audience: 'vault-prod',
  privateNetwork: false,
} as const;

type Given = readonly [status: number, body: string];

const vault = ([status, body]: Given) => {
  const ask: UpstreamFetch = async () => ({ status, headers: {}, body: Buffer.from(body) });
  return openVault(ask, UPSTREAM);
};

const TOKEN = new Secret('hvs.a-login-of-the-broker');
const { signal } = new AbortController();

const denied = (words: string): Given => [403, JSON.stringify({ errors: [words] })];
const DENIED = denied('1 error occurred:\n\t* permission denied\n\n');
const UNKNOWN = denied('2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n');
const LOCKED = denied('API access to this namespace has been locked by an administrator');
const BLOCKED = [403, '<html>Blocked by the firewall</html>'] as const;
const PAGE = [200, '<html>Back soon</html>'] as const;

describe('ending a login', () => {
  it.each<[string, Given]>([
    ['the vault took it', [204, '']],
    ['the vault took it with a warning', [200, '{"request_id":"r","warnings":["soon"]}']],
  ])('is done where %s', async (_when, answer) => {
    await expect(vault(answer).end(TOKEN, signal)).resolves.toBeUndefined();
  });

  it.each<[string, Given, { denied: boolean; unknown: boolean }]>([
    ['that is gone, or may not', DENIED, { denied: true, unknown: false }],
    ['that the vault does not know', UNKNOWN, { denied: true, unknown: true }],
    ['in a namespace that is locked', LOCKED, { denied: false, unknown: false }],
    ['where a firewall answers', BLOCKED, { denied: false, unknown: false }],
    ['where a page answers instead of the vault', PAGE, { denied: false, unknown: false }],
    ['where JSON answers that is not the vault’s', [200, '{"status":"back soon"}'], { denied: false, unknown: false }],
    ['where nobody answers', [503, ''], { denied: false, unknown: false }],
  ])('fails for one %s', async (_when, answer, expected) => {
    const error: unknown = await vault(answer)
      .end(TOKEN, signal)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect({ denied: isDenied(error), unknown: isDenied(error) && isUnknownToken(error) }).toEqual(expected);
  });
});

describe('a lease', () => {
  const login = { token: TOKEN, lifetime: 60, policies: [], unfit: undefined, unfitForLeases: undefined };
  const hasLease = (answer: Given): Promise<boolean> => vault(answer).hasLease(login, 'database/creds/a/1', signal);

  it.each<[string, Given, boolean]>([
    ['is there', [200, '{"data":{"id":"database/creds/a/1","ttl":0}}'], true],
    ['is gone', [400, '{"errors":["invalid lease"]}'], false],
  ])('%s by the word of the vault', async (_what, answer, expected) => {
    expect(await hasLease(answer)).toBe(expected);
  });

  it.each<[string, Given]>([
    ['who asks may not', DENIED],
    ['a page answers', PAGE],
    ['something else is wrong with the question', [400, '{"errors":["lease_id must be specified"]}']],
    ['another answers', [404, '{"errors":["invalid lease"]}']],
  ])('is not called gone where %s', async (_when, answer) => {
    await expect(hasLease(answer)).rejects.toThrow();
  });
});
