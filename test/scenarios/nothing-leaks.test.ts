// P6: after a rich story, everything that the broker wrote or answered is searched for the end of every secret in it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemEntropy } from '../../broker/clock.ts';
import { keyEncryptionKey, openSigningKeys } from '../../broker/keys/signing-keys.ts';
import { Secret } from '../../shared/secret.ts';
import { servePages } from '../broker/http/pages/page-server.ts';
import { configFileOf } from '../support/broker-files.ts';
import { buildpass } from '../support/command-line.ts';
import { type Answer, type AskOptions, newSecret, TestBroker } from '../support/test-broker.ts';
import { createTestProvider, type Mood, type TestProvider } from '../support/test-provider.ts';

/** What a secret is called when it turns up where it must not be. */
type Secrets = Map<string, string>;

const TAIL = 20;

/** Its end in the clear, and the whole of it in the spellings that hide it from a reader but not from a thief. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret.slice(-TAIL), bytes.toString('base64').slice(0, 40), bytes.toString('hex').slice(0, 40)];
}

function found(text: string, secrets: Secrets, except?: string): string[] {
  const hits = [...secrets].filter(
    ([secret]) => secret !== except && formsOf(secret).some((form) => text.includes(form)),
  );
  return hits.map(([, name]) => name);
}

/** A broker with a story going on: every secret that goes in or comes out is remembered. */
class Story {
  readonly broker: TestBroker;
  readonly secrets: Secrets = new Map();
  readonly answers: Answer[] = [];

  constructor(broker: TestBroker) {
    this.broker = broker;
  }

  async ask(name: string, options: AskOptions = {}): Promise<Answer> {
    const { secret = newSecret(), token = await this.broker.token(options.claims) } = options;
    this.secrets.set(token, `the subject token of ${name}`);
    if (secret !== null) this.secrets.set(secret, `the request_secret of ${name}`);
    const answer = await this.broker.ask({ ...options, secret, token });
    if (answer.status === 200) this.secrets.set(answer.body.access_token, `the credential of ${name}`);
    return this.keep(answer);
  }

  keep(answer: Answer): Answer {
    this.answers.push(answer);
    return answer;
  }

  async upstream(mood: Mood): Promise<Answer> {
    this.broker.provider.mood = mood;
    return this.ask(`an upstream that ${mood}`, { scope: 'shop/upstream' });
  }

  /** The key-encryption key and the private keys, as text and as the bytes themselves. */
  async addKeys(): Promise<void> {
    const kek = readFileSync(this.broker.config.keys.encryptionKeyFile, 'utf8').trim();
    const rows = await this.broker.running.store.read((tx) => tx.signingKeys.all());
    const keys = openSigningKeys(rows, keyEncryptionKey(Buffer.from(kek, 'base64'), systemEntropy));
    this.secrets.set(kek, 'the key-encryption key');
    this.secrets.set(Buffer.from(kek, 'base64').toString('latin1'), 'the bytes of the key-encryption key');
    this.secrets.set('-----BEGIN PRIVATE KEY-----', 'the beginning of a private key');
    for (const { algorithm, privateKey } of [...keys.published, keys.log]) {
      const { d = '' } = privateKey.export({ format: 'jwk' });
      this.secrets.set(d, `the private key for ${algorithm}`);
      this.secrets.set(Buffer.from(d, 'base64url').toString('latin1'), `the bytes of the private key for ${algorithm}`);
    }
  }
}

async function tell(story: Story): Promise<void> {
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
  for (const credential of broker.provider.issued)
    if (!story.secrets.has(credential)) story.secrets.set(credential, 'a credential that was withheld');
  story.keep(await broker.returnLease(issued.body.lease_id, newSecret()));
  story.keep(await broker.returnLease(issued.body.lease_id, token));
  const bearer = await broker.token();
  story.secrets.set(bearer, 'the subject token of a return');
  story.keep(await broker.returnLease(issued.body.lease_id, bearer));
  story.keep(await broker.returnLease(issued.body.lease_id, secret));
  broker.provider.revokeFails = true;
  await broker.running.runBackground();
  await broker.github.fail('error');
  await broker.restart();
  await story.ask('a time without the issuer’s keys');
  await broker.github.recover();
  for (const path of [
    '/',
    `/requests/${issued.body.request_id}`,
    '/log/checkpoint',
    '/log/key',
    '/.well-known/jwks.json',
    '/readyz',
  ])
    story.keep(await broker.fetch(path));
}

describe('after a rich story no secret is', () => {
  let story: Story;
  beforeAll(async () => {
    story = new Story(await TestBroker.start({ background: 'by-hand' }));
    await tell(story);
    await story.addKeys();
  });
  afterAll(() => story.broker.close());

  it('missing from the search: the story had them all', () => {
    const names = [...story.secrets.values()].join('\n');
    for (const kind of [
      'the credential of',
      'the request_secret of',
      'the subject token of',
      'that was withheld',
      'key-encryption',
      'private key for EdDSA',
    ])
      expect(names).toContain(kind);
    expect(story.answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 400, 401, 404, 503]));
    // The search itself finds what is there.
    const [[secret, name] = ['', '']] = story.secrets;
    expect(found(`before ${secret} after`, story.secrets)).toEqual([name]);
  });

  it('in a line of the broker’s own log', () => {
    expect(story.broker.logLines.length).toBeGreaterThan(10);
    expect(found(story.broker.logLines.join(''), story.secrets)).toEqual([]);
  });

  it('in an answer, but the credential in the one that delivered it', () => {
    const leaks = story.answers.flatMap(({ text, body, headers }) =>
      found(JSON.stringify([...headers]) + text, story.secrets, body?.access_token),
    );
    expect(leaks).toEqual([]);
  });

  it('in a row of any table', () => {
    const database = new DatabaseSync(story.broker.config.store.path, { readOnly: true });
    const tables = database
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .all()
      .map(({ name }) => String(name));
    expect(tables.length).toBeGreaterThan(15);
    const leaks = tables.flatMap((table) =>
      found(JSON.stringify(database.prepare(`SELECT * FROM "${table}"`).all()), story.secrets).map(
        (name) => `${name} in ${table}`,
      ),
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
      .flatMap((file) => found(readFileSync(file, 'latin1'), story.secrets).map((name) => `${name} in ${file}`));
    expect(leaks).toEqual([]);
  });

  it('on a page, not even of the demo, which shows everything', async () => {
    const pages = await servePages({ store: story.broker.running.store, demo: true });
    const requests = await story.broker.running.store.read((tx) => tx.requests.latest(100));
    expect(requests.length).toBeGreaterThan(5);
    const paths = ['/', ...requests.map(({ id }) => `/requests/${id}`)];
    const texts = await Promise.all(paths.map(async (path) => (await fetch(`${pages.url}${path}`)).text()));
    await pages.close();
    expect(found(texts.join('\n'), story.secrets)).toEqual([]);
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
      expect(found(out + err, story.secrets)).toEqual([]);
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
    const story = new Story(await TestBroker.start({ provider: brokenProvider(carried), background: 'by-hand' }));
    story.secrets.set(carried.reveal(), 'what the error carried');
    const { status, body } = await story.ask('a broken provider', { scope: 'shop/upstream' });
    expect([status, body]).toEqual([500, { error: 'server_error', request_id: expect.stringMatching(/^err_/) }]);
    const line = story.broker.logLines.find((one) => one.includes(body.request_id)) ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', code: 'INTERNAL' });
    expect(line).toContain('cannot read properties of undefined');
    expect(found(story.broker.logLines.join(''), story.secrets)).toEqual([]);
    await story.broker.close();
  });
});
