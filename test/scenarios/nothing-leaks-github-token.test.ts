// P6 for tokens of GitHub: on good days and bad ones neither a token nor the App's key is in a line, a row, an entry or another answer.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GithubAppApi } from '../support/github-app-api.ts';
import { LIBS, POLICIES } from '../support/github-token-story.ts';
import { SecretStory } from '../support/secret-story.ts';
import { newSecret } from '../support/test-broker.ts';

let api: GithubAppApi;
let story: SecretStory;

async function tell(): Promise<void> {
  const { server, knows } = api;
  const secret = newSecret();
  const returned = await story.ask('a token', { scope: 'shop/read-libs', secret });
  story.keep(await story.broker.returnLease(returned.body.lease_id, secret));
  await story.ask('a token that stays', { scope: 'shop/tag' });
  server.moodFrom = ({ method }) => method !== 'GET';
  for (const mood of ['wider', 'longer', 'refuses', 'truncated', 'oversized', 'no-json', 'empty', 'breaks'] as const) {
    server.mood = mood;
    story.keep(await story.ask(`a GitHub that ${mood}`, { scope: 'shop/tag' }));
    await story.broker.running.runBackground();
  }
  server.mood = 'well';
  knows.appTrouble = [401, { message: 'A JSON web token could not be decoded' }];
  await story.ask('a key that is not taken', { scope: 'shop/tag' });
  await story.visitAll(`/requests/${returned.body.request_id}`);
}

beforeAll(async () => {
  api = await new GithubAppApi().listen();
  api.knows.permissions = { metadata: 'read', contents: 'write' };
  api.knows.otherRepositories = [LIBS];
  story = await SecretStory.start({ app: (directory) => api.app(directory), policies: POLICIES });
  await tell();
  for (const token of api.tokens) story.search.add('a token of GitHub', token);
  const { d = '', p = '' } = api.privateKey.export({ format: 'jwk' });
  for (const member of [d, p]) story.search.add('the key of the App', member);
});
afterAll(() => story.broker.close().then(() => api.close()));

it('the story had tokens, and GitHub was not told anything that it would not take', () => {
  expect(api.tokens.length).toBeGreaterThan(5);
  expect(api.revoked.length).toBeGreaterThan(0);
  expect(api.complaints).toEqual([]);
});

it('no line of the broker’s log has one', () => {
  expect(story.broker.logLines.length).toBeGreaterThan(5);
  expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
});

it('no answer has one but that which delivered it', () => {
  expect(story.answers.flatMap((answer) => story.leaksOf(answer))).toEqual([]);
});

it('no entry has one', async () => {
  expect(story.search.find(JSON.stringify(await story.broker.entries()))).toEqual([]);
});

it('no file of the store has one', () => {
  const { directory } = story.broker;
  const files = readdirSync(directory).filter((file) => /^buildpass\.db(-wal|-shm)?$/.test(file));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(story.search.find(readFileSync(join(directory, file)))).toEqual([]);
});
