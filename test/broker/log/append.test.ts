// What an entry is made of when it is appended, what is never appended, and the tiles that it completes.
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Entropy, systemEntropy } from '../../../broker/clock.ts';
import { createAppend, formatEdge, parseEdge } from '../../../broker/log/append.ts';
import { createCheckpointer } from '../../../broker/log/checkpointer.ts';
import type { EntryDraft } from '../../../broker/log/entry.ts';
import { openSqliteStore } from '../../../broker/store/sqlite.ts';
import { commitment } from '../../../shared/log-digests.ts';
import { type Hash, leafHash, rootOf } from '../../../shared/merkle.ts';
import { signedBy } from '../../support/log-signer.ts';
import { draftOf, ORIGIN, openTestLog, type TestLog } from '../../support/test-log.ts';

const append = createAppend(systemEntropy);
const appendTo = ({ store }: TestLog, draft: EntryDraft) => store.commit((tx) => append(tx, draft));
const entryAt = async ({ store }: TestLog, at: number) =>
  (await store.read((tx) => tx.log.entries({ start: at, end: at + 1 })))[0] ?? expect.unreachable();

/** An entry of a lease, with whatever personal fields. */
const returned = (personal: EntryDraft['personal'] = {}): EntryDraft<'lease.returned'> => ({
  type: 'lease.returned',
  fields: {
    ...{ request_id: 'req_1', project: 'shop', entitlement: 'deploy', issuance_id: 'iss_1', lease_id: 'lse_1' },
    ...{ revocation: 'immediate', upstream_expires_at: null, by: undefined },
  },
  personal,
});

describe('an appended entry', () => {
  it('says its version, type, time, id and nonce, and leaves out what is undefined', async () => {
    const log = await openTestLog({ times: [1_000] });
    const bytes: Entropy = { ...systemEntropy, bytes: (count) => Buffer.alloc(count, 7) };
    const { index, leaf } = await log.store.commit((tx) => createAppend(bytes)(tx, returned()));
    expect(index).toBe(0);
    expect(JSON.parse(leaf)).toEqual({
      ...{ v: 1, type: 'lease.returned', time: '1970-01-01T00:00:01.000Z', id: expect.stringMatching(/^ent_/) },
      ...{ nonce: Buffer.alloc(16, 7).toString('base64'), personal: {} },
      ...{ request_id: 'req_1', project: 'shop', entitlement: 'deploy', issuance_id: 'iss_1', lease_id: 'lse_1' },
      ...{ revocation: 'immediate', upstream_expires_at: null },
    });
    expect(await entryAt(log, 0)).toMatchObject({
      ...{ project: 'shop', request_id: 'req_1', type: 'lease.returned', time: 1_000, leaf },
      leaf_hash: leafHash(Buffer.from(leaf)).toString('base64'),
    });
  });

  it('of no project and no request has neither in its row', async () => {
    const log = await openTestLog();
    await appendTo(log, draftOf(1));
    expect(await entryAt(log, 0)).toMatchObject({ project: null, request_id: null });
  });

  it('leaves out what is undefined deep inside too', async () => {
    const log = await openTestLog();
    const reasons = [{ code: 'POLICY_NO_MATCH', rule: undefined }];
    const { leaf } = await appendTo(log, {
      type: 'request.decided',
      fields: {
        ...{ request_id: 'r', project: 'p', entitlement: 'e', issuer: 'i', repository: 'a/b', repository_id: '1' },
        ...{
          repository_owner_id: '1',
          ref: '',
          sha: 's',
          event_name: 'push',
          workflow_ref: 'w',
          job_workflow_ref: 'j',
        },
        ...{ run_id: '1', run_attempt: '1', decision: 'deny', policy_digest: 'a1'.repeat(32) },
        ...{ organization_digest: null, reasons },
      },
    });
    expect(JSON.parse(leaf).reasons).toEqual([{ code: 'POLICY_NO_MATCH' }]);
  });

  it('commits to its personal fields under salts of 128 bits, and to none that is left out', async () => {
    const log = await openTestLog();
    const { leaf } = await appendTo(log, returned({ requester: '1', reason: 'x', ticket: undefined }));
    const openings = await log.store.read((tx) => tx.log.personalOf({ start: 0, end: 1 }));
    expect(openings.map(({ field, value }) => [field, value])).toEqual([
      ['reason', 'x'],
      ['requester', '1'],
    ]);
    const salts = openings.map(({ salt }) => Buffer.from(salt, 'base64'));
    expect(salts.map(({ length }) => length)).toEqual([16, 16]);
    expect(JSON.parse(leaf).personal).toEqual(
      Object.fromEntries(openings.map(({ field, value }, at) => [field, commitment(salts[at] ?? Buffer.of(), value)])),
    );
  });
});

describe('nothing is appended', () => {
  it('to a store that nobody signs for', async () => {
    const store = await openSqliteStore({ path: ':memory:', clock: { now: () => 0 } });
    onTestFinished(() => store.close());
    await expect(store.commit((tx) => append(tx, draftOf(1)))).rejects.toThrow(
      'nothing signs what would be appended: the store has no checkpointer',
    );
  });

  it('that is larger than an entry of a bundle may be', async () => {
    const log = await openTestLog();
    const sized = (message: string): EntryDraft<'policy.refused'> => ({
      type: 'policy.refused',
      fields: { set_digest: null, findings: [{ file: '', line: 1, column: 1, key: '', message }] },
    });
    const { leaf } = await appendTo(log, sized(''));
    const room = 65_535 - Buffer.byteLength(leaf);
    await appendTo(log, sized('x'.repeat(room)));
    await expect(appendTo(log, sized(`${'x'.repeat(room - 1)}é`))).rejects.toThrow(
      'an entry of type policy.refused is larger than a log entry may be',
    );
    expect((await log.verify()).size).toBe(2);
  });
});

describe('the edge of a tree', () => {
  it('is written as its hashes in base64, and of no leaves as nothing', () => {
    const edge = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(formatEdge(edge)).toBe(edge.map((one) => one.toString('base64')).join(' '));
    expect(parseEdge(formatEdge(edge))).toEqual(edge);
    expect([formatEdge([]), parseEdge('')]).toEqual(['', []]);
  });
});

describe('a tile', () => {
  const hash = (at: number): Hash => leafHash(Buffer.from(`${at}`));
  const base64 = (at: number): string => hash(at).toString('base64');

  it('is stored with its 256th hash, and not before', async () => {
    const log = await openTestLog();
    const tile = (level: number) => log.store.read((tx) => tx.log.tileHashes(level, 0));
    await log.grow(255, 255);
    expect(await tile(0)).toBeUndefined();
    await log.grow(1);
    const leaves = await log.store.read((tx) => tx.log.leafHashes({ start: 0, end: 256 }));
    expect(await tile(0)).toBe(Buffer.concat(leaves.map((one) => Buffer.from(one, 'base64'))).toString('base64'));
    expect(await tile(1)).toBeUndefined();
  });

  it('of tiles is stored with the 256th of them', async () => {
    const log = await openTestLog();
    const edge = Array.from({ length: 16 }, (_, at) => base64(at)).join(' ');
    const rows = Array.from({ length: 255 }, (_, at) => [
      `INSERT INTO log_tiles VALUES (0, ${at}, '', '${base64(at)}')`,
      `INSERT INTO log_entries VALUES (${65_280 + at}, 'ent_${at}', 0, 'x', NULL, NULL, '', '${base64(at)}')`,
    ]);
    log.tamper([`UPDATE tree_head SET size = 65535, edge = '${edge}'`, ...rows.flat()].join(';'));
    log.store.guard(createCheckpointer({ origin: ORIGIN, ...signedBy(log.privateKey), tip: { size: 65_535, edge } }));
    const { leaf } = await appendTo(log, draftOf(1));
    const leaves = [...Array.from({ length: 255 }, (_, at) => hash(at)), leafHash(Buffer.from(leaf))];
    const roots = [...leaves.slice(0, 255), rootOf(leaves)];
    await log.store.read(async ({ log: tables }) => {
      expect(await tables.tileHashes(0, 255)).toBe(Buffer.concat(leaves).toString('base64'));
      expect(await tables.tileHashes(1, 0)).toBe(Buffer.concat(roots).toString('base64'));
      expect(await tables.tileRoots(1, { start: 0, end: 1 })).toEqual([rootOf(roots).toString('base64')]);
      expect(await tables.tileHashes(2, 0)).toBeUndefined();
    });
  });
});
