// Signing keys as `keys create` makes them, for tests without a store: each of the same age, and signing.
import { generateKeyPairSync } from 'node:crypto';
import { keyOfPair } from '../../broker/keys/make-keys.ts';
import type { SealingKey } from '../../broker/keys/seal.ts';
import type { SigningKeyRow } from '../../broker/store/signing-keys.ts';

export function buildKeyRows(sealing: SealingKey, at = 1_000): readonly SigningKeyRow[] {
  const pairs = [
    { purpose: 'credential', algorithm: 'ES256', pair: generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
    { purpose: 'credential', algorithm: 'RS256', pair: generateKeyPairSync('rsa', { modulusLength: 2048 }) },
    { purpose: 'log', algorithm: 'EdDSA', pair: generateKeyPairSync('ed25519') },
  ] as const;
  return pairs.map(({ pair, ...use }) => ({
    ...keyOfPair(use, pair, sealing),
    ...{ state: 'current', created_at: at, changed_at: at, changes_at: null },
  }));
}
