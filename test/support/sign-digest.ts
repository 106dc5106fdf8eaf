// Signs what is a SHA-256 digest already, as a KMS does where `MessageType` is DIGEST. Node has no call for it: it would make a digest
// of the digest.
import { constants, createECDH, type KeyObject, privateEncrypt } from 'node:crypto';

export const signDigest = (digest: Buffer, key: KeyObject): Buffer =>
  key.asymmetricKeyType === 'rsa' ? byRsa(digest, key) : byP256(digest, key);

/** Of RSA it is the digest, with what says of which hash it is before it (RFC 8017 §9.2). */
const SHA_256 = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const byRsa = (digest: Buffer, key: KeyObject): Buffer =>
  privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([SHA_256, digest]));

/** The order of the curve's group. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** ECDSA (FIPS 186-5 §6.4.1): a pair of ECDH is the secret number and its point. */
function byP256(digest: Buffer, key: KeyObject): Buffer {
  const once = createECDH('prime256v1');
  const point = once.generateKeys();
  const d = numberOf(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const r = numberOf(point.subarray(1, 33)) % N;
  const s = (power(numberOf(once.getPrivateKey()), N - 2n) * (numberOf(digest) + r * d)) % N;
  const both = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}

const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

/** Modulo N: of N - 2 it is the inverse (Fermat). */
const power = (base: bigint, exponent: bigint): bigint => {
  if (exponent === 0n) return 1n;
  const half = power((base * base) % N, exponent / 2n);
  return exponent % 2n === 0n ? half : (half * base) % N;
};

/** DER: without zeros before it, but for one where it would be taken for negative. */
function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const positive = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
}
