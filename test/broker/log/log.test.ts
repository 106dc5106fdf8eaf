import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { createAppend } from '../../../broker/log/append.ts';
import { createCheckpointer } from '../../../broker/log/checkpointer.ts';
import { nodeReader, receiptOf, receiptOfNew, rootAt, tileBytes } from '../../../broker/log/prove.ts';
import { openCheckpoint } from '../../../shared/checkpoint.ts';
import { consistencyProof, verifyConsistency } from '../../../shared/merkle.ts';
import { verifyReceipt } from '../../../shared/receipt.ts';
import { signedBy } from '../../support/log-signer.ts';
import { draftOf as draft, ORIGIN, openTestLog as openLog } from '../../support/test-log.ts';

const append = createAppend(systemEntropy);

describe('the issuance log', () => {
  it('holds over tiles, with one checkpoint for what was committed together', async () => {
    const log = await openLog();
    await log.grow(600, 7);
    expect(await log.verify()).toMatchObject({ size: 600, checkpoints: 86, problems: [] });
    const full = await log.store.read((tx) => tileBytes(tx.log, { level: 1, index: 0, width: 2 }));
    expect(full).toHaveLength(64);
  });

  it('proves every entry to the first checkpoint that covers it, the same each time', async () => {
    const log = await openLog();
    await log.grow(40, 3);
    for (let index = 0; index < 40; index += 1) {
      const receipt = await log.store.read((tx) => receiptOf(tx.log, index));
      expect(verifyReceipt(receipt, [log.verifier])).toMatchObject({
        index,
        entry: { findings: [{ message: `finding ${index}` }] },
      });
      expect(await log.store.read((tx) => receiptOf(tx.log, index))).toEqual(receipt);
    }
  });

  it('has the same receipt of a new entry whether its tree is at hand or in the store', async () => {
    const log = await openLog();
    await log.grow(5, 1);
    const { size, edge } = await log.store.read((tx) => tx.log.head());
    // As after a restart: of what was there before, only the edge is at hand.
    const tip = { size, edge };
    const checkpointer = createCheckpointer({ origin: ORIGIN, ...signedBy(log.privateKey), tip });
    log.store.guard(checkpointer);
    await log.grow(3, 1);
    for (const index of [0, 4, 5, 6, 7]) {
      const [stored, receipt] = await log.store.read(async (tx) => [
        await tx.log.entry(index),
        await receiptOf(tx.log, index),
      ]);
      const { recent } = checkpointer;
      const appended = { index, leaf: stored?.leaf ?? '' };
      expect(await receiptOfNew({ store: log.store, recent }, appended)).toEqual(receipt);
    }
  });

  it('proves a new entry without a look into the store', async () => {
    const log = await openLog();
    const checkpointer = createCheckpointer({
      ...{ origin: ORIGIN, ...signedBy(log.privateKey), tip: { size: 0, edge: '' } },
    });
    log.store.guard(checkpointer);
    await log.grow(3, 1);
    const [stored, receipt] = await log.store.read(async (tx) => [await tx.log.entry(2), await receiptOf(tx.log, 2)]);
    const store = { ...log.store, read: () => expect.unreachable('the store was asked') };
    const appended = { index: 2, leaf: stored?.leaf ?? '' };
    expect(await receiptOfNew({ store, recent: checkpointer.recent }, appended)).toEqual(receipt);
  });

  it('has the same receipt of an entry whose neighbours are not at hand any more', async () => {
    const log = await openLog();
    const checkpointer = createCheckpointer({
      ...{ origin: ORIGIN, ...signedBy(log.privateKey), tip: { size: 0, edge: '' } },
    });
    log.store.guard(checkpointer);
    await log.grow(8_400, 4_200);
    const [stored, receipt] = await log.store.read(async (tx) => [await tx.log.entry(10), await receiptOf(tx.log, 10)]);
    const appended = { index: 10, leaf: stored?.leaf ?? '' };
    expect(await receiptOfNew({ store: log.store, recent: checkpointer.recent }, appended)).toEqual(receipt);
  });

  it('has no receipt of an entry that is not there, or that no checkpoint covers', async () => {
    const log = await openLog();
    await log.grow(3);
    log.tamper('DELETE FROM log_entries WHERE entry_index = 1; DELETE FROM checkpoints WHERE size = 3');
    for (const index of [1, 2, 3])
      await expect(log.store.read((tx) => receiptOf(tx.log, index))).rejects.toThrow(
        `entry ${index} is not under a checkpoint`,
      );
  });

  it('proves entries of any index in trees of any size', async () => {
    const log = await openLog();
    await log.grow(530, 1);
    await fc.assert(
      fc.asyncProperty(fc.nat(529), async (index) => {
        const receipt = await log.store.read((tx) => receiptOf(tx.log, index));
        expect(verifyReceipt(receipt, [log.verifier]).index).toBe(index);
      }),
      { numRuns: 60 },
    );
  });

  it('extends what it was: each checkpoint’s root is the root of its first leaves', async () => {
    const log = await openLog();
    await log.grow(300, 13);
    await log.store.read(async (tx) => {
      const heads = (await tx.log.checkpoints({ start: 1, end: 301 })).map(({ note }) =>
        openCheckpoint(note, [log.verifier]),
      );
      const last = heads[heads.length - 1] ?? heads[0];
      for (const head of heads) {
        expect(await rootAt(tx.log, head.size)).toEqual(head.root);
        const proof = await consistencyProof(head.size, last?.size ?? 0, nodeReader(tx.log));
        expect(last !== undefined && verifyConsistency(head, last, proof)).toBe(true);
      }
    });
  });

  it('keeps personal values beside the entry, and only commitments in it', async () => {
    const log = await openLog();
    await log.grow(1);
    const [entry] = await log.store.read((tx) => tx.log.entries({ start: 0, end: 1 }));
    expect(entry?.leaf).not.toContain('person 0');
    expect(await log.store.read((tx) => tx.log.personalOf({ start: 0, end: 1 }))).toMatchObject([
      { field: 'requester', value: 'person 0' },
    ]);
  });

  it('refuses fields that its type does not have', async () => {
    const log = await openLog();
    const wrong = { ...draft(1), fields: { ...draft(1).fields, secret: 'x' } };
    await expect(log.store.commit((tx) => append(tx, wrong))).rejects.toThrow('secret');
    expect((await log.verify()).size).toBe(0);
  });

  it('leaves no trace of an entry whose unit failed', async () => {
    const log = await openLog();
    await log.grow(3);
    const failing = log.store.commit(async (tx) => {
      await append(tx, draft(9));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await log.grow(2);
    expect(await log.verify()).toMatchObject({ size: 5, problems: [] });
  });
});
