// Our own signature check against one that we did not write: jose's, on good tokens, forged ones and thousands of damaged ones.
import { constants, generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto';
import fc from 'fast-check';
import { compactVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { readCompactJws, signatureHolds } from '../../../broker/identity/compact-jws.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const b64 = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const SIGNED = `${b64({ alg: 'RS256', typ: 'JWT', kid: 'a' })}.${b64({ iss: 'https://issuer.example', jti: '1' })}`;
const OTHER = `${b64({ alg: 'RS256', typ: 'JWT', kid: 'a' })}.${b64({ iss: 'https://issuer.example', jti: '2' })}`;
const signature = (key: KeyObject | SignKeyObjectInput, digest = 'sha256', text = SIGNED): Buffer =>
  sign(digest, Buffer.from(text), key);
const token = (bytes: Buffer, text = SIGNED): string => `${text}.${bytes.toString('base64url')}`;
const GOOD = token(signature(privateKey));

/** undefined where the token is refused for its form, before any key is looked for. */
function ours(text: string): boolean | undefined {
  try {
    return signatureHolds(readCompactJws(text), publicKey);
  } catch {
    return undefined;
  }
}

const joses = (text: string): Promise<boolean> =>
  compactVerify(text, publicKey, { algorithms: ['RS256'] }).then(
    () => true,
    () => false,
  );

/** A signature with the modulus added: the same number to whoever computes modulo n, and another text. */
function withModulusAdded(): string {
  const modulus = numberIn(Buffer.from(String(publicKey.export({ format: 'jwk' }).n), 'base64url'));
  for (let tries = 0; ; tries += 1) {
    const text = `${SIGNED.split('.')[0]}.${b64({ tries })}`;
    const sum = numberIn(signature(privateKey, 'sha256', text)) + modulus;
    if (sum < 1n << 2048n) return token(Buffer.from(sum.toString(16), 'hex'), text);
  }
}

const numberIn = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

describe('a signature', () => {
  test('of the issuer’s key holds', async () => {
    expect([ours(GOOD), await joses(GOOD)]).toEqual([true, true]);
  });

  test.for([
    ['of another key', signature(stranger)],
    ['of another text', signature(privateKey, 'sha256', OTHER)],
    ['with SHA-1', signature(privateKey, 'sha1')],
    ['with SHA-512', signature(privateKey, 'sha512')],
    ['with PSS padding', signature({ key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING })],
    ['a byte short', signature(privateKey).subarray(1)],
    ['with a zero before it', Buffer.concat([Buffer.alloc(1), signature(privateKey)])],
    ['with a byte after it', Buffer.concat([signature(privateKey), Buffer.alloc(1)])],
    ['of zeros', Buffer.alloc(256)],
    ['of ones', Buffer.alloc(256, 0xff)],
    ['of one byte', Buffer.alloc(1, 1)],
  ] as const)('%s does not', async ([, bytes]) => {
    const forged = token(bytes);
    expect([ours(forged), await joses(forged)]).toEqual([false, false]);
  });

  test('larger than the modulus does not, though it is the same number modulo it', async () => {
    const forged = withModulusAdded();
    expect([ours(forged), await joses(forged)]).toEqual([false, false]);
  });

  test('holds or fails for a damaged token exactly as jose says, unless the form is refused before', async () => {
    const damage = fc.record({
      at: fc.nat(GOOD.length),
      cut: fc.nat(3),
      put: fc.string({ maxLength: 3, unit: CHARACTER }),
    });
    const property = fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
      const damaged = damages.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), GOOD);
      const verdict = ours(damaged);
      if (verdict !== undefined) expect(verdict).toBe(await joses(damaged));
    });
    await fc.assert(property, { numRuns: 2_000, examples: [[[{ at: 0, cut: 0, put: '' }]]] });
  });

  test('holds for any claims that were signed, and for no others', async () => {
    const property = fc.asyncProperty(fc.dictionary(fc.string(), fc.string()), async (claims) => {
      const text = `${SIGNED.split('.')[0]}.${b64(claims)}`;
      const signed = token(signature(privateKey, 'sha256', text), text);
      const moved = token(signature(privateKey), text);
      expect([ours(signed), await joses(signed), ours(moved), await joses(moved)]).toEqual([true, true, false, false]);
    });
    await fc.assert(property, { numRuns: 50 });
  });
});

const CHARACTER = fc.constantFrom(...'ABCDEFGHabcdefgh0123456789-_+/=. \n');
