// P6: after a rich story, everything that the broker wrote or answered is searched for parts of every secret in it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../shared/secret.ts';
import { servePages } from '../broker/http/pages/page-server.ts';
import { configFileOf } from '../support/broker-files.ts';
import { buildpass } from '../support/command-line.ts';
import { SecretStory } from '../support/secret-story.ts';
import { newSecret } from '../support/test-broker.ts';
import { createTestProvider, type TestProvider } from '../support/test-provider.ts';

async function tell(story: SecretStory): Promise<void> {
  const { broker } = story;
  const secret = newSecret();
  const issued = await story.ask('a push to main', { secret, parameters: { reason: 'nightly', ticket: 'SHOP-1' } });
  await story.ask('the same again', { secret });
  await story.ask('a misuse by another job', { secret, claims: { run_id: '2', check_run_id: '2' } });
  await story.ask('a misuse with another ttl', { secret, parameters: { ttl: '60' } });
  const token = await broker.token();
  await story.ask('the first use', { token });
  await story.ask('a replay', { token });
  await story.ask('RS256', { scope: 'shop/deploy', claims: { environment: 'production' } });
  await story.ask('a refusal', { claims: { ref: 'refs/heads/x' } });
  await story.ask('a stranger', { claims: { repository_id: '999' } });
  await story.ask('another owner', { claims: { repository_owner_id: '666' } });
  await story.ask('a wrong audience', { claims: { aud: 'https://elsewhere.example' } });
  const [header, payload] = (await broker.token()).split('.');
  const [, , signature] = (await broker.token()).split('.');
  await story.ask('a token with the signature of another', { token: `${header}.${payload}.${signature}` });
  await story.ask('wrong parameters', { parameters: { resource: 'x', reason: 'a\nb' } });
  for (const mood of ['refuses', 'fails-after-acting', 'lives-too-long', 'well'] as const) await story.upstream(mood);
  story.keep(await broker.returnLease(issued.body.lease_id, newSecret()));
  story.keep(await broker.returnLease(issued.body.lease_id, token));
  const bearer = await story.token('a return');
  story.keep(await broker.returnLease(issued.body.lease_id, bearer));
  story.keep(await broker.returnLease(issued.body.lease_id, secret));
  broker.provider.revokeFails = true;
  await broker.running.runBackground();
  await broker.github.fail('error');
  await broker.restart();
  await story.ask('a time without the issuer’s keys');
  await broker.github.recover();
  await story.visitAll(`/requests/${issued.body.request_id}`);
  const explained = await story.token('an explanation');
  const headers = { authorization: `Bearer ${explained}` };
  const body = new URLSearchParams({ scope: 'shop/deploy' });
  for (const _again of [1, 2]) story.keep(await broker.fetch('/v1/explain', { method: 'POST', body, headers }));
  const listed = { authorization: `Bearer ${await story.token('a catalog')}` };
  for (const _again of [1, 2]) story.keep(await broker.fetch('/v1/catalog', { headers: listed }));
}

describe('after a rich story no secret is', () => {
  let story: SecretStory;
  beforeAll(async () => {
    story = await SecretStory.start();
    await tell(story);
  });
  afterAll(() => story.broker.close());

  it('missing from the search: the story had them all, and none stayed away', () => {
    const names = story.search.names.join('\n');
    for (const kind of [
      ...['the credential of a push', 'the credential of RS256', 'a credential of the upstream'],
      ...['the request_secret of', 'the subject token of', 'the key-encryption key'],
      ...['d of the private key for EdDSA', 'd of the private key for ES256', 'qi of the private key for RS256'],
    ])
      expect(names).toContain(kind);
    expect(story.answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 400, 401, 404, 503]));
    const [issued] = story.answers;
    expect(story.search.find(issued?.text ?? '')).toContain('the credential of a push to main');
  });

  it('in a line of the broker’s own log', () => {
    expect(story.broker.logLines.length).toBeGreaterThan(10);
    expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
  });

  it('in an answer, but the credential in the one that delivered it', () => {
    expect(story.answers.flatMap((answer) => story.leaksOf(answer))).toEqual([]);
  });

  it('in a row of any table', () => {
    const database = new DatabaseSync(story.broker.config.store.path, { readOnly: true });
    const tables = database
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .all()
      .map(({ name }) => String(name));
    expect(tables.length).toBeGreaterThan(15);
    const leaks = tables.flatMap((table) =>
      story.search
        .find(JSON.stringify(database.prepare(`SELECT * FROM "${table}"`).all()))
        .map((name) => `${name} in ${table}`),
    );
    database.close();
    expect(leaks).toEqual([]);
  });

  it('in a byte of any file but the one that holds the key-encryption key', () => {
    const { directory, config } = story.broker;
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.filter((file) => /\.db(-wal)?$|anchor$/.test(file))).toHaveLength(3);
    const leaks = files
      .filter((file) => file !== config.keys.encryptionKeyFile)
      .flatMap((file) => story.search.find(readFileSync(file)).map((name) => `${name} in ${file}`));
    expect(leaks).toEqual([]);
  });

  it('on a page, not even of the demo, which shows everything', async () => {
    const pages = await servePages({ store: story.broker.running.store, demo: true });
    const requests = await story.broker.running.store.read((tx) => tx.requests.latest(100));
    expect(requests.length).toBeGreaterThan(5);
    const paths = ['/demo', ...requests.map(({ id }) => `/demo/requests/${id}`)];
    const texts = await Promise.all(paths.map(async (path) => (await fetch(`${pages.url}${path}`)).text()));
    await pages.close();
    expect(story.search.find(texts.join('\n'))).toEqual([]);
  });

  it('in what the command line says beside it', async () => {
    const config = configFileOf(story.broker);
    const commands = [
      ['log', 'show', '--last', '999', '--json'],
      ['log', 'show'],
      ['log', 'verify', '--json'],
      ['keys', 'list', '--json'],
    ];
    for (const words of commands) {
      const { code, out, err } = await buildpass(...words, '--config', config);
      expect([words, code]).toEqual([words, 0]);
      expect(story.search.find(out + err)).toEqual([]);
    }
  });
});

describe('a provider that breaks in a way that nobody foresaw', () => {
  /** Throws what HTTP clients throw: an error with the whole exchange hanging on it. */
  function brokenProvider(carried: Secret): TestProvider {
    const issue = async () => {
      const request = { headers: { authorization: `Bearer ${carried.reveal()}` } };
      throw Object.assign(new TypeError('cannot read properties of undefined'), { request, secret: carried });
    };
    return { ...createTestProvider(), acts: 'locally', issue };
  }

  it('leads to an answer that says nothing, and a log line that says where, not what', async () => {
    const carried = new Secret(newSecret());
    const story = await SecretStory.start({ provider: brokenProvider(carried) });
    story.search.add('what the error carried', carried.reveal());
    const { status, body } = await story.ask('a broken provider', { scope: 'shop/upstream' });
    expect([status, body]).toEqual([500, { error: 'server_error', request_id: expect.stringMatching(/^err_/) }]);
    const line = story.broker.logLines.find((one) => one.includes(body.request_id)) ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', code: 'INTERNAL' });
    expect(line).toContain('cannot read properties of undefined');
    expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
    await story.broker.close();
  });
});
