import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startGithubIssuer } from './github-issuer.ts';
import { SecretSearch } from './secret-search.ts';

const bytes = randomBytes(32);
const secret = bytes.toString('base64url');

function searching(): SecretSearch {
  const search = new SecretSearch();
  search.add('it', secret);
  return search;
}

/** A middle part of the secret, with something before and after it. */
const part = (text: string) => `before ${text.slice(10, 30)} after`;

describe('a search for a secret', () => {
  test.for([
    ['as it is', secret],
    ['a part of it', part(secret)],
    ['its first twelve characters', secret.slice(0, 12)],
    ['its last twelve', secret.slice(-12)],
    ['in hex', part(Buffer.from(secret).toString('hex'))],
    ['in upper-case hex', part(Buffer.from(secret).toString('hex').toUpperCase())],
    ['percent-encoded', part(Buffer.from(secret).toString('hex').replace(/../g, '%$&'))],
    ['its bytes in hex', part(bytes.toString('hex'))],
    ['its bytes in base64', part(bytes.toString('base64'))],
    ...[0, 1, 2].map(
      (before) =>
        [
          `in base64 after ${before} bytes`,
          Buffer.from(`${'x'.repeat(before)}${secret}:y`).toString('base64'),
        ] as const,
    ),
    ...[0, 1, 2].map(
      (before) =>
        [
          `its bytes in base64url after ${before}`,
          Buffer.concat([Buffer.alloc(before), bytes]).toString('base64url'),
        ] as const,
    ),
  ] as const)('finds it %s', ([, text]) => {
    expect(searching().find(text)).toEqual(['it']);
  });

  test('finds it among bytes', () => {
    expect(searching().find(Buffer.concat([randomBytes(100), bytes, randomBytes(100)]))).toEqual(['it']);
  });

  test('finds nothing in what is none of it', () => {
    expect(searching().find(randomBytes(100_000).toString('base64'))).toEqual([]);
    expect(searching().find(secret.slice(0, 11))).toEqual([]);
  });

  test('leaves out what was delivered, and nothing around it', () => {
    expect(searching().find(`{"token":"${secret}"}`, [secret])).toEqual([]);
    expect(searching().find(`{"token":"${secret}","again":"${secret.slice(3)}"}`, [secret])).toEqual(['it']);
  });

  test('finds each part of a token', async () => {
    const github = await startGithubIssuer();
    const token = await github.mint();
    await github.close();
    const search = new SecretSearch();
    search.addToken('a token', token);
    const [header = '', payload = '', signature = ''] = token.split('.');
    expect(search.find(`x${header}x`)).toEqual(['the header of a token']);
    for (const claims of [payload.slice(0, 200), payload.slice(-200)])
      expect(search.find(claims)).toEqual(['the payload of a token']);
    expect(search.find(signature.slice(100, 120))).toEqual(['a token']);
  });
});
