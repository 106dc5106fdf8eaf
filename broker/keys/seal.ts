// Sealing: AES-256-GCM under a key derived for one purpose. The only way by which anything secret gets into the store.
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto';
import { Secret } from '../../shared/secret.ts';
import type { Entropy } from '../clock.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface SealingKey {
  /** Seals a secret; `context` (what it is, whose it is) must be the same to open it. */
  seal(secret: Secret, context: string): string;
  /** @throws Error where the sealed text was changed, moved to another context, or sealed under another key */
  open(sealed: string, context: string): Secret;
}

/** A key for one purpose out of key material of at least 128 bits (HKDF, RFC 5869). */
export function sealingKey(material: { secret: Buffer; salt: string; purpose: string }, entropy: Entropy): SealingKey {
  // As key objects: given bytes instead, Node takes three times as long over the same.
  const secret = createSecretKey(material.secret);
  const derived = hkdfSync('sha256', secret, material.salt, `buildpass ${material.purpose}`, 32);
  const key = createSecretKey(Buffer.from(derived));
  return {
    seal(secret, context) {
      const nonce = entropy.bytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
      const body = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context, 'utf8')).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return new Secret(
        Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8'),
      );
    },
  };
}
