// Somebody writes into the store beside a running broker: it signs nothing it did not append, hands nothing out, and leaves the
// anchor as the evidence that it is.
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepAnchor } from '../../broker/log/anchor.ts';
import { formatEdge, parseEdge } from '../../broker/log/append.ts';
import { verifyStore } from '../../broker/log/verify-store.ts';
import { lockStore } from '../../broker/store/sqlite.ts';
import { parseAnchor } from '../../shared/anchor.ts';
import { appendToEdge, leafHash } from '../../shared/merkle.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { rowsBeside, runBeside } from '../support/beside-broker.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

const REFUSED = [503, 'temporarily_unavailable', 'STORE_UNAVAILABLE'];

async function start(): Promise<TestBroker> {
  const broker = await TestBroker.start({ background: 'by-hand' });
  onTestFinished(() => broker.close());
  return broker;
}

const anchorFile = ({ config }: TestBroker): string => config.log.anchorFile ?? '';
const keep = (broker: TestBroker): Promise<void> =>
  keepAnchor(anchorFile(broker), broker.running.store, broker.running.verifierKey);
const anchored = (broker: TestBroker) => parseAnchor(readFileSync(anchorFile(broker), 'utf8')).head;

function headOf(broker: TestBroker): { size: number; edge: string } {
  const [head] = rowsBeside(broker, 'SELECT size, edge FROM tree_head');
  return { size: Number(head?.['size']), edge: String(head?.['edge']) };
}

/** The store as it was when the log had that head: rows that agree with each other, and the newest entries gone. */
function cutBack(broker: TestBroker, { size, edge }: { size: number; edge: string }): void {
  runBeside(
    broker,
    `DELETE FROM log_entries WHERE entry_index >= ${size}; DELETE FROM entry_personal WHERE entry_index >= ${size};
     DELETE FROM checkpoints WHERE size > ${size}; UPDATE tree_head SET size = ${size}, edge = '${edge}'`,
  );
}

/** An entry that this broker never appended, with everything but a checkpoint. */
function appendForged(broker: TestBroker): void {
  const { size, edge } = headOf(broker);
  const leaf = '{"type":"issuance.succeeded"}';
  const hash = leafHash(Buffer.from(leaf));
  runBeside(
    broker,
    `INSERT INTO log_entries VALUES (${size}, 'ent_forged', 0, 'issuance.succeeded', NULL, NULL, '${leaf}', '${hash.toString('base64')}');
     UPDATE tree_head SET size = ${size + 1}, edge = '${formatEdge(appendToEdge(parseEdge(edge), size, hash))}'`,
  );
}

const problemsOf = (broker: TestBroker) =>
  broker.running.store.read(async (tx) => {
    const verifiers = [parseVerifierKey(broker.running.verifierKey)];
    return (await verifyStore(tx, { verifiers, earlier: [] })).problems;
  });

describe('a running broker whose store somebody changes', () => {
  it('hands nothing out over a tree head with other hashes', async () => {
    const broker = await start();
    const { edge } = headOf(broker);
    const [, ...rest] = edge.split(' ');
    const changed = [Buffer.alloc(32, 7).toString('base64'), ...rest].join(' ');
    runBeside(broker, `UPDATE tree_head SET edge = '${changed}'`);
    const { status, body, headers } = await broker.ask();
    expect([status, body.error, body.code]).toEqual(REFUSED);
    expect(body.error_description).toContain('not in the state that this broker left it in');
    expect(headers.get('retry-after')).toBeTruthy();
    runBeside(broker, `UPDATE tree_head SET edge = '${edge}'`);
    expect((await broker.ask()).status).toBe(200);
  });

  it('signs no fork after its last entries were cut off, and the anchor still knows them', async () => {
    const broker = await start();
    const head = headOf(broker);
    await broker.ask();
    await keep(broker);
    const before = readFileSync(anchorFile(broker), 'utf8');
    cutBack(broker, head);
    const { status, body } = await broker.ask();
    expect([status, body.error, body.code]).toEqual(REFUSED);
    expect(headOf(broker)).toEqual(head);
    await expect(keep(broker)).rejects.toThrow(
      `and the log has only ${head.size}: the store was rolled back or truncated`,
    );
    expect(readFileSync(anchorFile(broker), 'utf8')).toBe(before);
  });

  it('puts no checkpoint over an entry that it did not append', async () => {
    const broker = await start();
    const { size } = headOf(broker);
    appendForged(broker);
    const { status, body } = await broker.ask();
    expect([status, body.error, body.code]).toEqual(REFUSED);
    expect(await problemsOf(broker)).toContain('the last 1 entries are under no checkpoint');
    expect(rowsBeside(broker, `SELECT size FROM checkpoints WHERE size > ${size}`)).toEqual([]);
  });

  it('neither serves nor anchors a checkpoint row of a tree that it does not have, and hands nothing out', async () => {
    const broker = await start();
    await keep(broker);
    const before = anchored(broker);
    runBeside(broker, "INSERT INTO checkpoints VALUES (1000000, 0, 'bogus')");
    const { status, body } = await broker.ask();
    expect([status, body.error, body.code]).toEqual(REFUSED);
    expect((await broker.fetch('/log/checkpoint')).text.split('\n')[1]).toBe(String(headOf(broker).size));
    await keep(broker);
    expect(anchored(broker)).toEqual(before);
  });

  it('neither serves nor anchors what somebody wrote in place of its newest checkpoint', async () => {
    const broker = await start();
    await keep(broker);
    const before = readFileSync(anchorFile(broker), 'utf8');
    await broker.ask();
    runBeside(broker, "UPDATE checkpoints SET note = 'bogus' WHERE size = (SELECT size FROM tree_head)");
    const { status, body } = await broker.fetch('/log/checkpoint');
    expect([status, body.code]).toEqual([503, 'STORE_UNAVAILABLE']);
    await expect(keep(broker)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(readFileSync(anchorFile(broker), 'utf8')).toBe(before);
  });

  it('hands nothing out under a checkpoint that somebody wrote in its place', async () => {
    const broker = await start();
    // The decision is the next entry, and its checkpoint would have this size.
    runBeside(broker, `INSERT INTO checkpoints VALUES (${headOf(broker).size + 1}, 0, 'bogus')`);
    const { status, body } = await broker.ask();
    expect([status, body.error, body.code]).toEqual(REFUSED);
    expect(await broker.running.store.read((tx) => tx.leases.latest(1))).toEqual([]);
  });
});

describe('a store', () => {
  it('is locked by its real name: a symlink to it is no second store', async () => {
    const broker = await start();
    const alias = join(broker.directory, 'alias.db');
    symlinkSync(broker.config.store.path, alias);
    expect(() => lockStore(alias)).toThrow(`another broker is running on the store ${alias}`);
  });

  it('is let go of at stop, though the anchor is missing, and the anchor is not made anew', async () => {
    const broker = await start();
    const kept = readFileSync(anchorFile(broker), 'utf8');
    rmSync(anchorFile(broker));
    expect((await broker.ask({ secret: newSecret() })).status).toBe(200);
    await broker.running.close();
    expect(broker.logLines.join('')).toContain('the anchor could not be written at stop');
    expect(() => readFileSync(anchorFile(broker))).toThrow('ENOENT');
    writeFileSync(anchorFile(broker), kept);
    await broker.start();
    expect((await broker.ask()).status).toBe(200);
  });
});
