// What the configuration says of the signing keys: how they are encrypted, how long each signs, and who holds them.
import { parseDuration } from '../../shared/duration.ts';
import type { Millis } from '../clock.ts';
import type { ConfigDocument } from './schema.ts';

export interface KeysConfig {
  readonly encryptionKeyFile: string;
  /** how long a credential key signs; undefined for never on schedule */
  readonly rotateEvery: Millis | undefined;
  readonly publishBeforeUse: Millis;
  /** how long a key of the log signs beside the one that took its place */
  readonly logOverlap: Millis;
  /** bits, of the next key of the store that signs RS256 */
  readonly rsaKeySize: number;
  /** by algorithm, the keys that AWS KMS holds in place of the store */
  readonly inAwsKms: Readonly<Partial<Record<'ES256' | 'RS256', string>>>;
}

export function toKeys(keys: ConfigDocument['keys'], path: (relative: string) => string): KeysConfig {
  const { credential, 'rsa-key-size': rsaKeySize, ...times } = keys;
  const every = parseDuration(times['rotate-every']);
  return {
    encryptionKeyFile: path(keys['encryption-key-file']),
    rotateEvery: every === undefined ? undefined : every * 1000,
    publishBeforeUse: (parseDuration(times['publish-before-use']) ?? 0) * 1000,
    logOverlap: (parseDuration(times['log-overlap']) ?? 0) * 1000,
    rsaKeySize,
    inAwsKms: {
      ...(credential?.es256 === undefined ? {} : { ES256: credential.es256 }),
      ...(credential?.rs256 === undefined ? {} : { RS256: credential.rs256 }),
    },
  };
}
