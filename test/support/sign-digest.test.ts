import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { signDigest } from './sign-digest.ts';

it.each([
  ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
] as const)('a signature of %s over a digest is one over what it is of, every time', (_name, makePair) => {
  const { privateKey, publicKey } = makePair();
  for (let round = 0; round < 50; round += 1) {
    const message = Buffer.from(`message ${round}`);
    const signature = signDigest(createHash('sha256').update(message).digest(), privateKey);
    expect(verify('sha256', message, publicKey, signature)).toBe(true);
    expect(verify('sha256', Buffer.from('another'), publicKey, signature)).toBe(false);
  }
});
