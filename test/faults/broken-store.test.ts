// A store that fails in a way after which nobody knows what is on the disk: from then on nothing is read or written, nothing is
// handed out, and the process ends. Trouble that passes is no such thing.
import { closeSync, copyFileSync, openSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSqliteFile } from '../../broker/store/sqlite.ts';
import type { Store } from '../../broker/store/store.ts';
import { temporaryDirectory } from '../support/config-file.ts';
import { FaultyConnection, type StatementFault } from '../support/faulty-connection.ts';
import { TestBroker } from '../support/test-broker.ts';

const INSERT = /^insert into "?meta\b/i;
const ROLLBACK = /^ROLLBACK$/;
const UNAVAILABLE = { code: 'STORE_UNAVAILABLE' };

async function openStore(path?: string) {
  const file = path ?? `${await temporaryDirectory()}/buildpass.db`;
  createSqliteFile(file);
  const [connection, told] = [new FaultyConnection(), [] as unknown[]];
  const onBroken = (cause: unknown) => void told.push(cause);
  const store = await connection.openStore({ path: file, clock: { now: () => 1_000 }, onBroken });
  onTestFinished(() => store.close().catch(() => undefined));
  return { store, connection, told, path: file };
}

const write = (store: Store, key = 'a') => store.commit((tx) => tx.meta.set(key, '1'));
const readBack = (store: Store, key = 'a') => store.read((tx) => tx.meta.get(key));

describe('a store', () => {
  it.each<StatementFault>([
    { sql: /^COMMIT/, code: 'SQLITE_IOERR_FSYNC' },
    { sql: /^COMMIT/, code: 'SQLITE_IOERR_FSYNC', happened: true },
    { sql: /^BEGIN/, code: 'SQLITE_NOTADB' },
    { sql: INSERT, code: 'SQLITE_CORRUPT' },
    { sql: ROLLBACK, code: 'SQLITE_IOERR_READ' },
  ])('is broken by $code at $sql: once said, and then not touched any more', async (fault) => {
    const { store, connection, told } = await openStore();
    connection.arm(fault);
    if (fault.sql === ROLLBACK) store.guard(refusing(new Error('no')));
    await expect(write(store)).rejects.toMatchObject(UNAVAILABLE);
    expect([store.broken(), told.length]).toEqual([true, 1]);
    connection.arm();
    await expect(write(store)).rejects.toMatchObject({ ...UNAVAILABLE, name: 'StoreBroken' });
    await expect(readBack(store)).rejects.toMatchObject({ ...UNAVAILABLE, name: 'StoreBroken' });
    await store.close();
    expect([connection.ran, told.length]).toEqual([[], 1]);
  });

  it.each<StatementFault>([
    { sql: /^COMMIT/, code: 'SQLITE_FULL' },
    { sql: INSERT, code: 'SQLITE_FULL' },
    { sql: /^BEGIN/, code: 'SQLITE_BUSY' },
    { sql: /^COMMIT/, code: 'SQLITE_BUSY' },
  ])('goes on after $code at $sql', async (fault) => {
    const { store, connection, told } = await openStore();
    connection.arm(fault);
    await expect(write(store)).rejects.toMatchObject({ ...UNAVAILABLE, name: 'BrokerError' });
    expect(await readBack(store)).toBeUndefined();
    await write(store);
    expect([await readBack(store), store.broken(), told]).toEqual(['1', false, []]);
  });

  it('hands out none of a group in which one unit met an I/O error, though the transaction still stood', async () => {
    const { store, connection } = await openStore();
    connection.arm({ sql: INSERT, code: 'SQLITE_IOERR_READ' });
    const group = [store.commit(async () => 'before'), write(store), store.commit(async () => 'after')];
    const settled = await Promise.allSettled(group);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(connection.ran).not.toContain('COMMIT');
  });

  it('is broken by a file whose pages are not what they were', async () => {
    const { store, path } = await openStore();
    await store.close();
    spoil(path, 'meta');
    const spoilt = await openStore(path);
    await expect(write(spoilt.store)).rejects.toMatchObject({ name: 'StoreBroken' });
    expect(spoilt.told).toMatchObject([{ message: 'database disk image is malformed' }]);
  });
});

describe('the next broker', () => {
  it('writes what only the WAL holds anew into the store, before anything is built on it', async () => {
    const { store, path } = await openStore();
    await write(store);
    const left = `${await temporaryDirectory()}/buildpass.db`;
    for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${left}${end}`);
    expect(statSync(`${left}-wal`).size).toBeGreaterThan(0);
    const next = await openStore(left);
    expect(statSync(`${left}-wal`).size).toBe(0);
    expect(await readBack(next.store)).toBe('1');
  });
});

function refusing(cause: Error): Parameters<Store['guard']>[0] {
  return {
    begin: async () => undefined,
    beforeCommit: () => Promise.reject(cause),
    settled: () => undefined,
  };
}

/** Writes over the page that a table begins on. */
function spoil(path: string, table: string): void {
  const database = new DatabaseSync(path);
  const { rootpage } = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table) as {
    rootpage: number;
  };
  const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number };
  database.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size, 0xff), 0, size, (rootpage - 1) * size);
  closeSync(file);
}

describe('a broker with a broken store', () => {
  it('hands out nothing, is not ready, and says so once with what to do', async () => {
    const connection = new FaultyConnection();
    const broker = await TestBroker.start({ background: 'by-hand', openStore: connection.openStore });
    onTestFinished(() => broker.close());
    connection.arm({ sql: /^COMMIT/, code: 'SQLITE_IOERR_FSYNC', happened: true });
    const asks = [await broker.ask(), await broker.ask()];
    expect(asks.map(({ status, body }) => [status, body.code])).toEqual([
      [503, 'STORE_UNAVAILABLE'],
      [503, 'STORE_UNAVAILABLE'],
    ]);
    expect((await broker.fetch('/readyz')).status).toBe(503);
    await broker.running.storeBroken;
    const said = broker.logLines.filter((line) => line.includes('the store is not trusted any more'));
    expect(said.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', message: 'the store is not trusted any more', next: expect.stringMatching(/^Check the disk/) },
    ]);
  });
});
