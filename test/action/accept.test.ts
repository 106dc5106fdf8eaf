import { expect, test } from 'vitest';
import { acceptIssued } from '../../action/accept.ts';
import type { Issued } from '../../shared/api.ts';
import { inputs, issuedAnswer, TOKEN, TOKEN_HASH } from '../support/issued-answer.ts';
import { CLAIMS } from '../support/job-double.ts';
import { answerOf } from '../support/kind-answers.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

const accept = async (changes: Partial<Issued> = {}, given: Record<string, string> = {}) =>
  acceptIssued(await issuedAnswer(changes), { inputs: inputs(given), claims: CLAIMS, now: NOW });

test('a whole answer gives end and fingerprint', async () => {
  expect(await accept()).toMatchObject({ expiresAt: '2026-11-22T12:10:00.000Z', tokenHash: TOKEN_HASH });
});

test('several values come as their JSON, in any order', async () => {
  const answer = answerOf('aws-role');
  const reversed = JSON.stringify(Object.fromEntries(Object.entries(answer.credential).reverse()));
  expect(await accept({ ...answer, access_token: reversed })).toMatchObject({
    issued: { access_token: reversed },
    credential: { kind: 'aws-role', credential: answer.credential },
  });
});

test('a value that never dies is one of a vault, and has no end and no hash that its log entry has not', async () => {
  const forever = { ...answerOf('vault-secret'), expires_in: Number.MAX_SAFE_INTEGER };
  expect(await accept(forever)).toMatchObject({ expiresAt: 'never', tokenHash: undefined });
  await expect(accept({ ...answerOf('aws-role'), expires_in: Number.MAX_SAFE_INTEGER })).rejects.toThrow(
    'no credential lives that long',
  );
  await expect(accept(forever, { ttl: '1h' })).rejects.toThrow('and 3600 were asked for');
});

test.for(['path', 'node-options', 'ld-preload', 'github-token', 'https-proxy', '2fa'])(
  'a value called %s is handed on as an output, and never as a variable',
  async (name) => {
    const answer = answerOf('vault-secret', { values: { [name]: 'value' } });
    expect((await accept(answer)).credential.credential).toHaveProperty(name, 'value');
    await expect(accept(answer, { 'export-env': 'true' })).rejects.toMatchObject({
      message: `"${name}" of shop/publish-preview can't be an environment variable`,
      lines: expect.arrayContaining([expect.stringContaining('Leave export-env out and use the output')]),
    });
  },
);

test.for<[string, Partial<Issued>, string]>([
  ['another scope', { scope: 'shop/deploy' }, 'it is for "shop/deploy", and shop/publish-preview was asked for'],
  ['an endless life', { expires_in: 1e15 }, 'no credential lives that long'],
  ['a link that is a script', { request_url: 'javascript:alert(1)' }, 'request_url leads to "javascript:alert(1)"'],
  [
    'a link to another host',
    { request_url: 'https://evil.example/login' },
    'request_url leads to "https://evil.example/login", and not to https://broker.example.com',
  ],
  ['a link without TLS', { request_url: 'http://broker.example.com/requests/req_1' }, 'request_url leads to'],
  [
    'a value hidden behind another of its name',
    { token_type: 'N_A', access_token: '{"k":"first","k":"second"}', credential: { k: 'second' } },
    'access_token is not the credential',
  ],
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

test('a life longer than was asked for is refused, thirty seconds of another clock apart', async () => {
  await expect(accept({ expires_in: 331 }, { ttl: '5m' })).rejects.toThrow(
    'expires_in is 331 seconds, and 300 were asked for',
  );
  expect(await accept({ expires_in: 330 }, { ttl: '5m' })).toMatchObject({ expiresAt: '2026-11-22T12:05:30.000Z' });
});

test('a link to the address that the audience names is the broker’s own', async () => {
  const page = 'https://buildpass.example.com/requests/req_1';
  const { issued } = await accept({ request_url: page }, { audience: 'https://buildpass.example.com' });
  expect(issued.request_url).toBe(page);
});

test('an audience that is no address makes no link its own', async () => {
  await expect(accept({ request_url: 'data:text/html,x' }, { audience: 'urn:example:broker' })).rejects.toThrow(
    'request_url leads to',
  );
});
