// P6 for clients that get it wrong: a secret that stands where none belongs is not repeated, in no answer and in no log line.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { FORM, type RawRequest, sendBytes, sendRaw } from '../support/raw-http.ts';
import { SecretStory } from '../support/secret-story.ts';
import { newSecret } from '../support/test-broker.ts';

let story: SecretStory;
let token: string;
const secret = newSecret();
beforeAll(async () => {
  story = await SecretStory.start();
  token = await story.token('a clumsy client');
  story.search.add('the request_secret of a clumsy client', secret);
});
afterAll(() => story.broker.close());
afterEach(() => void story.broker.logLines.splice(0));

const SECRETS = [
  ['a subject token', () => token],
  ['a request_secret', () => secret],
] as const;

/** A good form, with some parameters changed; of which an undefined one is left out. */
function form(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const good = {
    grant_type: GRANT_TYPE,
    subject_token_type: ID_TOKEN_TYPE,
    scope: 'shop/deploy',
    subject_token: 'a.b.c',
  };
  const given = Object.entries({ ...good, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.join('&');
}

const at = (path: string, method = 'GET'): RawRequest => ({ method, path, headers: [] });
const posted = (body: string, type = FORM): RawRequest => ({ headers: [type], body });
const bearer = (method: string, path: string, value: string): RawRequest => ({
  ...{ method, path },
  headers: [FORM, `Authorization: ${value}`],
  body: method === 'POST' ? form() : '',
});
const JSON_TYPE = 'Content-Type: application/json';

const PLACES: readonly (readonly [string, (secret: string) => RawRequest])[] = [
  ['in a path that is nothing', (value) => at(`/${value}`)],
  ['at the end of an address', (value) => at(`/v1/token/${value}`, 'POST')],
  ['in a path, percent-encoded', (value) => at(`/${Buffer.from(value).toString('hex').replace(/../g, '%$&')}`)],
  ['in the query of the token endpoint', (value) => at(`/v1/token?subject_token=${value}`)],
  ['in the query of a page', (value) => at(`/?${value}`)],
  ['in the query of a path that is nothing', (value) => at(`/nothing?request_secret=${value}`)],
  ['as the id of a lease', (value) => bearer('DELETE', `/v1/leases/${value}`, `Bearer ${newSecret()}`)],
  ['as the id of a request', (value) => at(`/requests/${value}`)],
  ['as a request to wait for', (value) => at(`/v1/requests/${value}`)],
  ['as a tile', (value) => at(`/log/tile/${value}`)],
  ['as a method', (value) => ({ method: value.replace(/[^A-Z]/gi, '').slice(0, 30), path: '/v1/token', headers: [] })],
  ['as JSON', (value) => posted(JSON.stringify({ subject_token: value }), JSON_TYPE)],
  ['as broken JSON', (value) => posted(`{"subject_token":"${value}`, JSON_TYPE)],
  ['as JSON for an explanation', (value) => ({ ...posted(`{"scope":"${value}"}`, JSON_TYPE), path: '/v1/explain' })],
  ['as a form that says it is JSON', (value) => posted(form({ subject_token: value }), JSON_TYPE)],
  ['as a body alone', (value) => posted(value)],
  ['as a body with broken encoding', (value) => posted(`subject_token=${value}%`)],
  ['as the content type', (value) => posted(form(), `Content-Type: ${value}`)],
  ['as a charset', (value) => posted(form(), `${FORM}; charset=${value}`)],
  ['as a content encoding', (value) => ({ headers: [FORM, `Content-Encoding: ${value}`], body: form() })],
  ['as a parameter’s name', (value) => posted(`${form()}&${value}=1&${value}=2`)],
  ['twice', (value) => posted(`${form()}&subject_token=${value}&subject_token=${value}`)],
  ...['grant_type', 'subject_token_type', 'scope', 'ttl', 'resource', 'audience', 'actor_token', 'unknown'].map(
    (name) => [`as the ${name}`, (value: string) => posted(form({ [name]: value }))] as const,
  ),
  ['as a scope of two', (value) => posted(form({ scope: `shop/deploy ${value}` }))],
  ['as a reason that is too long', (value) => posted(form({ reason: value.repeat(6) }))],
  ['as a ticket on two lines', (value) => posted(form({ ticket: `${value}\n${value}` }))],
  ['as a request_secret that is too long', (value) => posted(form({ request_secret: value.repeat(6) }))],
  ['as a subject token that is too long', (value) => posted(form({ subject_token: value.repeat(400) }))],
  ['as a subject token with a fourth part', (value) => posted(form({ subject_token: `${value}.${value}.${value}.x` }))],
  ['as a subject token with something before it', (value) => posted(form({ subject_token: `Bearer ${value}` }))],
  [
    'as basic authorization',
    (value) => bearer('POST', '/v1/explain', `Basic ${Buffer.from(`a:${value}`).toString('base64')}`),
  ],
  ['as two bearers', (value) => bearer('DELETE', '/v1/leases/lse_x', `Bearer ${value}, Bearer ${value}`)],
  ['as a bearer with a space in it', (value) => bearer('DELETE', '/v1/leases/lse_x', `Bearer ${value} x`)],
  ['as a cookie', (value) => ({ method: 'GET', path: '/', headers: [`Cookie: session=${value}`] })],
  [
    'as an origin',
    (value) => ({ method: 'GET', path: '/', headers: [`Origin: https://${value}`, `Referer: https://${value}`] }),
  ],
];

describe.each(SECRETS)('%s is not repeated', (_what, value) => {
  it.each(PLACES)('%s', async (_place, request) => {
    const { status, headers, body } = await sendRaw(story.broker.running.port, request(value()));
    expect(story.search.find(JSON.stringify([...headers]) + body)).toEqual([]);
    expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
    expect(status).toBeGreaterThan(199);
  });

  it('in bytes that are no HTTP', async () => {
    for (const bytes of [
      `${value()}\r\n\r\n`,
      `GET / HTTP/9.9\r\nX: ${value()}\r\n\r\n`,
      `POST /v1/token HTTP/1.1\r\n${value()}\r\n\r\n`,
    ]) {
      const { headers, body } = await sendBytes(story.broker.running.port, bytes);
      expect(story.search.find(JSON.stringify([...headers]) + body)).toEqual([]);
    }
    expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
  });
});

it('a token that is refused for a claim with a secret in it has it in no answer, whatever is wrong with it', async () => {
  const claims = ['aud', 'iss', 'exp', 'jti', 'repository', 'repository_id', 'ref', 'sha', 'event_name', 'run_id'];
  for (const claim of claims) {
    const { text } = await story.broker.ask({ claims: { [claim]: ` ${secret}` } });
    expect([claim, story.search.find(text)]).toEqual([claim, []]);
  }
  for (const member of ['alg', 'typ', 'kid', secret]) {
    const { text } = await story.broker.ask({ token: await story.broker.github.mint({}, { [member]: secret }) });
    expect([member, story.search.find(text)]).toEqual([member, []]);
  }
  expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
});
