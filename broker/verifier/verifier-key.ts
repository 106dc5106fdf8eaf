// The verifier key of a log's public key, as entries and rows keep it.
import { createPublicKey } from 'node:crypto';
import { formatVerifierKey } from '../../shared/signed-note.ts';

/** Of a public key in PEM; one that cannot be read is equal to none. */
export function verifierKeyOf(origin: string, pem: string): string {
  try {
    return formatVerifierKey(origin, createPublicKey(pem));
  } catch {
    return `${origin}: unreadable`;
  }
}
