import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockStore } from '../../../broker/store/sqlite.ts';
import { type BrokerFiles, brokerFiles } from '../../support/broker-files.ts';
import { startBuildpass } from '../../support/buildpass-process.ts';
import { buildpass } from '../../support/command-line.ts';

const create = ({ config }: BrokerFiles, ...more: string[]) => buildpass('keys', 'create', '--config', config, ...more);
const list = ({ config }: BrokerFiles, ...more: string[]) => buildpass('keys', 'list', '--config', config, ...more);
const serve = ({ config }: BrokerFiles) => buildpass('serve', '--config', config);
const in90Days = (since = ''): string => new Date(Date.parse(since) + 90 * 86_400_000).toISOString();
const modeOf = (file: string): number => statSync(file).mode & 0o777;

async function withKeys(): Promise<BrokerFiles> {
  const files = await brokerFiles();
  expect((await create(files)).code).toBe(0);
  return files;
}

describe('keys create', () => {
  it('makes the key-encryption key, the store with its directory, and a key for each use', async () => {
    const files = await brokerFiles();
    const { code, out, err } = await create(files);
    expect([code, err]).toEqual([0, '']);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/).slice(0, 2)),
    ).toEqual([
      ['ES256', 'credential'],
      ['RS256', 'credential'],
      ['EdDSA', 'log'],
    ]);
    expect(Buffer.from(readFileSync(files.encryptionKey, 'utf8').trim(), 'base64')).toHaveLength(32);
  });

  it('makes them so that nobody else on the machine can read them', async () => {
    const files = await withKeys();
    expect([modeOf(files.encryptionKey), modeOf(files.store), modeOf(dirname(files.store))]).toEqual([
      0o600, 0o600, 0o700,
    ]);
  });

  it('says nothing secret, in JSON either, and puts nothing into the log', async () => {
    const files = await brokerFiles();
    const { out } = await create(files, '--json');
    expect(Object.keys(JSON.parse(out)[0])).toEqual([
      ...['key_id', 'purpose', 'algorithm', 'state', 'created_at', 'changed_at', 'changes_at', 'public_key'],
    ]);
    expect(out).not.toContain('PRIVATE');
    expect(out).not.toContain(readFileSync(files.encryptionKey, 'utf8').trim());
    expect((await buildpass('log', 'show', '--config', files.config)).err).toContain('There are no such entries.');
  });

  it('refuses to make a second set, and leaves the first as it is', async () => {
    const files = await withKeys();
    const before = (await list(files, '--json')).out;
    const { code, err } = await create(files);
    expect([code, err]).toEqual([
      78,
      `the store ${files.store} has its signing keys already; \`buildpass keys list\` shows them\n`,
    ]);
    expect((await list(files, '--json')).out).toBe(before);
  });

  it('does not hide that the key-encryption key was lost by making another', async () => {
    const files = await withKeys();
    rmSync(files.encryptionKey);
    expect((await create(files)).code).toBe(78);
    expect(existsSync(files.encryptionKey)).toBe(false);
  });

  it('takes a key-encryption key that is there', async () => {
    const files = await brokerFiles();
    const text = `${Buffer.alloc(32, 5).toString('base64')}\n`;
    writeFileSync(files.encryptionKey, text, { mode: 0o600 });
    expect((await create(files)).code).toBe(0);
    expect(readFileSync(files.encryptionKey, 'utf8')).toBe(text);
  });

  it('refuses while a broker holds the store', async () => {
    const files = await withKeys();
    const unlock = lockStore(files.store);
    onTestFinished(unlock);
    const { code, err } = await create(files);
    expect([code, err]).toEqual([78, expect.stringContaining(`another broker is running on the store ${files.store}`)]);
  });

  it('says where it could not write', async () => {
    const files = await brokerFiles();
    writeFileSync(dirname(files.store), 'a file where a directory must be');
    expect(await create(files)).toMatchObject({
      code: 78,
      err: expect.stringContaining(`${dirname(files.store)}: cannot be made: EEXIST`),
    });
    const config = readFileSync(files.config, 'utf8');
    writeFileSync(files.config, config.replace('./data/', './').replace('./kek', './nowhere/kek'));
    expect(await create(files)).toMatchObject({
      code: 78,
      err: expect.stringContaining('/nowhere/kek: cannot be made: ENOENT'),
    });
  });
});

describe('a key-encryption key that is wrong', () => {
  it.each([
    [
      'too short',
      (file: string) => writeFileSync(file, Buffer.alloc(31).toString('base64')),
      'is not 32 bytes in base64',
    ],
    ['not base64', (file: string) => writeFileSync(file, 'x'.repeat(44)), 'is not 32 bytes in base64'],
    [
      'cut by an editor',
      (file: string) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20)),
      'is not 32 bytes in base64',
    ],
    [
      'readable by others',
      (file: string) => chmodSync(file, 0o644),
      'can be read or changed by others (mode 0644): run chmod 600 on it',
    ],
    ['gone', (file: string) => rmSync(file), 'there is no such file: put it back'],
    [
      'another broker’s',
      (file: string) => writeFileSync(file, Buffer.alloc(32, 9).toString('base64')),
      'cannot be opened: keys.encryption-key-file is not the one it was made with',
    ],
  ])('stops the start: %s', async (_what, change, message) => {
    const files = await withKeys();
    change(files.encryptionKey);
    expect(await serve(files)).toMatchObject({ code: 78, err: expect.stringContaining(message) });
  });
});

describe('signing keys that are wrong', () => {
  it('stop the start where there are none', async () => {
    const files = await withKeys();
    const database = new DatabaseSync(files.store);
    database.exec('DELETE FROM signing_keys');
    database.close();
    expect(await serve(files)).toMatchObject({
      code: 78,
      err: expect.stringContaining('the store has no signing keys: make them once with `buildpass keys create`'),
    });
  });

  it('stop the start where two rows were exchanged', async () => {
    const files = await withKeys();
    const database = new DatabaseSync(files.store);
    database.exec(
      `UPDATE signing_keys SET sealed_private_key = (SELECT sealed_private_key FROM signing_keys WHERE algorithm = 'ES256') WHERE algorithm = 'RS256'`,
    );
    database.close();
    expect(await serve(files)).toMatchObject({ code: 78, err: expect.stringContaining('cannot be opened') });
  });
});

describe('keys list', () => {
  it('shows what there is, newest first, in lines and in JSON', async () => {
    const files = await withKeys();
    const signingKeys = JSON.parse((await list(files, '--json')).out);
    expect(signingKeys).toHaveLength(3);
    const { code, out } = await list(files);
    expect([code, out.trim().split('\n').sort()]).toEqual([
      0,
      signingKeys
        .map(
          (key: Record<string, string>) =>
            `${key['algorithm']}  ${key['purpose']?.padEnd(10)}  current    ${key['created_at']}  ${key['key_id']}${
              key['purpose'] === 'log' ? '' : `  another signs from ${in90Days(key['created_at'])}`
            }`,
        )
        .sort(),
    ]);
  });

  it('gives the one that signs no date of its own while another waits to take its place', async () => {
    const files = await withKeys();
    await buildpass('keys', 'rotate', '--algorithm', 'ES256', '--config', files.config);
    const { out } = await list(files);
    expect(out).toMatch(/^ES256 +credential +current .* {2}signs until the next one does$/m);
    expect(out).toMatch(/^RS256 +credential +current .* {2}another signs from /m);
  });

  it('says where there is no store, without making one', async () => {
    const files = await brokerFiles();
    expect(await list(files)).toMatchObject({
      code: 78,
      err: expect.stringContaining(`there is no store at ${files.store}: \`buildpass keys create\` makes one`),
    });
    expect(existsSync(files.store)).toBe(false);
  });

  it('needs no key-encryption key', async () => {
    const files = await withKeys();
    rmSync(files.encryptionKey);
    expect((await list(files)).code).toBe(0);
  });
});

describe('the command as a process', () => {
  it('writes to standard output, and ends with its exit code', async () => {
    const files = await brokerFiles();
    const created = startBuildpass('keys', 'create', '--config', files.config);
    expect([await created.ended, created.err()]).toEqual([0, '']);
    expect(created.out()).toMatch(/^ES256 {2}credential .*\nRS256 {2}credential .*\nEdDSA {2}log .*\n$/);
    const again = startBuildpass('keys', 'create', '--config', files.config);
    expect([await again.ended, again.out()]).toEqual([78, '']);
  });
});
