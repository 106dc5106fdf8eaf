import { generateKeyPairSync } from 'node:crypto';
import { compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { signJws } from '../../../broker/keys/sign-jws.ts';

const ES256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const RS256 = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('signing a JWS', () => {
  // One signature in 128 has an r or an s with a leading zero byte, which DER leaves out; every second one has a byte more.
  it('gives signatures of 64 bytes that another library accepts, whatever their numbers look like', async () => {
    for (let at = 0; at < 1_000; at += 1) {
      const token = signJws({ algorithm: 'ES256', privateKey: ES256.privateKey }, { kid: 'k' }, { at });
      const { payload, protectedHeader } = await compactVerify(token, ES256.publicKey);
      expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ at });
      expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'k' });
    }
  });

  it('signs with RSA where the key is one, whatever the header was to say', async () => {
    const token = signJws(
      { algorithm: 'RS256', privateKey: RS256.privateKey },
      { typ: 'JWT', alg: 'none' },
      { sub: 'é' },
    );
    const { payload, protectedHeader } = await compactVerify(token, RS256.publicKey);
    expect(Buffer.from(payload).toString()).toBe('{"sub":"é"}');
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT' });
  });
});
