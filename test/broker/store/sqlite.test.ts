import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSqliteFile, lockStore, openSqliteReader, openSqliteStore } from '../../../broker/store/sqlite.ts';
import type { Store } from '../../../broker/store/store.ts';

const clock = { now: () => 1_000 };

function storePath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'buildpass.db');
}

async function openStore(path = storePath()): Promise<Store> {
  createSqliteFile(path);
  const store = await openSqliteStore({ path, clock });
  onTestFinished(() => store.close());
  return store;
}

const use = (tokenId: string) => ({ issuer: 'github', tokenId, expiresAt: 2_000 });

describe('the SQLite store', () => {
  it('makes a file that only its owner reads, and keeps WAL and synchronous=FULL', async () => {
    const path = storePath();
    await openStore(path);
    expect(statSync(path).mode & 0o077).toBe(0);
    const beside = new DatabaseSync(path, { readOnly: true });
    expect(beside.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    beside.close();
  });

  it('does not make a store where there is none', async () => {
    await expect(openSqliteStore({ path: storePath(), clock })).rejects.toThrow('there is no store at');
  });

  it('lets one of many simultaneous uses of a token be the first', async () => {
    const store = await openStore();
    const uses = await Promise.all(
      Array.from({ length: 50 }, () => store.commit((tx) => tx.subjectTokens.use(use('a')))),
    );
    expect(uses.filter(({ replays }) => replays === 0)).toHaveLength(1);
  });

  it('rolls back a unit that throws, alone, though it shares its transaction with others', async () => {
    const store = await openStore();
    const failing = store.commit(async (tx) => {
      await tx.meta.set('mine', 'gone');
      throw new Error('no');
    });
    const [kept] = await Promise.all([
      store.commit((tx) => tx.meta.set('theirs', 'kept')),
      expect(failing).rejects.toThrow('no'),
    ]);
    expect(kept).toBeUndefined();
    expect(await store.read((tx) => Promise.all([tx.meta.get('mine'), tx.meta.get('theirs')]))).toEqual([
      undefined,
      'kept',
    ]);
  });

  it('fails every unit of a group whose commit fails, and goes on with the next', async () => {
    const store = await openStore();
    let fail = true;
    store.guard({
      begin: async () => undefined,
      beforeCommit: async () => {
        if (fail) throw new Error('disk gone');
      },
      settled: () => undefined,
    });
    const group = [store.commit((tx) => tx.meta.set('a', '1')), store.commit((tx) => tx.meta.set('b', '1'))];
    for (const unit of group)
      await expect(unit).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining('did not answer'),
      });
    fail = false;
    await store.commit((tx) => tx.meta.set('c', '1'));
    expect(await store.read((tx) => Promise.all([tx.meta.get('a'), tx.meta.get('b'), tx.meta.get('c')]))).toEqual([
      undefined,
      undefined,
      '1',
    ]);
  });

  it('does not run the rest of a group uncommitted when SQLite has rolled everything back', async () => {
    const path = storePath();
    const store = await openStore(path);
    const other = new DatabaseSync(path);
    onTestFinished(() => other.close());
    other.exec(
      "CREATE TRIGGER full BEFORE INSERT ON meta WHEN new.key = 'full' BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
    );
    const group = ['before', 'full', 'after'].map((key) => store.commit((tx) => tx.meta.set(key, '1')));
    const settled = await Promise.allSettled(group);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await store.read((tx) => Promise.all([tx.meta.get('before'), tx.meta.get('after')]))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('shows readers what is committed, beside the writer', async () => {
    const path = storePath();
    const store = await openStore(path);
    await store.commit((tx) => tx.meta.set('a', '1'));
    const reader = openSqliteReader({ path, clock });
    onTestFinished(() => reader.close());
    expect(await reader.read((tx) => tx.meta.get('a'))).toBe('1');
    const writing = reader.read((tx) => tx.meta.set('a', '2'));
    await expect(writing).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: { message: expect.stringContaining('readonly') },
    });
  });

  it('has much that was written at once in the database itself, and not in the log before it', async () => {
    const path = storePath();
    const store = await openStore(path);
    const sizeAfter = async (large: boolean): Promise<number> => {
      await store.commit(async (tx) => {
        tx.large = large;
        await tx.meta.set('much', 'x'.repeat(500_000));
      });
      // The next one comes after it was moved.
      await store.commit(async () => undefined);
      return statSync(path).size;
    };
    expect(await sizeAfter(false)).toBeLessThan(500_000);
    expect(await sizeAfter(true)).toBeGreaterThan(500_000);
  });

  it('has no commit move more than some 8 MB out of the log before it, for which everybody waits', async () => {
    const path = storePath();
    const store = await openStore(path);
    const half = 'x'.repeat(512 * 1024);
    for (let at = 0; at < 24; at += 1) await store.commit((tx) => tx.meta.set(`half-${at}`, half));
    expect(statSync(`${path}-wal`).size).toBeLessThan(9 * 1024 * 1024);
  });

  it('gives back what that log grew by while somebody read one state for long, as a verifier does', async () => {
    const path = storePath();
    const store = await openStore(path);
    const write = async (times: number): Promise<number> => {
      for (let at = 0; at < times; at += 1) await store.commit((tx) => tx.meta.set('much', `${at}`.repeat(512 * 1024)));
      return statSync(`${path}-wal`).size / 1024 / 1024;
    };
    const reader = openSqliteReader({ path, clock });
    await reader.read(async (tx) => {
      await tx.meta.get('much');
      expect(await write(40)).toBeGreaterThan(20);
    });
    await reader.close();
    expect(await write(2)).toBeLessThan(17);
  });

  it.each([
    [
      'an earlier',
      `DELETE FROM kysely_migration WHERE name LIKE '0009%'`,
      'a start of `buildpass serve` brings it up to date',
    ],
    ['a later', `INSERT INTO kysely_migration VALUES ('9999-later', '')`, 'of a later version: use that one'],
    ['no', `DROP TABLE kysely_migration`, 'a start of `buildpass serve` brings it up to date'],
  ])('is not read with the schema of %s version, which would look like tampering', async (_what, sql, why) => {
    const path = storePath();
    await openStore(path);
    const beside = new DatabaseSync(path);
    beside.exec(sql);
    beside.close();
    expect(() => openSqliteReader({ path, clock })).toThrow(why);
  });

  it('is opened by one broker at a time, and by the next when the first let go', () => {
    const path = storePath();
    const unlock = lockStore(path);
    expect(() => lockStore(path)).toThrow('another broker is running on the store');
    unlock();
    lockStore(path)();
  });

  it('says what is missing where not even its lock can be made', () => {
    expect(() => lockStore(join(storePath(), 'nowhere', 'buildpass.db'))).toThrow(
      '`buildpass keys create` makes the store',
    );
  });
});
