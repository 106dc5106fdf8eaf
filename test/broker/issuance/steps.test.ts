import { describe, expect, it } from 'vitest';
import { mayLiveUntil, recordStarted } from '../../../broker/issuance/steps.ts';
import { NOW, openIssuanceWorld } from '../../support/issuance-world.ts';
import { createTestProvider } from '../../support/test-provider.ts';

const [BEFORE, AFTERWARDS] = [Date.UTC(2026, 10, 23, 9), 30_000];
const at = (seconds: number): string => new Date(BEFORE + seconds * 1000 + AFTERWARDS).toISOString();

describe('what nobody knows the outcome of may live', () => {
  const lifetime = { min: 900, max: 3600 };
  it.each<[string, Parameters<typeof mayLiveUntil>[0], number | 'never', string | null]>([
    ['as long as was asked for', { lifetime, revocation: 'at-expiry' }, 900, at(900)],
    [
      'as long as its kind can, where the other side decides',
      { lifetime, revocation: 'at-expiry', lifetimeIsTheirs: true },
      900,
      at(3600),
    ],
    [
      'as long as its kind can, where the broker would have ended it',
      { lifetime, revocation: 'immediate' },
      900,
      at(3600),
    ],
    ['for ever, where that was asked for', { lifetime, revocation: 'immediate' }, 'never', null],
  ])('%s', (_how, provider, ...[ttl, until]) => {
    expect(mayLiveUntil(provider, ttl, BEFORE)).toBe(until);
  });
});

describe('an issuance that begins', () => {
  it.each([
    ['is open until there is an outcome, where another system is asked', 'upstream', ['started', null]],
    ['has its outcome in the same transaction, where it is made here', 'locally', ['succeeded', NOW]],
  ] as const)('%s', async (_what, acts, row) => {
    const { store, deps, issuing } = await openIssuanceWorld();
    const provider = { ...createTestProvider(), acts };
    const { granted } = await issuing({ provider, onlyGranted: true });
    await store.commit((tx) => recordStarted(deps, tx, { granted, provider }));
    const issuance = await store.read((tx) => tx.issuances.find('iss_00001'));
    expect([issuance?.state, issuance?.ended_at]).toEqual(row);
  });
});
