// Ending a login: what counts as the word of the vault that it is gone, and what does not (P8).
import { describe, expect, it } from 'vitest';
import { openVault } from '../../../broker/providers/vault-api.ts';
import type { UpstreamAnswer, UpstreamFetch } from '../../../broker/upstream-fetch.ts';
import { Secret } from '../../../shared/secret.ts';

const UPSTREAM = {
  name: 'vault-prod',
  kind: 'vault',
  url: 'https://vault.example.com',
  audience: 'vault-prod',
  privateNetwork: false,
} as const;

type Given = readonly [status: number, body: string];

/** Answers the revocation and then the look-up. */
function endAgain(revocation: Given, lookUp: Given): Promise<void> {
  const answers = [revocation, lookUp].map(
    ([status, body]): UpstreamAnswer => ({ status, headers: {}, body: Buffer.from(body) }),
  );
  const ask: UpstreamFetch = async () => answers.shift() ?? Promise.reject(new Error('asked too often'));
  return openVault(ask, UPSTREAM).endAgain(new Secret('hvs.a-login-of-the-broker'), new AbortController().signal);
}

const DENIED = [403, '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}'] as const;
const LOCKED = [403, '{"errors":["API access to this namespace has been locked by an administrator"]}'] as const;
const BLOCKED = [403, '<html>Blocked by the firewall</html>'] as const;
const PAGE = [200, '<html>Back soon</html>'] as const;

describe('a login is gone', () => {
  it.each<[string, Given, Given]>([
    ['where the vault took the revocation', [204, ''], PAGE],
    ['where the vault took it with a warning', [200, '{"warnings":["soon"]}'], PAGE],
    ['where it may neither end itself nor be looked up', DENIED, DENIED],
  ])('%s', async (_when, revocation, lookUp) => {
    await expect(endAgain(revocation, lookUp)).resolves.toBeUndefined();
  });
});

describe('a login is not called gone', () => {
  it.each<[string, Given, Given]>([
    ['where a page answers instead of the vault', PAGE, DENIED],
    ['where it can still be looked up', DENIED, [200, '{"data":{}}']],
    ['in a namespace that is locked', LOCKED, LOCKED],
    ['where a firewall answers', BLOCKED, BLOCKED],
    ['where a firewall answers the look-up', DENIED, BLOCKED],
    ['where nobody answers the look-up', DENIED, [503, '']],
  ])('%s', async (_when, revocation, lookUp) => {
    await expect(endAgain(revocation, lookUp)).rejects.toThrow();
  });
});
