// What is true and stands in another place, or is spelled in another way, than the broker put it.
import { describe, expect, it } from 'vitest';
import { openTestLog, type TestLog } from '../../support/test-log.ts';

async function logOfTen(): Promise<TestLog> {
  const log = await openTestLog();
  await log.grow(10);
  return log;
}

describe('the verifier', () => {
  it('finds a salt that is spelled in another way', async () => {
    const log = await logOfTen();
    // 16 bytes leave four bits over in the character before `==`.
    const [opening] = await log.store.read((tx) => tx.log.personalOf({ start: 6, end: 7 }));
    const other = String.fromCharCode((opening?.salt.charCodeAt(21) ?? 0) + 1);
    log.tamper(`UPDATE entry_personal SET salt = substr(salt, 1, 21) || '${other}==' WHERE entry_index = 6`);
    expect((await log.verify()).problems).toEqual(['entry 6: its personal field "requester" was changed']);
  });

  it('finds a checkpoint in the place of another', async () => {
    const log = await logOfTen();
    log.tamper('UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 4) WHERE size = 5');
    expect((await log.verify()).problems).toEqual(['the checkpoint of 5 entries says it has 4']);
  });
});
