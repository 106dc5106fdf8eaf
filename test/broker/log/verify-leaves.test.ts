// Leaves that a checkpoint was signed over and that no broker of ours writes.
import { describe, expect, it } from 'vitest';
import { formatEdge, parseEdge } from '../../../broker/log/append.ts';
import { canonicalJson } from '../../../shared/canonical-json.ts';
import { appendToEdge, leafHash } from '../../../shared/merkle.ts';
import { openTestLog, type TestLog } from '../../support/test-log.ts';

async function logOf(count: number): Promise<TestLog> {
  const log = await openTestLog();
  await log.grow(count);
  return log;
}

/** Appends a leaf past our own append, by somebody who can write in the broker's process or beside it before it signs. */
async function appendLeaf({ store }: TestLog, leaf: string): Promise<void> {
  const { id, type, time } = JSON.parse(leaf);
  const hash = leafHash(Buffer.from(leaf));
  const row = { id, type, time: Date.parse(time), leaf, leaf_hash: hash.toString('base64') };
  await store.commit(async (tx) => {
    const { index, edge } = await tx.log.takeIndex();
    await tx.log.insertEntry({ ...row, entry_index: index, project: null, request_id: null }, []);
    await tx.log.setEdge(formatEdge(appendToEdge(parseEdge(edge), index, hash)));
  });
}

const REFUSED = { set_digest: null, findings: [] };
const leafOf = (fields: object): string =>
  canonicalJson({ v: 1, time: '1970-01-01T00:00:01.001Z', id: 'ent_x', nonce: 'n', personal: {}, ...fields });

describe('the verifier', () => {
  it.each([
    ['a field of another type', { ...REFUSED, type: 'policy.refused', granted_to: 'Mallory' }],
    ['a field missing', { ...REFUSED, type: 'policy.refused', findings: undefined }],
    ['a type that there is not', { ...REFUSED, type: 'policy.forgotten' }],
    ['another version', { ...REFUSED, type: 'policy.refused', v: 2 }],
    ['nothing of what its type says', { type: 'issuance.succeeded', anything: 'I like' }],
  ])('finds an entry with %s, though a checkpoint was signed over it', async (_what, fields) => {
    const log = await logOf(1);
    await appendLeaf(log, leafOf(JSON.parse(JSON.stringify(fields))));
    expect((await log.verify()).problems).toEqual(['entry 1: its leaf is not canonical JSON of a known form']);
  });

  it('finds an entry that is written in another way than the canonical one', async () => {
    const log = await logOf(1);
    await appendLeaf(log, leafOf({ ...REFUSED, type: 'policy.refused' }).replace('{', '{ '));
    expect((await log.verify()).problems).toEqual(['entry 1: its leaf is not canonical JSON of a known form']);
  });

  it('finds nothing wrong with an entry that has the fields of its type', async () => {
    const log = await logOf(1);
    await appendLeaf(log, leafOf({ ...REFUSED, type: 'policy.refused' }));
    expect((await log.verify()).problems).toEqual([]);
  });
});
