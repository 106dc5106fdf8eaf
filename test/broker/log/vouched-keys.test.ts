// Which rows of signing keys are those of the log.
import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { createAppend } from '../../../broker/log/append.ts';
import { keyRows, untouchedKeys } from '../../../broker/log/vouched-keys.ts';
import type { KeyState, SigningKeyRow } from '../../../broker/store/signing-keys.ts';
import { openTestLog, type TestLog } from '../../support/test-log.ts';

const append = createAppend(systemEntropy);
const KEY = { purpose: 'credential', algorithm: 'ES256' } as const;
const CREATED_AT = '2026-01-01T00:00:00.000Z';

const rowOf = (id: string, state: KeyState): SigningKeyRow => ({
  ...{ ...KEY, id, state, public_key: 'pem', sealed_private_key: '', created_at: 1, changed_at: 1, changes_at: null },
});

const created = (log: TestLog, id: string, state?: 'next' | 'current') =>
  log.store.commit((tx) =>
    append(tx, {
      type: 'key.created',
      fields: { ...KEY, key_id: id, public_key: 'pem', created_at: CREATED_AT, state },
    }),
  );

const rotated = (log: TestLog, id: string, [from, state]: [KeyState, KeyState]) =>
  log.store.commit((tx) =>
    append(tx, { type: 'key.rotated', fields: { ...KEY, key_id: id, from, state, changes_at: null, because: 'due' } }),
  );

async function withRow(id: string, state: KeyState): Promise<TestLog> {
  const log = await openTestLog();
  await log.store.commit((tx) => tx.signingKeys.insert(rowOf(id, state)));
  return log;
}

const read = ({ store }: TestLog) => store.read(keyRows);

describe('the row of a signing key', () => {
  it('is vouched for before the log begins', async () => {
    const log = await withRow('one', 'current');
    expect(await read(log)).toEqual({ vouched: [rowOf('one', 'current')], others: [] });
  });

  it('is vouched for in the state that its last entry gives it', async () => {
    const log = await withRow('one', 'previous');
    await created(log, 'one', 'next');
    await rotated(log, 'one', ['next', 'current']);
    expect(await read(log)).toEqual({
      vouched: [],
      others: [{ row: rowOf('one', 'previous'), logged: { state: 'current', entry: 1 } }],
    });
    await rotated(log, 'one', ['current', 'previous']);
    expect((await read(log)).vouched).toHaveLength(1);
  });

  it('is of a key that signs, where it was made before the first start', async () => {
    const log = await withRow('one', 'current');
    await created(log, 'one');
    expect((await read(log)).others).toEqual([]);
  });

  it('is that of a withdrawn key for good, whatever was said of it afterwards', async () => {
    const log = await withRow('one', 'retired');
    await created(log, 'one');
    await rotated(log, 'one', ['current', 'withdrawn']);
    await rotated(log, 'one', ['previous', 'retired']);
    expect((await read(log)).others).toMatchObject([{ logged: { state: 'withdrawn', entry: 1 } }]);
  });

  it('is not vouched for where no entry speaks of the key', async () => {
    const log = await withRow('mine', 'current');
    await created(log, 'one');
    expect((await read(log)).others).toEqual([{ row: rowOf('mine', 'current'), logged: undefined }]);
  });

  it.each<[KeyState, KeyState | undefined, string]>([
    ['previous', 'withdrawn', 'the signing key one as "previous", and the log as "withdrawn" (entry 1)'],
    ['current', undefined, 'the signing key one as "current", and the log has no such key'],
  ])('keeps a broker from starting that is %s, and %s in the log', async (state, logged, says) => {
    const log = await withRow('one', state);
    await created(log, logged === undefined ? 'other' : 'one');
    if (logged !== undefined) await rotated(log, 'one', ['current', logged]);
    await expect(log.store.read(untouchedKeys)).rejects.toThrow(
      `the store has ${says}: somebody who can write to the store changed it. Find out who before anything else: \`buildpass log verify\` says what else was changed, and docs/operations.md ("A key that was put back") how to go on.`,
    );
  });

  it('lets a broker start where each is vouched for', async () => {
    const log = await withRow('one', 'current');
    await created(log, 'one');
    expect(await log.store.read(untouchedKeys)).toEqual([rowOf('one', 'current')]);
  });
});
