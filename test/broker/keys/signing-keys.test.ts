import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { StartRefused } from '../../../broker/errors.ts';
import { publicKeySet } from '../../../broker/keys/key-set.ts';
import { keyEncryptionKey, openSigningKeys, thumbprint } from '../../../broker/keys/signing-keys.ts';
import type { KeyState, SigningKeyRow } from '../../../broker/store/signing-keys.ts';
import { buildKeyRows } from '../../support/build-keys.ts';

const sealing = keyEncryptionKey(Buffer.alloc(32, 1), systemEntropy);
let rows: readonly SigningKeyRow[];
beforeAll(() => {
  rows = buildKeyRows(sealing);
});

const rowOf = (algorithm: SigningKeyRow['algorithm']): SigningKeyRow => {
  const row = rows.find((one) => one.algorithm === algorithm);
  if (row === undefined) throw new Error(`no ${algorithm}`);
  return row;
};

describe('a set of signing keys', () => {
  it('is one ES256 and one RS256 key for credentials, and one Ed25519 key for the log', () => {
    expect(rows.map(({ purpose, algorithm }) => [purpose, algorithm])).toEqual([
      ['credential', 'ES256'],
      ['credential', 'RS256'],
      ['log', 'EdDSA'],
    ]);
    const keys = openSigningKeys(rows, sealing);
    expect(keys.credential('RS256').publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(keys.credential('ES256').publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(keys.log.current.privateKey.asymmetricKeyType).toBe('ed25519');
  });

  it('holds its private halves sealed only', () => {
    for (const row of rows) {
      expect(row.public_key).toMatch(/^-----BEGIN PUBLIC KEY-----/);
      expect(JSON.stringify(row) + Buffer.from(row.sealed_private_key, 'base64').toString('latin1')).not.toContain(
        'PRIVATE',
      );
    }
  });

  it('signs with the current key, and publishes those that will sign, sign, or signed: those that sign first', () => {
    const states: readonly KeyState[] = ['next', 'previous', 'retired', 'withdrawn'];
    const others = states.map((state) => ({ ...(buildKeyRows(sealing, 2_000)[0] as SigningKeyRow), state }));
    const keys = openSigningKeys([...others, ...rows], sealing);
    expect([keys.credential('ES256').id, keys.log.current.id]).toEqual([rows[0]?.id, rows[2]?.id]);
    expect(keys.published.map(({ id }) => id)).toEqual([rows[0]?.id, rows[1]?.id, others[0]?.id, others[1]?.id]);
  });

  it('does not open one that was withdrawn, whatever is put back in its place', () => {
    const withdrawn = rows.map((row) => (row.algorithm === 'ES256' ? { ...row, state: 'withdrawn' as const } : row));
    expect(() => openSigningKeys(withdrawn, sealing)).toThrow('the store has no signing keys');
  });

  it('is published without a private member, and without the log’s key', () => {
    const { keys } = publicKeySet(openSigningKeys(rows, sealing).published);
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ]);
    expect(keys.map(({ kid, use }) => [kid, use])).toEqual(rows.slice(0, 2).map(({ id }) => [id, 'sig']));
  });
});

const refusal = (changed: readonly SigningKeyRow[], kek = sealing): unknown => {
  try {
    return openSigningKeys(changed, kek);
  } catch (error) {
    return error;
  }
};

describe('keys that are not as they were made', () => {
  it('are refused under another key-encryption key, with the setting to look at', () => {
    const error = refusal(rows, keyEncryptionKey(Buffer.alloc(32, 2), systemEntropy));
    expect(error).toBeInstanceOf(StartRefused);
    expect(String(error)).toContain(
      `the signing key ${rowOf('ES256').id} cannot be opened: keys.encryption-key-file is not the one`,
    );
  });

  it.each(['ES256', 'RS256', 'EdDSA'] as const)('are refused without the %s key', (algorithm) => {
    const error = refusal(rows.filter((row) => row.algorithm !== algorithm));
    expect(error).toBeInstanceOf(StartRefused);
    expect(String(error)).toContain('the store has no signing keys: make them once with `buildpass keys create`');
  });

  it.each([
    [
      'its sealed half is another’s',
      () => ({ sealed_private_key: rowOf('RS256').sealed_private_key }),
      'cannot be opened',
    ],
    ['its id is another’s', () => ({ id: rowOf('RS256').id }), 'cannot be opened'],
    ['its purpose is another', () => ({ purpose: 'log' as const }), 'the store has no signing keys'],
    [
      'its sealed half was changed',
      () => ({ sealed_private_key: `AAAA${rowOf('ES256').sealed_private_key.slice(4)}` }),
      'cannot be opened',
    ],
    [
      'its public half is another’s',
      () => ({ public_key: rowOf('RS256').public_key }),
      'was changed: it is of another key',
    ],
    ['its algorithm is another', () => ({ algorithm: 'RS256' as const }), 'was changed: it is of another key'],
  ])('are refused where %s', (_what, change, message) => {
    const error = refusal(rows.map((row) => (row.algorithm === 'ES256' ? { ...row, ...change() } : row)));
    expect(error).toBeInstanceOf(StartRefused);
    expect(String(error)).toContain(message);
  });
});

describe('the id of a key', () => {
  it('is its thumbprint, as in the example of RFC 7638 §3.1', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
    expect(thumbprint(key)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  it('is that of an Ed25519 key as in RFC 8037 §A.3', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    expect(thumbprint(key)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it('tells any two keys apart', () => {
    const keys = [1, 2, 3].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
    expect(new Set(keys.map(thumbprint)).size).toBe(3);
  });
});
