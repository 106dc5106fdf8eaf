import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fetchKeySet } from '../../../broker/identity/issuer-key-set.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const vector = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/claims/${name}.json`, import.meta.url), 'utf8'));
const DISCOVERY = vector('_discovery');
const KEYS: readonly Record<string, unknown>[] = vector('_jwks').keys;
const GOOD = { ...KEYS[0], kid: 'good' };

/** The kids of the set that an issuer with these documents would have. */
async function kidsOf(keys: unknown, discovery: unknown = DISCOVERY, issuer = ISSUER): Promise<string[]> {
  const documents = [discovery, { keys }].map((document) => Buffer.from(JSON.stringify(document)));
  const set = await fetchKeySet(issuer, async () => documents.shift() ?? expect.unreachable());
  return [...set.keys()];
}

const rsa = (bits: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength: bits, publicExponent });
const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

describe('an issuer’s key set', () => {
  test('GitHub’s own documents give its keys by kid, and only two addresses are asked', async () => {
    const asked: string[] = [];
    const set = await fetchKeySet(ISSUER, async (url) => {
      asked.push(url);
      return Buffer.from(JSON.stringify(asked.length === 1 ? DISCOVERY : { keys: KEYS }));
    });
    expect(asked).toEqual([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/.well-known/jwks`]);
    expect([...set.keys()]).toEqual(['cc413527-173f-5a05-976e-9c52b1d7b431', '38826b17-6a30-5f9b-b169-8beb8202f723']);
  });

  test.for([
    ['another issuer', 'https://issuer.example', '"https://issuer.example"'],
    ['a trailing slash', `${ISSUER}/`, `"${ISSUER}/"`],
    ['no issuer', undefined, 'nothing'],
  ])('discovery with %s is refused', async ([, issuer, shown]) => {
    await expect(kidsOf(KEYS, { ...DISCOVERY, issuer })).rejects.toThrow(
      new Error(`the discovery document of ${ISSUER} speaks for ${shown}`),
    );
  });

  test.for([
    'https://issuer.example/jwks',
    'https://token.actions.githubusercontent.com.issuer.example/jwks',
    'https://token.actions.githubusercontent.com:8443/jwks',
    'http://token.actions.githubusercontent.com/jwks',
    'https://user@token.actions.githubusercontent.com/jwks',
    'http://127.0.0.1/jwks',
    '/.well-known/jwks',
    undefined,
    7,
    [`${ISSUER}/.well-known/jwks`],
  ])('keys at %s are elsewhere, and not asked for', async (jwksUri) => {
    await expect(kidsOf(KEYS, { ...DISCOVERY, jwks_uri: jwksUri })).rejects.toThrow('names keys elsewhere');
  });

  test('http is for loopback issuers, and for the same port only', async () => {
    const local = 'http://127.0.0.1:4000';
    await expect(kidsOf(KEYS, { issuer: local, jwks_uri: `${local}/k` }, local)).resolves.toHaveLength(2);
    await expect(kidsOf(KEYS, { issuer: local, jwks_uri: 'http://127.0.0.1:4001/k' }, local)).rejects.toThrow(
      'elsewhere',
    );
  });

  const UNUSABLE: readonly (readonly [string, () => unknown])[] = [
    ['without kid', () => ({ ...KEYS[0], kid: undefined })],
    ['with a kid that is no text', () => ({ ...KEYS[0], kid: 7 })],
    ['with an empty kid', () => ({ ...KEYS[0], kid: '' })],
    ['for encryption', () => ({ ...KEYS[0], use: 'enc' })],
    ['for another algorithm', () => ({ ...KEYS[0], alg: 'PS256' })],
    ['that is symmetric', () => ({ kty: 'oct', k: 'c2VjcmV0', kid: 'a' })],
    ['on a curve', () => ({ ...ecKey(), kid: 'a' })],
    ['of 1024 bits', () => ({ ...rsa(1024).publicKey.export({ format: 'jwk' }), kid: 'a' })],
    ['with a tiny exponent', () => ({ ...rsa(2048, 3).publicKey.export({ format: 'jwk' }), kid: 'a' })],
    ['with its private half', () => ({ ...rsa(2048).privateKey.export({ format: 'jwk' }), kid: 'a' })],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'].map(
      (name) => [`with a private ${name}`, () => ({ ...KEYS[0], kid: 'a', [name]: 'AQAB' })] as const,
    ),
    ['of another type', () => ({ ...KEYS[0], kid: 'a', kty: 'EC' })],
    ['that is no key', () => 'key'],
    ['that is nothing', () => null],
    ['without a modulus', () => ({ ...KEYS[0], n: undefined, kid: 'a' })],
    ['with a modulus that is no text', () => ({ ...KEYS[0], n: 7, kid: 'a' })],
    ['with a modulus that is no number', () => ({ ...KEYS[0], n: '!', kid: 'a' })],
  ];

  test.for(UNUSABLE)('a key %s is left out, the others count', async ([, jwk]) => {
    await expect(kidsOf([jwk(), GOOD])).resolves.toEqual(['good']);
  });

  test('a key that says neither its use nor its algorithm counts', async () => {
    await expect(kidsOf([{ ...GOOD, use: undefined, alg: undefined }])).resolves.toEqual(['good']);
  });

  test('two keys of one name are refused, even if only one could be used', async () => {
    await expect(kidsOf([GOOD, { ...KEYS[1], kid: 'good' }])).rejects.toThrow('the key set has two keys "good"');
    await expect(kidsOf([GOOD, { ...ecKey(), kid: 'good' }])).rejects.toThrow('the key set has two keys "good"');
  });

  test('64 keys at most', async () => {
    const keys = Array.from({ length: 65 }, (_, at) => ({ ...GOOD, kid: `key-${at}` }));
    await expect(kidsOf(keys.slice(1))).resolves.toHaveLength(64);
    await expect(kidsOf(keys)).rejects.toThrow('the key set has 65 keys, more than 64');
  });

  test.for([[[]], [[{ ...KEYS[0], use: 'enc' }]]])('a set without a usable key is no answer: %j', async ([keys]) => {
    await expect(kidsOf(keys)).rejects.toThrow('the key set has no usable key');
  });

  test.for([undefined, null, {}, 'keys'])('keys as %j are no answer', async (keys) => {
    await expect(kidsOf(keys)).rejects.toThrow('has no list of keys');
  });
});
