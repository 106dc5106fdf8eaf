// Who may hold the private half of a credential key in the broker's place, such as a KMS: it shows the public half, and signs.
// What it signs leaves the broker for it and comes back; nothing is handed out before that is on record.
import type { KeyObject } from 'node:crypto';
import type { CredentialAlgorithm } from './signing-keys.ts';

export interface KeyHolder {
  /** @throws Error where there is no such key, or it is of another algorithm or use */
  publicKey(reference: string, algorithm: CredentialAlgorithm, signal: AbortSignal): Promise<KeyObject>;
  /** The signature as its holder makes it: of ES256 as DER (RFC 3279 §2.2.3). */
  sign(reference: string, signing: ToSign): Promise<Buffer>;
}

export interface ToSign {
  readonly algorithm: CredentialAlgorithm;
  readonly input: Buffer;
  readonly signal: AbortSignal;
}
