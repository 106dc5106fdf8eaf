// An issuer of keys whose answers each test sets, for the cache that asks it.
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import type { KeySet } from '../../broker/identity/issuer-key-set.ts';
import { KeyCache } from '../../broker/identity/key-cache.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

const generateKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const KEYS: KeySet = new Map([
  ['a', generateKey()],
  ['b', generateKey()],
]);

/** An issuer whose answer each test sets, a clock that each test moves, and the cache between them. */
export async function cachedIssuer() {
  const state = {
    now: 1_795_341_600_000,
    published: ['a'] as readonly string[] | 'down',
    fetches: 0,
    /** what an answer waits for */
    held: Promise.resolve(),
    said: [] as string[],
    /** what came of each fetch */
    told: [] as unknown[],
  };
  const fetchKeySet = async (): Promise<KeySet> => {
    state.fetches += 1;
    const { published } = state;
    await state.held;
    if (published === 'down') throw new Error('connection refused');
    return new Map([...KEYS].filter(([kid]) => published.includes(kid)));
  };
  const cache = new KeyCache({
    ...{ issuerUrl: 'https://issuer.example', clock: { now: () => state.now }, fetchKeySet },
    onFetch: (failure) => state.told.push(failure),
    onOutage: (cause) => state.said.push(String(cause)),
    onRecovery: () => state.said.push('recovered'),
  });
  /** The issuer takes its time from now on; it answers what it published when it was asked. */
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    state.held = promise;
    return resolve;
  };
  return {
    state,
    keys: KEYS,
    hold,
    keyFor: (kid: string) => cache.keyFor(kid),
    refreshAhead: () => cache.refreshAhead(),
  };
}

export const unreachable = (retryAfter: number) => ({
  code: 'ISSUER_UNREACHABLE',
  retryAfter,
  message: `The keys of the issuer "https://issuer.example" can't be fetched at the moment, so its tokens can't be checked. Nothing is wrong with the workflow: try again in ${retryAfter} s.`,
});
export const noSuchKey = (kid: string) => ({
  code: 'TOKEN_SIGNATURE_INVALID',
  message: expect.stringContaining(`The issuer "https://issuer.example" has no key "${kid}"`),
});
