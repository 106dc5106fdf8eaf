// What anybody may see of the log, and check: hashes, checkpoint and key. Entries are for nobody yet.
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemEntropy } from '../../broker/clock.ts';
import { createAppend } from '../../broker/log/append.ts';
import { publishedAt } from '../../broker/log/published.ts';
import { HashSource } from '../../broker/verifier/hash-source.ts';
import { verifyLog } from '../../broker/verifier/verify-log.ts';
import { openCheckpoint } from '../../shared/checkpoint.ts';
import { HASH_BYTES, leafHash, rootOf } from '../../shared/merkle.ts';
import { type Receipt, verifyReceipt } from '../../shared/receipt.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { sendRaw } from '../support/raw-http.ts';
import { TestBroker } from '../support/test-broker.ts';
import { draftOf } from '../support/test-log.ts';

const FOREVER = 'public, max-age=31536000, immutable';
const append = createAppend(systemEntropy);

/** A broker whose log has exactly so many entries, one of them of a real issuance. */
async function brokerWith(size: number): Promise<{ broker: TestBroker; receipt: Receipt }> {
  const broker = await TestBroker.start({ background: 'by-hand' });
  const { receipt } = (await broker.ask()).body;
  const { store } = broker.running;
  await store.commit(async (tx) => {
    for (let at = (await tx.log.head()).size; at < size; at += 1) await append(tx, draftOf(at));
  });
  return { broker, receipt };
}

/** As somebody who knows nothing but the address. */
async function verifyFrom(broker: TestBroker) {
  const key = (await broker.fetch('/log/key')).text.trim();
  return verifyLog(new HashSource(publishedAt(broker.origin)), { verifiers: [parseVerifierKey(key)], earlier: [] });
}

const bytesAt = async (broker: TestBroker, path: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(`${broker.origin}${path}`)).arrayBuffer());

describe('the public log', () => {
  let broker: TestBroker;
  let receipt: Receipt;
  beforeAll(async () => {
    ({ broker, receipt } = await brokerWith(600));
  });
  afterAll(() => broker.close());

  it('serves its newest checkpoint, signed by the key it names (C2SP tlog-checkpoint)', async () => {
    const [{ headers, text }, key] = [await broker.fetch('/log/checkpoint'), await broker.fetch('/log/key')];
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([
      'text/plain; charset=utf-8',
      'no-cache',
    ]);
    expect(openCheckpoint(text, [parseVerifierKey(key.text.trim())])).toMatchObject({
      origin: 'buildpass.example.com/log',
      size: 600,
    });
    expect([key.text, key.headers.get('content-type')]).toEqual([
      `${broker.running.verifierKey}\n`,
      'text/plain; charset=utf-8',
    ]);
  });

  it.each([
    ['/log/tile/0/000', 256],
    ['/log/tile/0/001', 256],
    ['/log/tile/0/002.p/88', 88],
    ['/log/tile/0/002.p/1', 1],
    ['/log/tile/0/000.p/255', 255],
    ['/log/tile/1/000.p/2', 2],
    ['/log/tile/1/000.p/1', 1],
  ])('serves %s: %i hashes, for ever', async (path, width) => {
    const { status, headers } = await broker.fetch(path);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'application/octet-stream',
      FOREVER,
    ]);
    expect(await bytesAt(broker, path)).toHaveLength(width * HASH_BYTES);
    const head = await sendRaw(broker.running.port, { method: 'HEAD', path, headers: [] });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(width * HASH_BYTES)]);
  });

  it('has partial tiles that are the beginning of the whole one', async () => {
    const [whole, part] = [await bytesAt(broker, '/log/tile/0/001'), await bytesAt(broker, '/log/tile/0/001.p/7')];
    expect(part.equals(whole.subarray(0, 7 * HASH_BYTES))).toBe(true);
  });

  it('has tiles above that are the roots of those below', async () => {
    const [below, above] = [await bytesAt(broker, '/log/tile/0/001'), await bytesAt(broker, '/log/tile/1/000.p/2')];
    const hashes = Array.from({ length: 256 }, (_, at) => below.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
    expect(rootOf(hashes).equals(above.subarray(HASH_BYTES))).toBe(true);
  });

  it.each([
    '/log/tile/0/003',
    '/log/tile/0/002',
    '/log/tile/0/002.p/89',
    '/log/tile/0/003.p/1',
    '/log/tile/1/000',
    '/log/tile/1/000.p/3',
    '/log/tile/2/000.p/1',
  ])('has no %s at its present size', async (path) => {
    const { status, headers, body } = await broker.fetch(path);
    expect([status, headers.get('cache-control'), body.code]).toEqual([404, 'no-store', 'NOT_FOUND']);
  });

  it.each([
    '/log/tile/0/0',
    '/log/tile/0/00',
    '/log/tile/0/0000',
    '/log/tile/00/000',
    '/log/tile/-1/000',
    '/log/tile/64/000.p/1',
    '/log/tile/100/000',
    '/log/tile/0/x000/000',
    '/log/tile/0/x000/x000/000.p/1',
    '/log/tile/0/x000',
    '/log/tile/0/000/000',
    '/log/tile/0/000.p/0',
    '/log/tile/0/000.p/01',
    '/log/tile/0/000.p/256',
    '/log/tile/0/000.p/257',
    '/log/tile/0/000.p/999',
    '/log/tile/0/000.p/',
    '/log/tile/0/000.p',
    '/log/tile/0/000/',
    '/log/tile/0/000.p/1/',
    '/log/tile/0/%30%30%30',
    '/log/tile/0/abc',
    '/log/tile/0',
    `/log/tile/0/${'x999/'.repeat(4)}999.p/1`,
    `/log/tile/0/${'x999/'.repeat(900)}999`,
    '/log/tile/0/X001/000',
    '/log/Tile/0/000',
    '/log/checkpoint/',
    '/log/',
    '/log',
  ])('knows one spelling of each tile only: %.60s is none', async (path) => {
    const { status, body } = await broker.fetch(path);
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
  });

  it.each([
    '/log/tile/entries/000',
    '/log/tile/entries/000.p/1',
    '/log/entries',
    '/v1/log/entries',
    '/v1/log/entries/0',
    '/log/data/000',
  ])('never serves entries: %s', async (path) => {
    expect((await broker.fetch(path)).status).toBe(404);
  });

  it('shows the hash of an entry to nobody but those who have the entry', async () => {
    const { entry, index } = verifyReceipt(receipt, [parseVerifierKey(broker.running.verifierKey)]);
    const tile = await bytesAt(broker, '/log/tile/0/000');
    const published = tile.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
    expect(published.equals(leafHash(Buffer.from(receipt.entry, 'base64')))).toBe(true);
    // Without the nonce the hash could be guessed from what the entry probably says.
    expect(Buffer.from(String(entry['nonce']), 'base64')).toHaveLength(16);
  });

  it('is verified from its address', async () => {
    const report = await verifyFrom(broker);
    expect(report).toMatchObject({ size: 600, problems: [] });
  });
});

describe('a public log that was changed', () => {
  it.each([
    [
      'the hash of an entry',
      `UPDATE log_entries SET leaf_hash = '${Buffer.alloc(32).toString('base64')}' WHERE entry_index = 290`,
      'the checkpoint of 300 entries has another root',
    ],
    [
      'a stored tile',
      `UPDATE log_tiles SET hashes = '${Buffer.alloc(8192).toString('base64')}'`,
      'tile/1/000.p/1 does not hold the roots of the tiles below',
    ],
    [
      'the newest entry, taken away',
      'DELETE FROM log_entries WHERE entry_index = 299',
      'tile/0/001.p/44 is missing or has another length',
    ],
  ])('is found out from its address: %s', async (_what, sql, problem) => {
    const { broker } = await brokerWith(300);
    onTestFinished(() => broker.close());
    const database = new DatabaseSync(broker.config.store.path);
    database.exec(sql);
    database.close();
    expect((await verifyFrom(broker)).problems.join('\n')).toContain(problem);
  });

  it('publishes no checkpoint that somebody wrote in place of its own', async () => {
    const { broker } = await brokerWith(300);
    onTestFinished(() => broker.close());
    const database = new DatabaseSync(broker.config.store.path);
    database.exec("UPDATE checkpoints SET note = replace(note, '300', '299') WHERE size = 300");
    database.close();
    await expect(verifyFrom(broker)).rejects.toThrow('/log/checkpoint cannot be read: it answered 503');
  });
});
