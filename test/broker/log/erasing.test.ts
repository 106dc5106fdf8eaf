// Personal fields that were erased: on record they are a note, off the record a problem.
import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { createAppend } from '../../../broker/log/append.ts';
import { openTestLog, type TestLog } from '../../support/test-log.ts';

const append = createAppend(systemEntropy);

/** A log in which the third entry has a personal field. */
async function start(): Promise<TestLog> {
  const log = await openTestLog();
  await log.grow(5);
  return log;
}

const sayErased = ({ store }: TestLog, index: number, ...fields: string[]) =>
  store.commit((tx) => append(tx, { type: 'entry.erased', fields: { erased_index: index, fields } }));

const erase = (log: TestLog, index: number): void =>
  log.tamper(`DELETE FROM entry_personal WHERE entry_index = ${index}`);

describe('a personal field that is gone', () => {
  it('is a note where an entry says that it was erased', async () => {
    const log = await start();
    erase(log, 3);
    await sayErased(log, 3, 'requester');
    expect(await log.verify()).toMatchObject({
      problems: [],
      notes: ['the personal field "requester" of entry 3 was erased (entry 5)'],
    });
  });

  it('is a problem where no entry says so, or only of another', async () => {
    const log = await start();
    erase(log, 3);
    erase(log, 0);
    await sayErased(log, 0, 'requester');
    expect((await log.verify()).problems).toEqual([
      'entry 3: its personal field "requester" is gone, and nothing says it was erased',
    ]);
  });

  it('is a problem where an entry says that it was erased and it is there', async () => {
    const log = await start();
    await sayErased(log, 3, 'requester');
    expect((await log.verify()).problems).toEqual([
      'entry 5: it says that the personal field "requester" of entry 3 was erased, and it was not',
    ]);
  });
});

describe('a clock that was set back', () => {
  it('is a note', async () => {
    const log = await openTestLog({ times: [1_000, 100_000, 30_000] });
    await log.grow(3);
    expect(await log.verify()).toMatchObject({
      problems: [],
      notes: ['entry 2 is 70 seconds earlier than the one before it: the clock was set back'],
    });
  });
});
