// P6 for the process itself: what a real `serve` writes while it works, when it refuses to start, and when it breaks.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { type BrokerFiles, brokerFiles } from '../support/broker-files.ts';
import { type BuildpassProcess, startBuildpass, startBuildpassAfter } from '../support/buildpass-process.ts';
import { buildpass } from '../support/command-line.ts';
import { startGithubIssuer } from '../support/github-issuer.ts';
import { SecretSearch } from '../support/secret-search.ts';
import { BROKER_URL, newSecret } from '../support/test-broker.ts';

const PASSWORD = newSecret();

/** A broker's files with keys in them, and a search that knows the key-encryption key. */
async function prepared(issuer?: string): Promise<{ files: BrokerFiles; search: SecretSearch }> {
  const files = await brokerFiles(issuer);
  await buildpass('keys', 'create', '--config', files.config);
  const search = new SecretSearch();
  search.add('the key-encryption key', readFileSync(files.encryptionKey, 'utf8').trim());
  search.add('a password', PASSWORD);
  return { files, search };
}

async function endOf(broker: BuildpassProcess): Promise<{ code: number | null; written: string }> {
  const code = await broker.ended;
  return { code, written: broker.out() + broker.err() };
}

const edit = (file: string, from: string | RegExp, to: string): void =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));

/** Everything that makes `serve` refuse, with a secret near it. */
const REFUSALS: readonly (readonly [string, (files: BrokerFiles) => void])[] = [
  ['a password in the store', ({ config }) => edit(config, /store: .*/, `store: "postgres://broker:${PASSWORD}@db/x"`)],
  ['a password in the url', ({ config }) => edit(config, /url: .*/, `url: "https://broker:${PASSWORD}@x.example"`)],
  ['a password in an issuer', ({ config }) => edit(config, /url: "http/, `url: "https://x:${PASSWORD}@http`)],
  ['a secret in place of an owner’s id', ({ config }) => edit(config, '"123456"', `"${PASSWORD}"`)],
  ['an unknown key with a secret', ({ config }) => edit(config, 'keys: {', `keys: { encryption-key: "${PASSWORD}",`)],
  ['YAML that ends in a secret', ({ config }) => edit(config, /^log: .*/m, `log: { anchor-file: "${PASSWORD}`)],
  ['an encryption key that others can read', ({ encryptionKey }) => chmodSync(encryptionKey, 0o644)],
  ['an encryption key cut short', ({ encryptionKey }) => edit(encryptionKey, /.{4}\s*$/, '')],
  ['an encryption key with words in it', ({ encryptionKey }) => edit(encryptionKey, /^/, `${PASSWORD} `)],
  [
    'another encryption key',
    ({ encryptionKey }) => writeFileSync(encryptionKey, Buffer.alloc(32, 7).toString('base64')),
  ],
  ['a store of nonsense', ({ store, encryptionKey }) => writeFileSync(store, readFileSync(encryptionKey))],
  ['an anchor of nonsense', ({ anchor }) => writeFileSync(anchor, PASSWORD)],
  ['policies of nonsense', (files) => files.writePolicy('shop.yaml', `project: shop\ntitle: [${PASSWORD}\n`)],
];

describe('a serve that refuses to start repeats no secret:', () => {
  it.each(REFUSALS)('%s', async (_what, spoil) => {
    const { files, search } = await prepared();
    spoil(files);
    const { code, written } = await endOf(startBuildpass('serve', '--config', files.config));
    expect([code, written.length]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(code).not.toBe(0);
    expect(search.find(written)).toEqual([]);
  });

  it('a proxy with a password', async () => {
    const { files, search } = await prepared();
    const proxy = `process.env.HTTPS_PROXY = 'socks5://user:${PASSWORD}@127.0.0.1'`;
    const { code, written } = await endOf(startBuildpassAfter(proxy, 'serve', '--config', files.config));
    expect([code, search.find(written)]).toEqual([78, []]);
    expect(written).toContain('HTTPS_PROXY is not the address of a proxy');
  });
});

/** A process that serves, and has issued a credential. */
async function serving(script = '') {
  const github = await startGithubIssuer();
  onTestFinished(() => github.close());
  const { files, search } = await prepared(github.url);
  const broker = startBuildpassAfter(script, 'serve', '--config', files.config);
  const { port } = JSON.parse(await broker.lineWith('"message":"serving"')) as { port: number };
  const [token, secret] = [await github.mint({ aud: BROKER_URL }), newSecret()];
  search.addToken('the subject token', token);
  search.add('the request_secret', secret);
  const form = { grant_type: GRANT_TYPE, scope: 'shop/publish-preview', subject_token: token, request_secret: secret };
  const body = new URLSearchParams({ ...form, subject_token_type: ID_TOKEN_TYPE });
  const answer = await fetch(`http://127.0.0.1:${port}/v1/token`, { method: 'POST', body });
  const { access_token: credential } = (await answer.json()) as { access_token: string };
  search.addToken('the credential', credential);
  return { broker, files, search };
}

describe('a serve that has issued', () => {
  it('wrote none of what it handled when it ends', async () => {
    const { broker, search } = await serving();
    broker.kill('SIGTERM');
    const { code, written } = await endOf(broker);
    expect([code, search.find(written)]).toEqual([0, []]);
    expect(written).toContain('"message":"stopped"');
  });

  it.each([
    ['an error that nobody caught', 'throw'],
    ['a promise that nobody caught', 'Promise.reject'],
  ])('says where it broke and not with what: %s', async (_what, how) => {
    const script = `import { readFileSync } from 'node:fs';
      process.on('SIGUSR2', () => {
        const config = process.argv.at(-1);
        const secret = readFileSync(config.replace('buildpass.yaml', 'kek'), 'utf8').trim();
        const error = Object.assign(new Error('cannot go on with ' + secret), { headers: { authorization: secret } });
        error.cause = new TypeError(encodeURIComponent(secret) + ' and ' + Buffer.from(secret).toString('base64'));
        ${how === 'throw' ? 'throw error' : 'Promise.reject(error)'};
      });`;
    const { broker, search } = await serving(script);
    broker.kill('SIGUSR2');
    const { code, written } = await endOf(broker);
    expect([code, search.find(written)]).toEqual([1, []]);
    expect(JSON.parse(written.trim().split('\n').at(-1) ?? '')).toMatchObject({
      level: 'error',
      message: 'the broker ends: an error that nobody foresaw',
      error: { name: 'Error', message: 'cannot go on with [secret]', stack: expect.stringContaining('at ') },
    });
  });

  it('a command without a log breaks in a sentence', async () => {
    const { files, search } = await prepared();
    const script = `setTimeout(() => { throw Object.assign(new Error('broken'), { password: '${PASSWORD}' }) }, 1)`;
    const { code, written } = await endOf(startBuildpassAfter(script, 'log', 'verify', '--config', files.config));
    expect([code, written, search.find(written)]).toEqual([1, 'buildpass: broken\n', []]);
  });
});
