// Reloads of a directory into a store in memory, with the entries that they make.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Append } from '../../broker/log/append.ts';
import { createPoliciesInForce } from '../../broker/policy/in-force-source.ts';
import type { PolicyContext } from '../../broker/policy/load-policy.ts';
import { parseFile } from '../../broker/policy/policy-file.ts';
import { createPolicyLoader, type LoaderDeps } from '../../broker/policy/policy-loader.ts';
import type { TextedSet } from '../../broker/policy/policy-set.ts';
import { type Reloaded, reloadPolicies } from '../../broker/policy/reload-source.ts';
import { openSqliteStore } from '../../broker/store/sqlite.ts';
import type { Store } from '../../broker/store/store.ts';
import { buildContext } from './build-policy.ts';

const breathe = (): undefined => undefined;
const parseAll: LoaderDeps['parseAll'] = (files) => files.map(async (file) => parseFile(file));

export async function openReloads(context: PolicyContext = buildContext()) {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-policies-'));
  const store = await openSqliteStore({ path: ':memory:', clock: { now: () => 1_000 } });
  onTestFinished(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const entries: unknown[] = [];
  const append: Append = async (_tx, { type, fields }) => ({
    index: entries.push({ type, ...fields }) - 1,
    leaf: '',
  });
  const loader = createPolicyLoader(context, { parseAll, breathe });
  const { inForce, keep } = createPoliciesInForce(loader);
  /** how many texts were parsed beside those that are loaded, to say what changed */
  let compared = 0;
  let before: ((store: Store) => Promise<void>) | undefined;
  const reloaded: Store = {
    ...store,
    async commit(unit) {
      const act = before;
      before = undefined;
      await act?.(store);
      return store.commit(unit);
    },
  };
  return {
    ...{ directory, entries, store },
    /** Puts these files, and no others, into the directory and loads it. */
    async reload(files: Readonly<Record<string, string>>, from = directory): Promise<Reloaded> {
      rmSync(directory, { recursive: true });
      renameSync(mkdtempSync(join(tmpdir(), 'buildpass-policies-')), directory);
      for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
      entries.length = 0;
      const counted: LoaderDeps['parseAll'] = (all) => {
        compared += all.length;
        return parseAll(all);
      };
      return reloadPolicies(
        { ...{ append, context, loader, keep, breathe }, store: reloaded, parseAll: counted },
        from,
      );
    },
    inForce: () => store.read(inForce),
    compared: () => compared,
    /** Once, after what a reload reads and before its commit. */
    beforeCommit: (act: (store: Store) => Promise<void>) => {
      before = act;
    },
  };
}

/** As another broker at this store would, or an earlier version. */
export const putInForce = (store: Store, { digest, documents }: Pick<TextedSet, 'digest' | 'documents'>) =>
  store.commit(async (tx) => {
    await tx.policies.keep(documents, tx.now);
    await tx.policies.putInForce({ digest, members: documents, at: tx.now });
  });
