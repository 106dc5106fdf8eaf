import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAppToken, parseAppKey } from '../../../broker/github/github-app.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const NOW = Date.UTC(2026, 10, 22);

describe('the token of the App', () => {
  it('is signed by its key, dated back, and ends within ten minutes', () => {
    const token = createAppToken({ appId: '12345', key: privateKey, clock: { now: () => NOW } })().reveal();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const parts = [header, payload].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    const now = NOW / 1000;
    expect(parts).toEqual([
      { alg: 'RS256', typ: 'JWT' },
      { iat: now - 60, exp: now + 480, iss: '12345' },
    ]);
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify('sha256', signed, createPublicKey(privateKey), Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it.each([
    ['serves for four minutes', 240_000, true],
    ['is signed anew after that', 241_000, false],
    ['is signed anew when the clock was set back', -1_000, false],
  ])('%s', (_what, later, same) => {
    let now = NOW;
    const token = createAppToken({ appId: '12345', key: privateKey, clock: { now: () => now } });
    const first = token();
    now += later;
    expect(token() === first).toBe(same);
    const { iat } = JSON.parse(Buffer.from(token().reveal().split('.')[1] ?? '', 'base64url').toString());
    expect(iat).toBe((same ? NOW : now) / 1000 - 60);
  });
});

describe('the key of the App', () => {
  it.each(['pkcs1', 'pkcs8'] as const)('is taken as GitHub writes it, and as others do (%s)', (type) => {
    const pem = String(privateKey.export({ format: 'pem', type }));
    expect(parseAppKey('app.pem', pem).asymmetricKeyType).toBe('rsa');
  });

  it.each([
    ['nothing', ''],
    ['something else', 'ghp_0123456789'],
    [
      'a key of another kind',
      String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' })),
    ],
  ])('is refused where it is %s, without repeating it', (_what, pem) => {
    expect(() => parseAppKey('app.pem', pem)).toThrow(
      'app.pem: is not the private key of a GitHub App: generate one in the settings of the App',
    );
  });
});
