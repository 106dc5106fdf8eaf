import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { systemClock } from '../../../broker/clock.ts';
import { askGithub } from '../../../broker/providers/ask-github.ts';
import type { UpstreamAnswer, UpstreamFetch } from '../../../broker/upstream/fetch.ts';

const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { signal } = new AbortController();
const WANTED = { installation: 7, repositories: [1, 2], permissions: { contents: 'read' } };

/** A GitHub Enterprise Server that always answers this; what it is asked is kept. */
function github(status: number, body: object, headers: UpstreamAnswer['headers'] = {}) {
  const asked: { url: string; body?: string | undefined }[] = [];
  const upstream: UpstreamFetch = async (url, request) => {
    asked.push({ url, body: request.body });
    return {
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(JSON.stringify(body)),
    };
  };
  const app = { apiUrl: 'https://ghes.internal/api/v3', appId: '1', key, privateNetwork: true };
  return { asked, ask: askGithub({ app, clock: systemClock, upstream }) };
}

it('GitHub Enterprise Server is asked under its path, with ids and permissions and nothing else', async () => {
  const { asked, ask } = github(201, { token: 'ghs_x' });
  expect(await ask.createToken(WANTED, signal)).toMatchObject({ status: 201, body: { token: 'ghs_x' } });
  const [{ url, body = '' } = { url: '' }] = asked;
  expect(url).toBe('https://ghes.internal/api/v3/app/installations/7/access_tokens');
  expect(JSON.parse(body)).toEqual({ repository_ids: [1, 2], permissions: { contents: 'read' } });
});

it.each([401, 403, 404, 422, 429])('a refusal (%i) is an answer, asked for once', async (status) => {
  const message = "'Expiration time' claim ('exp') is too far in the future";
  const { asked, ask } = github(status, { message }, { date: new Date().toUTCString(), 'retry-after': '0' });
  expect(await ask.createToken(WANTED, signal)).toMatchObject({ status, body: { message } });
  expect(asked).toHaveLength(1);
});

it('what broke is one error of ours, and nothing of the answer is in it', async () => {
  const { asked, ask } = github(500, { token: 'ghs_secret' });
  const error: unknown = await ask.createToken(WANTED, signal).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: 'GitHub answered 500' });
  expect(inspect(error, { depth: 10 })).not.toContain('ghs_secret');
  expect(asked).toHaveLength(1);
});
