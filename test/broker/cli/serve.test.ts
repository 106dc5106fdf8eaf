import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createKeys } from '../../../broker/cli/keys.ts';
import { loadConfig } from '../../../broker/config.ts';
import { lockStore } from '../../../broker/store/sqlite.ts';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../../shared/api.ts';
import { type BrokerFiles, brokerFiles } from '../../support/broker-files.ts';
import { type BuildpassProcess, startBuildpass } from '../../support/buildpass-process.ts';
import { buildpass } from '../../support/command-line.ts';
import { type GithubIssuer, startGithubIssuer } from '../../support/github-issuer.ts';
import { BROKER_URL } from '../../support/test-broker.ts';

async function filesWithKeys(issuer?: string): Promise<BrokerFiles> {
  const files = await brokerFiles(issuer);
  expect((await buildpass('keys', 'create', '--config', files.config)).code).toBe(0);
  return files;
}

const serve = (files: BrokerFiles) => buildpass('serve', '--config', files.config);

function edit(file: string, from: string | RegExp, to: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

describe('serve does not start, and opens no port,', () => {
  it.each([
    ['an unknown key', ['listen:', 'listne:'], ':2:1: listne: unknown key; did you mean `listen`?'],
    ['a missing key', [/^keys:.*\n/m, ''], ': keys: is missing'],
    ['no owners', [/owners: .*\}/, 'owners: {} }'], ': issuers.github.owners: '],
    ['an address that is not encrypted', ['https://build', 'http://build'], ':1:1: url: '],
  ] as [string, [string | RegExp, string], string][])(
    'with %s: file, line and key are named',
    async (_what, change, message) => {
      const files = await filesWithKeys();
      edit(files.config, ...change);
      const { code, out, err } = await serve(files);
      expect([code, out, err]).toEqual([78, '', expect.stringContaining(`${files.config}`)]);
      expect(err).toContain(message);
    },
  );

  it('without keys, and makes none', async () => {
    const files = await brokerFiles();
    mkdirSync(dirname(files.store));
    const { code } = await serve(files);
    expect([code, existsSync(files.store), existsSync(files.encryptionKey)]).toEqual([78, false, false]);
  });

  it('while another broker is running on the store', async () => {
    const files = await filesWithKeys();
    onTestFinished(lockStore(files.store));
    const { code, err } = await serve(files);
    expect([code, err]).toEqual([
      78,
      `another broker is running on the store ${files.store} (it holds ${files.store}.lock): stop it first\n`,
    ]);
  });

  it('with policies that do not load, where none loaded before', async () => {
    const files = await filesWithKeys();
    files.writePolicy('shop.yaml', 'project: shop\nentitlments: {}\n');
    const { code, err } = await serve(files);
    expect([code, err]).toEqual([
      78,
      expect.stringContaining('the policies do not load, and there is no earlier one to go on with:'),
    ]);
    expect(err).toMatch(/shop\.yaml:2:1: entitlments: unknown key; did you mean `entitlements`\?/);
  });

  it('on the store of a demo', async () => {
    const files = await brokerFiles();
    await createKeys(await loadConfig(files.config), { demo: true });
    const { code, err } = await serve(files);
    expect([code, err]).toEqual([
      78,
      expect.stringContaining('this store is marked as a demo’s: a real broker needs one of its own'),
    ]);
  });

  it('on a port that somebody else has', async () => {
    const github = await startGithubIssuer();
    onTestFinished(() => github.close());
    const files = await filesWithKeys();
    const { port } = new URL(github.url);
    edit(files.config, 'port: 0', `port: ${port}`);
    const broker = startBuildpass('serve', '--config', files.config);
    expect(await broker.ended).toBe(78);
    expect(broker.err()).toContain(`cannot listen on 127.0.0.1:${port}: listen EADDRINUSE`);
  });
});

interface Serving {
  readonly broker: BuildpassProcess;
  readonly files: BrokerFiles;
  readonly github: GithubIssuer;
  readonly origin: string;
  ask(): Promise<Response>;
}

/** `buildpass serve` as a process, ready. */
async function serving(): Promise<Serving> {
  const github = await startGithubIssuer();
  onTestFinished(() => github.close());
  const files = await filesWithKeys(github.url);
  const broker = startBuildpass('serve', '--config', files.config);
  const line = JSON.parse(await broker.lineWith('"message":"serving"')) as { port: number; log_key: string };
  const origin = `http://127.0.0.1:${line.port}`;
  const ask = async (): Promise<Response> => {
    const subject = { subject_token: await github.mint({ aud: BROKER_URL }), subject_token_type: ID_TOKEN_TYPE };
    const body = new URLSearchParams({ grant_type: GRANT_TYPE, scope: 'shop/publish-preview', ...subject });
    return fetch(`${origin}/v1/token`, { method: 'POST', body });
  };
  return { broker, files, github, origin, ask };
}

describe('serve', () => {
  it('says where it serves and under which log key, in JSON on standard error, and issues', async () => {
    const { broker, files, origin, ask } = await serving();
    const line = JSON.parse(await broker.lineWith('"message":"serving"'));
    expect(line).toMatchObject({
      level: 'info',
      url: BROKER_URL,
      host: '127.0.0.1',
      log_key: expect.stringMatching(/^buildpass\.example\.com\/log\+/),
    });
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    expect((await ask()).status).toBe(200);
    const second = startBuildpass('serve', '--config', files.config);
    expect([await second.ended, second.err()]).toEqual([
      78,
      expect.stringContaining('another broker is running on the store'),
    ]);
    expect((await buildpass('log', 'verify', '--config', files.config)).code).toBe(0);
    expect(broker.out()).toBe('');
  });

  it('lets requests under way finish when it is asked to stop, keeps its anchor, and ends well', async () => {
    const { broker, files, github, origin, ask } = await serving();
    await github.fail('slow', 'discovery');
    const answer = ask();
    await expect.poll(() => github.requests.length).toBeGreaterThan(0);
    broker.kill('SIGTERM');
    const door = () =>
      fetch(`${origin}/healthz`).then(
        () => 'open',
        () => 'shut',
      );
    await expect.poll(door).toBe('shut');
    await github.recover();
    expect((await answer).status).toBe(200);
    expect([await broker.ended, broker.err()]).toEqual([0, expect.stringContaining('"message":"stopped"')]);
    const { size } = JSON.parse((await buildpass('log', 'verify', '--json', '--config', files.config)).out);
    expect(readFileSync(files.anchor, 'utf8').split('\n')[3]).toBe(String(size));
  });

  it('keeps its anchor within seconds of what happened', async () => {
    const { files, origin, ask } = await serving();
    await ask();
    const [, size = ''] = (await (await fetch(`${origin}/log/checkpoint`)).text()).split('\n');
    await expect.poll(() => readFileSync(files.anchor, 'utf8').split('\n')[3]).toBe(size);
  });

  it('loads its policies again on SIGHUP: a better one at once, a broken one not, and says which', async () => {
    const { broker, files, ask } = await serving();
    appendFileSync(`${files.directory}/policies/shop.yaml`, 'tpyo: 1\n');
    broker.kill('SIGHUP');
    expect(JSON.parse(await broker.lineWith('the new policies do not load'))).toMatchObject({
      level: 'warn',
      message: expect.stringMatching(/the last good ones stay in force:\n.*shop\.yaml:\d+:1: tpyo: unknown key/),
    });
    expect((await ask()).status).toBe(200);
    files.writePolicy('shop.yaml');
    broker.kill('SIGHUP');
    await broker.lineWith('policies unchanged');
    edit(
      `${files.directory}/policies/shop.yaml`,
      'branch: main, event: [push, workflow_dispatch]',
      'branch: trunk, event: push',
    );
    broker.kill('SIGHUP');
    await broker.lineWith('policies changed');
    expect(await (await ask()).json()).toMatchObject({ error: 'access_denied' });
  });

  it('goes on with the last good policies when it is started over broken ones, and says so', async () => {
    const { broker, files } = await serving();
    broker.kill('SIGTERM');
    expect(await broker.ended).toBe(0);
    files.writePolicy('shop.yaml', 'nonsense');
    const again = startBuildpass('serve', '--config', files.config);
    const { port } = JSON.parse(await again.lineWith('"message":"serving"')) as { port: number };
    expect(again.err()).toContain('the last good ones stay in force');
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  });
});
