import { describe, expect, it } from 'vitest';
import { issueNow, recordIssuedNow } from '../../../broker/issuance/issue-now.ts';
import type { Credential } from '../../../broker/model.ts';
import type { CredentialProvider } from '../../../broker/providers/provider.ts';
import { Secret } from '../../../shared/secret.ts';
import { openIssuanceWorld } from '../../support/issuance-world.ts';
import { createTestProvider } from '../../support/test-provider.ts';

const CREDENTIAL: Credential = {
  ...{ accessToken: new Secret('the-token-itself'), tokenType: 'Bearer', issuedTokenType: 'x' },
  ...{ values: { one: new Secret('a-value-of-its-own') }, upstreamExpiresAt: null },
  revocationHandle: new Secret('the-handle-of-it'),
};

async function issuedBy(changes: Partial<CredentialProvider>, { isBuilt = true } = {}) {
  const world = await openIssuanceWorld();
  const provider: CredentialProvider = { ...createTestProvider(), acts: 'locally', ...changes };
  const { granted, requestSecret } = await world.issuing({ provider, onlyGranted: true });
  const providers = new Map(isBuilt ? [[provider.kind, provider]] : []);
  const made = issueNow({ ...world.deps, providers }, granted, requestSecret);
  return { world, made, all: { granted, provider, requestSecret, credential: CREDENTIAL } };
}

describe('in the transaction that decides', () => {
  it('is made what its provider signs here at once, and nothing of it gets into a line of the log', async () => {
    const { world, made, all } = await issuedBy({ issueNow: () => CREDENTIAL });
    expect(made).toEqual(all);
    world.deps.logger.info('the-token-itself a-value-of-its-own the-handle-of-it');
    expect(world.lines.join('')).not.toMatch(/the-token-itself|a-value-of-its-own|the-handle-of-it/);
  });

  it('is on record from its beginning to its end, whole', async () => {
    const { world, made } = await issuedBy({ issueNow: () => CREDENTIAL });
    if (made === undefined) throw new Error('nothing was made');
    const recorded = await world.store.commit((tx) => recordIssuedNow(world.deps, tx, made));
    const entries = await world.entries();
    expect(entries.map(({ type }) => type)).toEqual(['issuance.started', 'issuance.succeeded']);
    expect(recorded).toMatchObject({ credential: CREDENTIAL, entry: { index: 1 } });
    expect(JSON.parse(recorded.entry.leaf)).toEqual(entries[1]);
  });

  it.each<[string, Partial<CredentialProvider>, { isBuilt?: boolean }]>([
    ['there is no provider of that kind', { issueNow: () => CREDENTIAL }, { isBuilt: false }],
    ['another system is asked', { acts: 'upstream', issueNow: () => CREDENTIAL }, {}],
    ['it would take longer', { issueNow: () => undefined }, {}],
    ['it always does', {}, {}],
    [
      'it fails',
      {
        issueNow: () => {
          throw new Error('no key');
        },
      },
      {},
    ],
  ])('is made nothing where %s', async (_why, provider, options) => {
    expect((await issuedBy(provider, options)).made).toBeUndefined();
  });
});
