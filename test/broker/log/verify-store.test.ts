import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { createAppend } from '../../../broker/log/append.ts';
import type { EarlierState } from '../../../broker/verifier/tree-walk.ts';
import { openCheckpoint } from '../../../shared/checkpoint.ts';
import { signNote, splitNote } from '../../../shared/signed-note.ts';
import { draftOf, ORIGIN, openTestLog, type TestLog } from '../../support/test-log.ts';

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
    `UPDATE log_entries SET leaf = replace(leaf, 'finding 5', 'finding 6') WHERE entry_index = 5`,
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
    'entry 5: its row says type is "policy.changed", its leaf "policy.refused"',
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

/** The same table without the checks of its columns, as a file that somebody made himself may have it. */
const unchecked = (table: string): string =>
  `CREATE TABLE copied AS SELECT * FROM ${table}; DROP TABLE ${table}; ALTER TABLE copied RENAME TO ${table};`;

const ENTRY_COPY = (at: string): string =>
  `${unchecked('log_entries')} INSERT INTO log_entries SELECT ${at}, 'ent_forged', time, type, project, 'req_x', leaf, leaf_hash FROM log_entries WHERE entry_index = 3`;
const CHECKPOINT_COPY = (size: string): string =>
  `${unchecked('checkpoints')} INSERT INTO checkpoints SELECT ${size}, time, note FROM checkpoints WHERE size = 3`;
const PERSONAL_COPY = (at: string): string =>
  `${unchecked('entry_personal')} INSERT INTO entry_personal VALUES (${at}, 'requester', 'c2FsdA==', 'Mallory')`;

/** what it is, how it gets there, and what the verifier says first */
type Misplaced = readonly [string, string, string];

const MISPLACED: readonly Misplaced[] = [
  ...['-1', 'NULL', '9.5'].map(
    (at): Misplaced => [`an entry at ${at}`, ENTRY_COPY(at), 'entry 10 is missing, and 1 later entries are there'],
  ),
  ['an entry at 2.5', ENTRY_COPY('2.5'), 'entry 3 is missing, and 8 later entries are there'],
  ...['-5', '0', '2.5', 'NULL'].map(
    (size): Misplaced => [
      `a checkpoint of ${size} entries`,
      CHECKPOINT_COPY(size),
      '1 checkpoints cover no number of the 10 entries',
    ],
  ),
  [
    'a checkpoint of 1000000 entries',
    CHECKPOINT_COPY('1000000'),
    'a checkpoint covers more entries than the 10 that there are',
  ],
  ...['-1', 'NULL', '99999'].map(
    (at): Misplaced => [
      `a personal field of an entry ${at}`,
      PERSONAL_COPY(at),
      '1 personal fields belong to no entry',
    ],
  ),
];

describe('the verifier', () => {
  it('goes through a log of many batches to its end', async () => {
    const log = await logOf(2_050, 256);
    expect(await log.verify()).toMatchObject({ size: 2_050, checkpoints: 9, problems: [] });
    log.tamper(`UPDATE log_entries SET leaf = replace(leaf, 'finding', 'Finding') WHERE entry_index = 2049`);
    expect((await log.verify()).problems[0]).toContain('entry 2049: its leaf is not the one that was hashed');
    log.tamper('DELETE FROM log_entries WHERE entry_index = 2000');
    expect((await log.verify()).problems[0]).toBe('entry 2000 is missing, and 49 later entries are there');
  });

  it.each(EDITS)('finds %s by itself', async (_what, sql, problem) => {
    const log = await logOf(20);
    log.tamper(sql);
    expect((await log.verify()).problems[0]).toContain(problem);
  });

  it('finds other hashes in the tree head', async () => {
    const log = await logOf(20);
    log.tamper(`UPDATE tree_head SET edge = replace(edge, substr(edge, 1, 4), 'AAAA')`);
    expect((await log.verify()).problems).toEqual(['the tree head does not hold the hashes of the entries']);
    log.tamper('UPDATE tree_head SET size = 21');
    expect((await log.verify()).problems).toEqual(['the tree head says 21 entries, and there are 20']);
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
    ['of other hashes', 'UPDATE log_tiles SET hashes = root', 'tile 0/0 does not hold the hashes of its entries'],
    ['missing', 'DELETE FROM log_tiles', 'tile 0/0 is missing'],
    [
      'too many',
      `INSERT INTO log_tiles VALUES (1, 0, '', '')`,
      '1 tiles are stored that a tree of 300 entries does not have',
    ],
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

  it.each(MISPLACED)('finds %s', async (_what, sql, problem) => {
    const log = await logOf(10);
    log.tamper(sql);
    expect((await log.verify()).problems[0]).toBe(problem);
  });

  it('finds bytes of a personal field that were moved into its salt', async () => {
    const log = await logOf(10);
    const [opening] = await log.store.read((tx) => tx.log.personalOf({ start: 6, end: 7 }));
    const salt = Buffer.concat([Buffer.from(opening?.salt ?? '', 'base64'), Buffer.from('per')]).toString('base64');
    log.tamper(`UPDATE entry_personal SET salt = '${salt}', value = 'son 6' WHERE entry_index = 6`);
    expect(opening?.value).toBe('person 6');
    expect((await log.verify()).problems).toEqual(['entry 6: its personal field "requester" was changed']);
  });

  it.each(['toString', 'constructor', '__proto__'])(
    'finds a personal field %s, which is a member of every object and of no entry',
    async (field) => {
      const log = await logOf(10);
      log.tamper(`INSERT INTO entry_personal VALUES (5, '${field}', 'c2FsdA==', 'Mallory')`);
      expect((await log.verify()).problems).toEqual([
        `entry 5: it has a personal field "${field}" that it never committed to`,
      ]);
    },
  );

  it('does not take a checkpoint of another log, though our key signed it', async () => {
    const log = await logOf(4);
    const { text } = splitNote((await log.store.read((tx) => tx.log.latestCheckpoint()))?.note ?? '');
    const note = signNote(text.replace(ORIGIN, 'elsewhere.example/log'), ORIGIN, log.privateKey);
    log.tamper(`UPDATE checkpoints SET note = '${note}' WHERE size = 4`);
    expect((await log.verify()).problems).toEqual([
      expect.stringContaining(
        'the checkpoint of 4 entries does not hold: the note carries no signature of a known key',
      ),
    ]);
  });

  it.each([
    [
      'a time beyond every calendar',
      'UPDATE log_entries SET time = 9000000000000000 WHERE entry_index = 1',
      'entry 1: its row says time is "9000000000000000", its leaf "1001"',
    ],
    [
      'a time beyond every number',
      `UPDATE log_entries SET time = ${2n ** 63n - 1n} WHERE entry_index = 1`,
      'the store cannot be read: ',
    ],
    [
      'a size beyond every number',
      `UPDATE checkpoints SET size = ${2n ** 63n - 1n} WHERE size = 4`,
      'the store cannot be read: ',
    ],
    ['a tree head beyond every number', `UPDATE tree_head SET size = ${2n ** 63n - 1n}`, 'the store cannot be read: '],
  ])('reports %s instead of failing', async (_what, sql, problem) => {
    const log = await logOf(4);
    log.tamper(sql);
    expect((await log.verify()).problems).toContainEqual(expect.stringContaining(problem));
  });

  it.each(['leaf', 'leaf_hash'])('reports an entry whose %s is no text', async (column) => {
    const log = await logOf(4);
    log.tamper(`UPDATE log_entries SET ${column} = x'00' WHERE entry_index = 2`);
    expect((await log.verify()).problems).toContain('entry 2: its row cannot be read');
  });

  it('reports more checkpoints than a call can have arguments', async () => {
    const log = await logOf(3);
    log.tamper(
      `WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 150000) INSERT INTO checkpoints SELECT i, 0, 'x' FROM n`,
    );
    expect((await log.verify()).problems).toEqual(['a checkpoint covers more entries than the 3 that there are']);
  });

  it('finds a salt that is spelled in another way', async () => {
    const log = await logOf(10);
    // 16 bytes leave four bits over in the character before `==`.
    const [opening] = await log.store.read((tx) => tx.log.personalOf({ start: 6, end: 7 }));
    const last = opening?.salt.at(-3) ?? '';
    const other = String.fromCharCode(last.charCodeAt(0) + 1);
    log.tamper(`UPDATE entry_personal SET salt = substr(salt, 1, 21) || '${other}==' WHERE entry_index = 6`);
    expect((await log.verify()).problems).toEqual(['entry 6: its personal field "requester" was changed']);
  });

  it('finds a checkpoint in the place of another', async () => {
    const log = await logOf(10);
    log.tamper('UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 4) WHERE size = 5');
    expect((await log.verify()).problems).toEqual(['the checkpoint of 5 entries says it has 4']);
  });

  it('finds a personal field between two entries', async () => {
    const log = await logOf(10);
    log.tamper("INSERT INTO entry_personal VALUES (2.5, 'requester', 'c2FsdA==', 'Mallory')");
    expect((await log.verify()).problems).toEqual(['1 personal fields belong to no entry']);
  });
});
