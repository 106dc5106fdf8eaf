import { expect, test } from 'vitest';
import { acceptIssued } from '../../action/accept.ts';
import type { Issued } from '../../shared/api.ts';
import { inputs, issuedAnswer, TOKEN, TOKEN_HASH } from '../support/issued-answer.ts';
import { CLAIMS } from '../support/job-double.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

const accept = async (changes: Partial<Issued> = {}) =>
  acceptIssued(await issuedAnswer(changes), { inputs: inputs(), claims: CLAIMS, now: NOW });

test('a whole answer gives end and fingerprint', async () => {
  expect(await accept()).toMatchObject({ expiresAt: '2026-11-22T12:10:00.000Z', tokenHash: TOKEN_HASH });
});

test('several values come as their JSON', async () => {
  const credential = { key_id: 'AK1', secret: 'x y\nz' };
  const text = JSON.stringify({ secret: credential.secret, key_id: credential.key_id });
  expect(await accept({ token_type: 'N_A', access_token: text, credential })).toMatchObject({
    issued: { access_token: text },
  });
});

test.for<[string, Partial<Issued>, string]>([
  ['another scope', { scope: 'shop/deploy' }, 'it is for "shop/deploy", and shop/publish-preview was asked for'],
  ['an endless life', { expires_in: 1e15 }, 'no credential lives that long'],
  ['a link that is a script', { request_url: 'javascript:alert(1)' }, 'request_url is no web address'],
  [
    'another credential',
    { credential: { token: 'another' } },
    'access_token is not the credential that the answer holds',
  ],
  [
    'JSON of other values',
    { token_type: 'N_A', access_token: '{"a":"1"}', credential: { a: '2' } },
    'access_token is not the credential',
  ],
  [
    'values that are no JSON',
    { token_type: 'N_A', credential: { token: TOKEN } },
    'access_token is not the credential',
  ],
  [
    'a token with a space',
    { access_token: 'a b', credential: { token: 'a b' } },
    'characters that no bearer token has',
  ],
])('%s is refused', async ([, changes, message]) => {
  await expect(accept(changes)).rejects.toThrow(message);
});
