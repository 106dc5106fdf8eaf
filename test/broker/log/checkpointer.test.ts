import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { StartRefused } from '../../../broker/errors.ts';
import { createAppend } from '../../../broker/log/append.ts';
import { type Checkpointer, createCheckpointer, readTip, type Tip } from '../../../broker/log/checkpointer.ts';
import { refuseOtherOrigin } from '../../../broker/log/newest-checkpoint.ts';
import type { TransactionGuard } from '../../../broker/store/store.ts';
import { signedBy } from '../../support/log-signer.ts';
import { draftOf, ORIGIN, openTestLog, type TestLog } from '../../support/test-log.ts';

const tipOf = (log: TestLog): Promise<Tip> => log.store.read((tx) => readTip(tx.log, log.verifier));

async function logOf(size: number): Promise<TestLog> {
  const log = await openTestLog();
  await log.grow(size);
  return log;
}

async function startRefusal(log: TestLog): Promise<string> {
  const thrown = await tipOf(log).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(StartRefused);
  return (thrown as Error).message;
}

const edgeOf = (log: TestLog) => log.store.read(async (tx) => (await tx.log.head()).edge);

describe('the tip at start', () => {
  it('is the tree head that the newest checkpoint holds for', async () => {
    const log = await logOf(5);
    expect(await tipOf(log)).toEqual({ size: 5, edge: await edgeOf(log) });
  });

  it('is nothing for an empty log', async () => {
    expect(await tipOf(await openTestLog())).toEqual({ size: 0, edge: '' });
  });

  it.each([
    ['an entry more', 'UPDATE tree_head SET size = 6'],
    ['an entry less', 'UPDATE tree_head SET size = 4'],
    ['other hashes', `UPDATE tree_head SET edge = replace(edge, substr(edge, 1, 4), 'AAAA')`],
    ['no checkpoint of it', 'DELETE FROM checkpoints WHERE size = 5'],
    ['no checkpoint at all', 'DELETE FROM checkpoints'],
    ['neither hashes nor checkpoints', `DELETE FROM checkpoints; UPDATE tree_head SET edge = ''`],
    ['a checkpoint of a smaller tree', 'UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 4)'],
    ['no signed checkpoint', `UPDATE checkpoints SET note = 'bogus' WHERE size = 5`],
  ])('refuses the start over a tree head with %s', async (_what, sql) => {
    const log = await logOf(5);
    log.tamper(sql);
    const { size } = await log.store.read((tx) => tx.log.head());
    expect(await startRefusal(log)).toBe(
      `the log has ${size} entries that its newest checkpoint does not hold for: the store was changed by somebody else. \`buildpass log verify\` says where`,
    );
  });

  it('refuses the start over a tree that was rolled back from under its checkpoints, to nothing too', async () => {
    const log = await logOf(2);
    const edge = await edgeOf(log);
    await log.grow(1);
    for (const head of [`size = 2, edge = '${edge}'`, `size = 0, edge = ''`]) {
      log.tamper(`UPDATE tree_head SET ${head}`);
      expect(await startRefusal(log)).toBe(
        'there is a checkpoint beyond the tree: the store was changed by somebody else. `buildpass log verify` says where',
      );
    }
  });

  it('refuses the start over a store that cannot be read, and says why', async () => {
    const log = await logOf(1);
    log.tamper('DROP TABLE tree_head');
    expect(await startRefusal(log)).toContain('no such table: tree_head');
  });

  it('keeps what was found for whoever runs the broker', async () => {
    const log = await logOf(2);
    log.tamper('UPDATE tree_head SET size = 3');
    await expect(tipOf(log)).rejects.toMatchObject({ name: 'StartRefused', cause: changedBesideUs });
  });

  it('refuses the start over a checkpoint of another key', async () => {
    const [log, other] = [await logOf(5), await logOf(5)];
    const note = (await other.store.read((tx) => tx.log.latestCheckpoint()))?.note;
    log.tamper(`UPDATE checkpoints SET note = '${note}' WHERE size = 5`);
    expect(await startRefusal(log)).toContain('the log has 5 entries');
  });
});

/** A log of three entries whose guard a test can come between. */
async function guarded(
  between: (guard: TransactionGuard) => Partial<TransactionGuard>,
): Promise<TestLog & Pick<Checkpointer, 'recent'>> {
  const log = await logOf(3);
  const guard = createCheckpointer({ origin: ORIGIN, ...signedBy(log.privateKey), tip: await tipOf(log) });
  log.store.guard({ ...guard, ...between(guard) });
  return { ...log, recent: guard.recent };
}

const changedBesideUs = {
  code: 'STORE_UNAVAILABLE',
  message: 'The store is not in the state that this broker left it in, so nothing was handed out.',
};

describe('after a COMMIT of which nobody knows whether it happened', () => {
  it('the log goes on over the tree with it, where it happened', async () => {
    const log = await guarded((guard) => ({ settled: () => guard.settled('unknown') }));
    await log.grow(2);
    expect(await log.verify()).toMatchObject({ size: 5, checkpoints: 5, problems: [] });
    const first = await log.store.read((tx) => tx.log.checkpointCovering(3));
    expect(log.recent.covering(3)).toEqual({ size: 4, note: first?.note });
  });

  it('the log goes on over the tree without it, where it did not', async () => {
    let lost = 1;
    const log = await guarded((guard) => ({
      async beforeCommit(tx) {
        await guard.beforeCommit(tx);
        if (lost-- <= 0) return;
        guard.settled('unknown');
        throw new Error('disk I/O error');
      },
    }));
    await expect(log.grow(1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await log.grow(2);
    expect(await log.verify()).toMatchObject({ size: 5, checkpoints: 5, problems: [] });
  });

  it('a third tree is still somebody else’s', async () => {
    const log = await guarded((guard) => ({ settled: () => guard.settled('unknown') }));
    await log.grow(1);
    log.tamper('UPDATE tree_head SET size = 5');
    await expect(log.grow(1)).rejects.toMatchObject(changedBesideUs);
  });
});

it('what is new stays at hand, however many units append nothing', async () => {
  const log = await guarded(() => ({}));
  await log.grow(1);
  for (let at = 0; at < 70; at += 1) await log.store.commit((tx) => tx.meta.set('a', String(at)));
  expect(log.recent.covering(3)?.size).toBe(4);
});

describe('a tree head that somebody changed', () => {
  it.each([
    ['more entries', 'UPDATE tree_head SET size = 4'],
    ['fewer entries', 'UPDATE tree_head SET size = 2'],
    ['other hashes', `UPDATE tree_head SET edge = replace(edge, substr(edge, 1, 4), 'AAAA')`],
  ])('to %s stops every unit, and gets no signature', async (_what, sql) => {
    const log = await guarded(() => ({}));
    log.tamper(sql);
    const append = createAppend(systemEntropy);
    await expect(log.store.commit((tx) => append(tx, draftOf(9)))).rejects.toMatchObject({
      ...changedBesideUs,
      cause: {
        message:
          'the tree head is not the one committed last: the store was changed by somebody else. `buildpass log verify` says where',
      },
    });
    await expect(log.store.commit((tx) => tx.meta.set('a', '1'))).rejects.toMatchObject(changedBesideUs);
    expect(
      await log.store.read(async (tx) => (await tx.log.checkpoints({ start: 1, end: 9 })).map(({ size }) => size)),
    ).toEqual([1, 2, 3]);
  });

  it('takes no tree of nothing that has hashes', async () => {
    const log = await openTestLog();
    log.tamper(`UPDATE tree_head SET edge = '${Buffer.alloc(32, 7).toString('base64')}'`);
    await expect(log.store.read((tx) => readTip(tx.log, log.verifier))).rejects.toThrow('changed by somebody else');
  });

  it('signs nothing beside a checkpoint of a tree that is not there yet', async () => {
    const log = await openTestLog();
    await log.grow(1);
    log.tamper("INSERT INTO checkpoints VALUES (2, 0, 'bogus')");
    await expect(log.grow(2, 2)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('goes on for the origin that the log belongs to, and for no other', async () => {
    const log = await openTestLog();
    const refuse = (origin: string) => log.store.read((tx) => refuseOtherOrigin(tx.log, origin));
    await expect(refuse('other.example/log')).resolves.toBeUndefined();
    await log.grow(1);
    await expect(refuse(ORIGIN)).resolves.toBeUndefined();
    await expect(refuse('other.example/log')).rejects.toThrow(`belongs to ${ORIGIN}, and \`url\` in the configuration`);
  });
});
