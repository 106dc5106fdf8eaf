import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { createAppend } from '../../../broker/log/append.ts';
import type { EarlierState } from '../../../broker/log/verify-log.ts';
import { openCheckpoint } from '../../../shared/checkpoint.ts';
import { draftOf, openTestLog, type TestLog } from '../../support/test-log.ts';

/** What somebody kept when the log had `size` entries. */
async function kept({ store, verifier }: TestLog, what: string): Promise<EarlierState> {
  const note = (await store.read((tx) => tx.log.latestCheckpoint()))?.note ?? '';
  return { what, ...openCheckpoint(note, [verifier]) };
}

async function logOf(count: number, together = 1): Promise<TestLog> {
  const log = await openTestLog();
  await log.grow(count, together);
  return log;
}

const EDITS = [
  [
    'an edited leaf',
    `UPDATE log_entries SET leaf = replace(leaf, 'key 5', 'key 6') WHERE entry_index = 5`,
    'entry 5: its leaf is not the one that was hashed',
  ],
  [
    'a removed entry',
    'DELETE FROM log_entries WHERE entry_index = 5',
    'entry 5 is missing, and 14 later entries are there',
  ],
  [
    'a changed type beside its leaf',
    `UPDATE log_entries SET type = 'policy.changed' WHERE entry_index = 5`,
    'entry 5: its row says type is "policy.changed", its leaf "key.created"',
  ],
  [
    'a changed personal field',
    `UPDATE entry_personal SET value = 'somebody else' WHERE entry_index = 6`,
    'entry 6: its personal field "requester" was changed',
  ],
  [
    'a removed personal field',
    'DELETE FROM entry_personal WHERE entry_index = 6',
    'entry 6: its personal field "requester" is gone',
  ],
  [
    'an invented personal field',
    `INSERT INTO entry_personal VALUES (5, 'reason', 'c2FsdA==', 'x')`,
    'entry 5: it has a personal field "reason" that it never committed to',
  ],
  [
    'a changed checkpoint',
    `UPDATE checkpoints SET note = replace(note, '7', '8') WHERE size = 7`,
    'the checkpoint of 7 entries does not hold',
  ],
  [
    'a removed newest checkpoint',
    'DELETE FROM checkpoints WHERE size = 20',
    'the last 1 entries are under no checkpoint',
  ],
  ['a changed tree head', 'UPDATE tree_head SET size = 21', 'the tree head says 21 entries, and there are 20'],
] as const;

describe('the verifier', () => {
  it.each(EDITS)('finds %s by itself', async (_what, sql, problem) => {
    const log = await logOf(20);
    log.tamper(sql);
    expect((await log.verify()).problems[0]).toContain(problem);
  });

  it('finds an entry edited together with its hash, by the first checkpoint over it', async () => {
    const [log, other] = [await logOf(20), await logOf(20)];
    const [row] = await other.store.read((tx) => tx.log.entries({ start: 5, end: 6 }));
    log.tamper(
      `UPDATE log_entries SET leaf = '${row?.leaf}', leaf_hash = '${row?.leaf_hash}', id = '${row?.id}', time = ${row?.time} WHERE entry_index = 5`,
    );
    expect((await log.verify()).problems[0]).toBe(
      'the checkpoint of 6 entries has another root: one of the first 6 entries was changed, removed or reordered',
    );
  });

  it('finds two entries that changed places', async () => {
    const log = await logOf(20);
    log.tamper(
      'UPDATE log_entries SET entry_index = 1000 WHERE entry_index = 4; UPDATE log_entries SET entry_index = 4 WHERE entry_index = 5; UPDATE log_entries SET entry_index = 5 WHERE entry_index = 1000',
    );
    expect((await log.verify()).problems.join()).toContain('the checkpoint of 5 entries has another root');
  });

  it.each([
    ['changed', `UPDATE log_tiles SET root = 'AAAA'`, 'tile 0/0 does not hold the hashes of its entries'],
    ['missing', 'DELETE FROM log_tiles', 'tile 0/0 is missing'],
    ['too many', `INSERT INTO log_tiles VALUES (1, 0, '', '')`, 'tile 1/0 is stored, and the tree has no such tile'],
  ])('finds a tile that is %s', async (_what, sql, problem) => {
    const log = await logOf(300, 50);
    log.tamper(sql);
    expect((await log.verify()).problems).toEqual([problem]);
  });

  it('finds a log cut off at an earlier checkpoint only against what was kept', async () => {
    const log = await logOf(7);
    const { edge } = await log.store.read((tx) => tx.log.head());
    await log.grow(3);
    const earlier = await kept(log, 'the receipt');
    log.tamper(
      `DELETE FROM log_entries WHERE entry_index >= 7; DELETE FROM entry_personal WHERE entry_index >= 7; DELETE FROM checkpoints WHERE size > 7; UPDATE tree_head SET size = 7, edge = '${edge}'`,
    );
    expect((await log.verify()).problems).toEqual([]);
    expect((await log.verify({ earlier: [earlier] })).problems).toEqual([
      'the receipt covers 10 entries, and there are only 7: the log was truncated or rolled back',
    ]);
  });

  it('finds a fork that is longer than what was kept', async () => {
    const log = await logOf(10);
    const earlier = await kept(log, 'the anchor file');
    const fork = await logOf(12);
    expect((await fork.verify({ earlier: [earlier] })).problems).toEqual([
      'the anchor file has another root over the first 10 entries: the log was changed or forked',
    ]);
  });

  it('does not take checkpoints of another key', async () => {
    const [log, other] = [await logOf(2), await logOf(2)];
    expect((await log.verify({ verifiers: [other.verifier] })).problems[0]).toContain('no signature of a known key');
  });

  it('says of an honest log, grown on, that what was kept still holds', async () => {
    const log = await logOf(10, 3);
    const earlier = await kept(log, 'the receipt');
    await log.store.commit(async (tx) => void (await createAppend(systemEntropy)(tx, draftOf(99))));
    expect(await log.verify({ earlier: [earlier] })).toMatchObject({ size: 11, problems: [] });
  });
});
