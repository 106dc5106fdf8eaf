import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBrokenLatch } from '../../../broker/store/broken-latch.ts';
import { createGroupCommit, type GroupCommit } from '../../../broker/store/group-commit.ts';
import { openSqliteStore } from '../../../broker/store/sqlite.ts';
import type { Transaction, TransactionGuard } from '../../../broker/store/store.ts';

interface Recorded {
  readonly group: GroupCommit;
  /** what was done to the connection and the guard, in order */
  readonly steps: string[];
}

/** A group over a connection that only remembers what it was told; `failing` is the step that goes wrong. */
async function recordedGroup(failing?: { step: string; cause: Error }): Promise<Recorded> {
  const tx = await someTransaction();
  const steps: string[] = [];
  const act = (step: string): void => {
    steps.push(step);
    if (step === failing?.step) throw failing.cause;
  };
  let isTransaction = false;
  const connection = {
    get isTransaction() {
      return isTransaction;
    },
    exec(sql: string) {
      act(sql);
      isTransaction = sql === 'COMMIT' || sql === 'ROLLBACK' ? false : isTransaction || sql.startsWith('BEGIN');
    },
  };
  const guard: TransactionGuard = {
    begin: async () => act('guard begins'),
    beforeCommit: async () => act('guard before commit'),
    settled: (outcome) => act(`guard settled ${outcome}`),
  };
  const latch = createBrokenLatch(() => act('broken'));
  return { group: createGroupCommit({ connection, transaction: () => tx, guard: () => guard, latch }), steps };
}

/** What a unit is handed; none of these units does anything with it. */
async function someTransaction(): Promise<Transaction> {
  const store = await openSqliteStore({ path: ':memory:', clock: { now: () => 1_000 } });
  onTestFinished(() => store.close());
  return store.read(async (tx) => tx);
}

const unavailable = (cause: Error) => ({
  code: 'STORE_UNAVAILABLE',
  message: 'The store did not answer, so nothing was handed out. Ask again.',
  retryAfter: 2,
  cause,
});

describe('a group of units', () => {
  it('is told the guard before the first and after the last, and that it is committed', async () => {
    const { group, steps } = await recordedGroup();
    const units = ['a', 'b'].map((name) => group.commit(async () => void steps.push(name)));
    await Promise.all(units);
    expect(steps.filter((step) => !/unit$/.test(step))).toEqual([
      'BEGIN IMMEDIATE',
      'guard begins',
      'a',
      'b',
      'guard before commit',
      'COMMIT',
      'guard settled committed',
    ]);
  });

  it('waits for those that come one after the other, while there are more each time, and no longer', async () => {
    const { group, steps } = await recordedGroup();
    const turns = async (count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn += 1) await nextTurn();
    };
    const units = ['a', 'b', 'c'].map(async (name, at) => {
      await turns(2 * at);
      await group.commit(async () => void steps.push(name));
    });
    await Promise.all(units);
    await group.commit(async () => void steps.push('d'));
    expect(steps.filter((step) => /^(BEGIN|[a-d]$)/.test(step))).toEqual([
      ...['BEGIN IMMEDIATE', 'a', 'b', 'c', 'BEGIN IMMEDIATE', 'd'],
    ]);
  });

  it('is large enough with eight, so that the first need not wait for all', async () => {
    const { group } = await recordedGroup();
    let coming = true;
    const units: Promise<void>[] = [];
    const first = group.commit(async () => undefined).then(() => (coming = false));
    while (coming) {
      units.push(group.commit(async () => undefined));
      await nextTurn();
    }
    await Promise.all([first, ...units]);
    expect(units.length).toBeGreaterThan(5);
    expect(units.length).toBeLessThan(12);
  });

  it('has what a unit of it wrote moved to where it stays, where that is much, once the unit is answered', async () => {
    const { group, steps } = await recordedGroup();
    await group.commit(async (tx) => {
      tx.large = true;
    });
    steps.push('answered');
    await group.idle();
    expect(steps.slice(-3)).toEqual(['guard settled committed', 'answered', 'PRAGMA wal_checkpoint(PASSIVE)']);
  });

  it('keeps what is committed where moving it fails, and breaks where the disk did', async () => {
    for (const [cause, broken] of [
      [new Error('busy'), false],
      [Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 }), true],
    ] as const) {
      const { group, steps } = await recordedGroup({ step: 'PRAGMA wal_checkpoint(PASSIVE)', cause });
      const value = await group.commit(async (tx) => {
        tx.large = true;
        return 'kept';
      });
      await group.idle();
      expect([value, steps.includes('broken')]).toEqual(['kept', broken]);
    }
  });

  it('goes on after a unit that rejects with nothing at all', async () => {
    const { group } = await recordedGroup();
    const nothing = group.commit(() => Promise.reject(undefined));
    const [outcome, neighbour] = await Promise.allSettled([nothing, group.commit(async () => 'kept')]);
    expect(outcome).toEqual({ status: 'rejected', reason: undefined });
    expect(neighbour).toEqual({ status: 'fulfilled', value: 'kept' });
    expect(await group.commit(async () => 'next')).toBe('next');
  });

  it('is run again where a unit of it throws, each under a savepoint then, as are those that come next', async () => {
    const { group, steps } = await recordedGroup();
    const [, kept] = await Promise.allSettled([
      group.commit(() => Promise.reject(new Error('no'))),
      group.commit(async () => void steps.push('kept')),
    ]);
    expect(kept.status).toBe('fulfilled');
    const SECOND = ['BEGIN IMMEDIATE', 'guard begins', 'SAVEPOINT unit', 'ROLLBACK TO unit', 'RELEASE unit'];
    expect(steps.slice(0, 9)).toEqual(['BEGIN IMMEDIATE', 'guard begins', 'ROLLBACK', ...SECOND, 'SAVEPOINT unit']);
    await group.commit(async () => 1);
    expect(steps.filter((step) => step === 'SAVEPOINT unit')).toHaveLength(3);
  });

  it('needs no second run where the unit that throws is alone in it', async () => {
    const { group, steps } = await recordedGroup();
    await expect(group.commit(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(steps).toEqual(['BEGIN IMMEDIATE', 'guard begins', 'ROLLBACK']);
  });

  it('runs no unit where the guard does not let it begin', async () => {
    const cause = new Error('not our tree');
    const { group, steps } = await recordedGroup({ step: 'guard begins', cause });
    await expect(group.commit(async () => void steps.push('unit ran'))).rejects.toMatchObject(unavailable(cause));
    expect(steps).toEqual(['BEGIN IMMEDIATE', 'guard begins', 'ROLLBACK']);
  });

  it('commits nothing where the guard fails after the last unit, and says nothing of an outcome', async () => {
    const cause = new Error('cannot sign');
    const { group, steps } = await recordedGroup({ step: 'guard before commit', cause });
    await expect(group.commit(async () => 1)).rejects.toMatchObject(unavailable(cause));
    expect(steps.slice(-2)).toEqual(['guard before commit', 'ROLLBACK']);
  });

  it('whose COMMIT fails is unknown to the guard, and fails every unit', async () => {
    const cause = new Error('disk I/O error');
    const { group, steps } = await recordedGroup({ step: 'COMMIT', cause });
    const units = await Promise.allSettled([group.commit(async () => 1), group.commit(async () => 2)]);
    for (const unit of units) expect(unit).toMatchObject({ status: 'rejected', reason: unavailable(cause) });
    expect(steps.slice(-3)).toEqual(['COMMIT', 'ROLLBACK', 'guard settled unknown']);
  });
});
