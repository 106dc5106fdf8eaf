// What appending an entry and proving it cost by the size of the log: hashing, the tree and the text of the receipt, without the
// store. The tree before is made up; its shape is what counts.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { receiptOfNew } from '../../broker/log/prove.ts';
import { RecentTree } from '../../broker/log/recent-tree.ts';
import type { Store } from '../../broker/store/store.ts';
import { signCheckpoint } from '../../shared/checkpoint.ts';
import { leafHash, rootOfEdge } from '../../shared/merkle.ts';
import { median, table } from './statistics.ts';

const SIZES = [1_000, 100_000, 1_000_000];
const LEAF = JSON.stringify({ text: 'x'.repeat(1_300) });
const OF_BATCH = 64;
const BATCHES = 100;

export async function benchLogCosts(): Promise<string> {
  const rows: string[][] = [];
  for (const size of SIZES) {
    const { append, proof } = await costsAt(size);
    rows.push([size.toLocaleString('en'), append.toFixed(1), proof.toFixed(1)]);
  }
  return table(['entries before', 'CPU µs an entry appended', 'CPU µs a receipt of a new entry'], rows);
}

async function costsAt(start: number): Promise<{ append: number; proof: number }> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const bits = start.toString(2).replaceAll('0', '').length;
  const tree = new RecentTree({ size: start, edge: Array.from({ length: bits }, () => randomBytes(32)) });
  const [appends, proofs]: [number[], number[]] = [[], []];
  for (let size = start; appends.length < BATCHES; size += OF_BATCH) {
    appends.push(
      await cpuOf(async () => {
        for (let at = size; at < size + OF_BATCH; at += 1) tree.at(at).grow(leafHash(Buffer.from(LEAF)));
      }),
    );
    const end = size + OF_BATCH;
    const root = rootOfEdge(tree.edge(end));
    tree.committed(end, signCheckpoint({ origin: 'bench/log', size: end, root }, privateKey));
    proofs.push(
      await cpuOf(async () => {
        for (let index = size; index < end; index += 1)
          await receiptOfNew({ store: NOT_ASKED, recent: tree }, { index, leaf: LEAF });
      }),
    );
  }
  return { append: median(appends), proof: median(proofs) };
}

/** A made-up tree has nothing to read. */
const NOT_ASKED = {
  read: () => Promise.reject(new Error('a proof of a new entry looked into the store')),
} as unknown as Store;

async function cpuOf(act: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / OF_BATCH;
}
