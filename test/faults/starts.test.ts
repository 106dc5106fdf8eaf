// `serve` over a store that is not as it must be: exit 78, a sentence that says what is wrong, and no port.
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BrokerFiles, brokerFiles } from '../support/broker-files.ts';
import { startBuildpass } from '../support/buildpass-process.ts';
import { buildpass } from '../support/command-line.ts';

async function filesWithKeys(): Promise<BrokerFiles> {
  const files = await brokerFiles();
  expect((await buildpass('keys', 'create', '--config', files.config)).code).toBe(0);
  return files;
}

/** Its log has begun, and its anchor knows it. */
async function filesThatServed(): Promise<BrokerFiles> {
  const files = await filesWithKeys();
  await serveOnce(files);
  return files;
}

async function serveOnce(files: BrokerFiles): Promise<void> {
  const broker = startBuildpass('serve', '--config', files.config);
  await broker.lineWith('"message":"serving"');
  broker.kill('SIGTERM');
  expect(await broker.ended).toBe(0);
}

async function expectRefused(files: BrokerFiles, sentence: string): Promise<void> {
  const { code, err } = await buildpass('serve', '--config', files.config);
  expect([code, err]).toEqual([78, expect.stringContaining(sentence)]);
}

/** Of the header (https://www.sqlite.org/fileformat.html, §1.3.3): written by an SQLite that this one may only read. */
function makeReadOnly(store: string): void {
  const file = openSync(store, 'r+');
  writeSync(file, Buffer.from([3]), 0, 1, 18);
  closeSync(file);
}

describe('serve does not start', () => {
  it('on a store that it may only read', async () => {
    const files = await filesWithKeys();
    makeReadOnly(files.store);
    await expectRefused(files, `the store ${files.store} cannot be opened: attempt to write a readonly database`);
  });

  it('on a file that is no store', async () => {
    const files = await filesWithKeys();
    writeFileSync(files.store, 'CREATE TABLE meta (key text)\n'.repeat(400));
    await expectRefused(files, `the store ${files.store} cannot be opened: file is not a database`);
  });

  it('on a store of which half is gone', async () => {
    const files = await filesThatServed();
    truncateSync(files.store, readFileSync(files.store).length / 2);
    await expectRefused(files, 'malformed');
  });

  it('on an older store than its anchor knows', async () => {
    const files = await filesWithKeys();
    copyFileSync(files.store, `${files.directory}/older`);
    await serveOnce(files);
    rmSync(`${files.store}-wal`, { force: true });
    copyFileSync(`${files.directory}/older`, files.store);
    await expectRefused(files, 'the store was rolled back or truncated');
  });

  it('with another key-encryption key than the store was made with', async () => {
    const files = await filesThatServed();
    writeFileSync(files.encryptionKey, `${Buffer.alloc(32, 7).toString('base64')}\n`);
    await expectRefused(files, 'keys.encryption-key-file is not the one it was made with');
  });
});
