// What people approved, changed by somebody who can write to the store: a verdict made up, lowered terms, an approval spent on
// more than it was good for. The log alone finds each, and names it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyStore } from '../../../broker/log/verify-store.ts';
import { parseVerifierKey } from '../../../shared/signed-note.ts';
import { ApprovalStory } from '../../support/approval-story.ts';
import { runBeside } from '../../support/beside-broker.ts';

let story: ApprovalStory;
beforeAll(async () => {
  story = await ApprovalStory.start();
  const approved = await story.ask('run', { run_id: '71', check_run_id: '1' });
  await story.decide('Alex', approved, 'approve');
  await approved.collect();
  await story.ask('two', { run_id: '72' });
  const rejected = await story.ask('deploy', { run_id: '73' });
  await story.decide('Kim', rejected, { verdict: 'reject', reason: 'No.' });
});
afterAll(() => story.close());

const TABLES = ['approvals', 'verdicts', 'approval_requests', 'requests'];

async function saidOf(sql: string): Promise<readonly string[]> {
  const { broker } = story;
  const keep = TABLES.map((table) => `CREATE TABLE kept_${table} AS SELECT * FROM ${table};`);
  const putBack = TABLES.map(
    (table) => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}; DROP TABLE kept_${table};`,
  );
  runBeside(broker, `PRAGMA foreign_keys = OFF; ${keep.join('')} ${sql}`);
  const verifiers = [parseVerifierKey(broker.running.verifierKey)];
  const report = await broker.running.store.read((tx) => verifyStore(tx, { verifiers, earlier: [] }));
  runBeside(broker, `PRAGMA foreign_keys = OFF; ${putBack.join('')}`);
  return report.problems;
}

it.each([
  ['nothing at all', '', []],
  [
    'an approval that nobody gave',
    `UPDATE approvals SET state = 'approved' WHERE entitlement = 'two'`,
    [/^the row of the approval apr_\S+ says state is "approved", and the log says "pending"/],
  ],
  [
    'how many must agree',
    `UPDATE approvals SET needed = 1 WHERE entitlement = 'two'`,
    [/says needed is 1, and the log says 2/],
  ],
  ['how often it is good for', `UPDATE approvals SET issuances = 9 WHERE used = 1`, [/says issuances is 9/]],
  ['that it was spent', `UPDATE approvals SET used = 0 WHERE used = 1`, [/says used is 0, and the log says 1/]],
  ['until when it holds', `UPDATE approvals SET expires_at = expires_at + 1 WHERE used = 1`, [/says expires_at is/]],
  ['what was approved', `UPDATE approvals SET binding = 'x' WHERE used = 1`, [/says binding is "x"/]],
  ['an approval taken away', `DELETE FROM approvals WHERE used = 1`, [/^the row of the approval \S+ is missing/]],
  [
    'a verdict that was a no',
    `UPDATE verdicts SET verdict = 'approve' WHERE verdict = 'reject'`,
    [/^the row of the verdict apr_\S+ prn_\S+ says verdict is "approve", and the log says "reject"/],
  ],
  [
    'whose verdict it was',
    `UPDATE verdicts SET principal = (SELECT principal FROM verdicts WHERE verdict = 'reject') WHERE verdict = 'approve'`,
    [/^the row of the verdict \S+ \S+ is there, and no entry speaks of it/, /is missing, and entry/],
  ],
  [
    'a verdict made up',
    `INSERT INTO verdicts SELECT a.id, v.principal, 'approve', v.at FROM approvals a, verdicts v WHERE a.entitlement = 'two' LIMIT 1`,
    [/^the row of the verdict \S+ \S+ is there, and no entry speaks of it/],
  ],
  [
    'a request that stands on it',
    `UPDATE approval_requests SET used_at = NULL WHERE used_at IS NOT NULL`,
    [/^the row of the use of an approval by req_\S+ says used_at is null/],
  ],
  [
    'the state of a request that was rejected',
    `UPDATE requests SET state = 'approved' WHERE state = 'rejected'`,
    [/^the row of the request req_\S+ says state is "approved", and the log says "rejected"/],
  ],
])('finds %s', async (_what, sql, sentences) => {
  const problems = await saidOf(sql);
  expect(problems).toEqual(sentences.map((sentence) => expect.stringMatching(sentence)));
});
