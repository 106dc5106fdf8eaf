// Makes signing keys as rows; nothing is stored here. `keys create` makes the first ones, a rotation the next one, and nothing
// else does: a broker that made its own keys at start would hide their loss.
import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { Secret } from '../../shared/secret.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { SealingKey } from './seal.ts';
import { publicPem, sealedAs, sealedReference, thumbprint } from './signing-keys.ts';

/** A key that is not in the store yet: when it is, is said there. */
export type MadeKey = Omit<SigningKeyRow, 'created_at' | 'state' | 'changed_at' | 'changes_at'>;

type Use = Pick<SigningKeyRow, 'purpose' | 'algorithm'>;

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** On another thread: an RSA key takes a good part of a second. */
const generate = promisify(generateKeyPair);
const PAIRS: Readonly<Record<SigningKeyRow['algorithm'], (rsaKeySize: number) => Promise<Pair>>> = {
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  RS256: (modulusLength) => generate('rsa', { modulusLength }),
  EdDSA: () => generate('ed25519'),
};

/** @param rsaKeySize bits, where it is an RSA key */
export async function makeKey(use: Use, sealing: SealingKey, rsaKeySize: number): Promise<MadeKey> {
  return keyOfPair(use, await PAIRS[use.algorithm](rsaKeySize), sealing);
}

export function keyOfPair(use: Use, { publicKey, privateKey }: Pair, sealing: SealingKey): MadeKey {
  return rowOf({ ...use, publicKey, secret: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }, sealing);
}

/** The row of a key whose private half is held elsewhere, by its name there. */
export function keyHeldElsewhere(
  { algorithm, publicKey, reference }: Pick<Use, 'algorithm'> & { publicKey: KeyObject; reference: string },
  sealing: SealingKey,
): MadeKey {
  return rowOf({ purpose: 'credential', algorithm, publicKey, secret: sealedReference(reference) }, sealing);
}

function rowOf(key: Use & { publicKey: KeyObject; secret: string }, sealing: SealingKey): MadeKey {
  const { purpose, algorithm, publicKey, secret } = key;
  const id = thumbprint(publicKey);
  const sealed_private_key = sealing.seal(new Secret(secret), sealedAs({ purpose, id }));
  return { id, purpose, algorithm, public_key: publicPem(publicKey), sealed_private_key };
}
