import { describe, expect, it, onTestFinished } from 'vitest';
import type { Append } from '../../../broker/log/append.ts';
import { stageDocuments } from '../../../broker/policy/stage-documents.ts';
import { openSqliteStore } from '../../../broker/store/sqlite.ts';
import type { Store } from '../../../broker/store/store.ts';
import { MAX_LEAF_BYTES } from '../../../shared/tiles.ts';

const SET = 'a'.repeat(64);
/** Documents of so many characters each. */
const documentsOf = (count: number, characters: number, mark = '') =>
  Array.from({ length: count }, (_, at) => ({
    file: `p${at}.yaml`,
    digest: `${mark}${at}`,
    project: at === 0 ? undefined : `p${at}`,
    text: 'x'.repeat(characters),
  }));

async function open() {
  const store = await openSqliteStore({ path: ':memory:', clock: { now: () => 1_000 } });
  onTestFinished(() => store.close());
  const entries: { set_digest: string; documents: { file: string; project: string | null }[] }[] = [];
  const append: Append = async (_tx, { fields }) => ({ index: entries.push(fields as never), leaf: '' });
  /** of each commit, whether what it wrote is moved to its place at once */
  const isLarge: boolean[] = [];
  let commits = 0;
  /** commits after which the store is gone */
  let last = Number.POSITIVE_INFINITY;
  const counted: Store = {
    ...store,
    async commit(unit) {
      commits += 1;
      if (commits > last) throw new Error('crashed');
      return store.commit(async (tx) => {
        const value = await unit(tx);
        isLarge.push(tx.large);
        return value;
      });
    },
  };
  return {
    ...{ store, entries, isLarge },
    stage: (documents: ReturnType<typeof documentsOf>) => stageDocuments({ store: counted, append }, SET, documents),
    crashAfter: (number: number) => {
      last = commits + number;
    },
    kept: () => store.read((tx) => tx.keptRows.count('policy_documents')),
  };
}

describe('staging', () => {
  it('leaves alone what one commit has room for', async () => {
    const { stage, entries, kept } = await open();
    for (const documents of [documentsOf(0, 1), documentsOf(32, 16 * 1024)]) {
      expect(await stage(documents)).toBe(documents);
      expect([entries, await kept()]).toEqual([[], 0]);
    }
  });

  it.each([
    ['of one character too many', [...documentsOf(7, 64 * 1024), ...documentsOf(1, 64 * 1024 + 1, 'l')], [7, 1]],
    ['of one document too many', documentsOf(33, 1), [32, 1]],
    ['that fills several', documentsOf(20, 64 * 1024), [8, 8, 4]],
  ])(
    'keeps a change %s in as few commits as have room for it, each with its entry',
    async (_what, documents, sizes) => {
      const { stage, entries, isLarge, kept } = await open();
      expect(await stage(documents)).toEqual([]);
      expect(isLarge).toEqual(sizes.map(() => true));
      expect(entries.map((entry) => entry.documents.length)).toEqual(sizes);
      expect(entries.every(({ set_digest: set }) => set === SET)).toBe(true);
      const named = documents.map(({ file, digest, project }) => ({ file, digest, project: project ?? null }));
      expect(entries.flatMap((entry) => entry.documents)).toEqual(named);
      expect(await kept()).toBe(documents.length);
    },
  );

  it('names them in an entry that is never too large for the log', async () => {
    const { stage, entries } = await open();
    const longest = (at: number): string => `${String(at).padStart(3, '0')}${'\u0001'.repeat(247)}.yaml`;
    const named = documentsOf(33, 1).map((one, at) => ({
      ...one,
      ...{ file: longest(at), digest: 'a'.repeat(64), project: 'p'.repeat(63) },
    }));
    await stage(named);
    expect(entries.map((entry) => entry.documents.length)).toEqual([32, 1]);
    // What every entry has besides is less than a kilobyte.
    expect(JSON.stringify(entries[0]).length).toBeLessThan(MAX_LEAF_BYTES - 1_024);
  });

  it('puts nothing in force', async () => {
    const { stage, store } = await open();
    await stage(documentsOf(33, 1));
    expect(await store.read((tx) => tx.policies.inForce())).toBeUndefined();
    expect(await store.read((tx) => tx.policies.versions())).toEqual([]);
  });

  it('goes on where it was broken off, and names nothing twice', async () => {
    const { stage, entries, crashAfter, kept } = await open();
    const documents = documentsOf(20, 64 * 1024);
    crashAfter(1);
    await expect(stage(documents)).rejects.toThrow('crashed');
    expect([entries.length, await kept()]).toEqual([1, 8]);
    crashAfter(100);
    await stage(documents);
    expect(entries.map((entry) => entry.documents.length)).toEqual([8, 8, 4]);
    await stage(documents);
    expect([entries.length, await kept()]).toEqual([3, 20]);
  });
});
