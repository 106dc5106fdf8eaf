import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANIFEST, MANIFEST_FILE } from '../../../shared/log-directory.ts';
import { runBeside } from '../../support/beside-broker.ts';
import { configFileOf } from '../../support/broker-files.ts';
import { buildpass, type Ran } from '../../support/command-line.ts';
import { newSecret, TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
let config: string;
const secrets: string[] = [];
beforeAll(async () => {
  broker = await TestBroker.start({ background: 'by-hand' });
  config = configFileOf(broker);
  for (const scope of ['shop/publish-preview', 'shop/upstream']) {
    const secret = newSecret();
    const { body } = await broker.ask({ scope, secret });
    secrets.push(secret, body.access_token);
  }
});
afterAll(() => broker.close());

const at = (name: string): string => join(broker.directory, name);
const exportTo = (name: string): Promise<Ran> => buildpass('log', 'export', at(name), '--config', config);
const verify = (name: string): Promise<Ran> =>
  buildpass('log', 'verify', '--from', at(name), '--key', broker.running.verifierKey);

function textIn(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')).join('\n');
}

describe('log export', () => {
  it('writes beside a running broker what verifies wholly, readable by its owner alone', async () => {
    const { code, out } = await exportTo('audit');
    const size = (await broker.entries()).length;
    expect([code, out]).toEqual([0, `${at('audit')} has the log: ${size} entries\n`]);
    expect(await verify('audit')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`The log holds: ${size} entries`),
    });
    expect(statSync(join(at('audit'), 'openings.jsonl')).mode & 0o777).toBe(0o600);
    expect(statSync(at('audit')).mode & 0o777).toBe(0o700);
  });

  it('writes no secret: no credential, request secret, handle, key or sealed answer', async () => {
    await exportTo('without-secrets');
    const text = textIn(at('without-secrets'));
    const sealed = await broker.running.store.read(async (tx) => [
      ...(await tx.signingKeys.all()).map((key) => key.sealed_private_key),
      ...(await tx.leases.latest(9)).flatMap((lease) => lease.sealed_handle ?? []),
    ]);
    expect(sealed).toHaveLength(4);
    expect([...secrets, ...sealed].filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toMatch(/sealed|secret_hash/);
  });

  it('replaces an earlier export of the log', async () => {
    await exportTo('again');
    await broker.ask({ claims: { run_id: '4711' } });
    expect((await exportTo('again')).code).toBe(0);
    expect((await verify('again')).out).toContain(`The log holds: ${(await broker.entries()).length} entries`);
    expect(existsSync(`${at('again')}.old`)).toBe(false);
  });

  it('writes into an empty directory, and over an export that was broken off', async () => {
    mkdirSync(at('empty'));
    mkdirSync(at('empty.writing'));
    writeFileSync(join(at('empty.writing'), MANIFEST_FILE), MANIFEST);
    expect((await exportTo('empty')).code).toBe(0);
    expect((await verify('empty')).code).toBe(0);
  });

  it('leaves anything else as it is', async () => {
    mkdirSync(at('other'));
    writeFileSync(join(at('other'), 'thesis.txt'), 'the only copy');
    const { code, err } = await exportTo('other');
    expect([code, err]).toEqual([
      78,
      `${at('other')} is there, and is no earlier export. Nothing was written; name another directory\n`,
    ]);
    writeFileSync(at('a-file'), 'the only copy');
    expect(await exportTo('a-file')).toMatchObject({ code: 78, err: expect.stringContaining('is no earlier export') });
    expect(readFileSync(at('a-file'), 'utf8')).toBe('the only copy');
  });

  it('leaves an export that the log contradicts: it is evidence', async () => {
    await exportTo('evidence');
    cpSync(at('evidence'), at('fork'), { recursive: true });
    const checkpoint = join(at('fork'), 'checkpoint');
    const [origin, size, root = '', ...rest] = readFileSync(checkpoint, 'utf8').split('\n');
    writeFileSync(checkpoint, [origin, size, Buffer.alloc(32).toString('base64'), ...rest].join('\n'));
    const before = textIn(at('fork'));
    const { code, err } = await exportTo('fork');
    expect(root).toHaveLength(44);
    expect([code, err]).toEqual([78, expect.stringContaining('that this log does not continue: keep it')]);
    expect(textIn(at('fork'))).toBe(before);
  });

  it('answers programs in JSON, and says what is missing', async () => {
    expect(JSON.parse((await buildpass('log', 'export', at('json'), '--json', '--config', config)).out)).toEqual({
      directory: at('json'),
      entries: (await broker.entries()).length,
    });
    expect(await buildpass('log', 'export', '--config', config)).toMatchObject({
      code: 2,
      err: expect.stringContaining('the directory is missing'),
    });
  });
});

describe('log export of a store that somebody changed', () => {
  it('writes nothing where the newest checkpoint does not hold for the tree', async () => {
    const other = await TestBroker.start({ background: 'by-hand' });
    const file = configFileOf(other);
    await other.running.close();
    runBeside(other, "UPDATE tree_head SET edge = ''");
    const target = join(other.directory, 'audit');
    const { code, err } = await buildpass('log', 'export', target, '--config', file);
    expect([code, err]).toEqual([78, expect.stringContaining('its newest checkpoint does not hold for')]);
    expect(existsSync(target)).toBe(false);
    await other.github.close();
    rmSync(other.directory, { recursive: true });
  });
});
