// A log in a real store file, grown by as many entries as a test wants, with its key at hand to forge with.
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { systemEntropy } from '../../broker/clock.ts';
import { createAppend } from '../../broker/log/append.ts';
import { createCheckpointer } from '../../broker/log/checkpointer.ts';
import type { EntryDraft } from '../../broker/log/entry.ts';
import { verifyStore } from '../../broker/log/verify-store.ts';
import { createSqliteFile, openSqliteStore } from '../../broker/store/sqlite.ts';
import type { Store } from '../../broker/store/store.ts';
import type { EarlierState } from '../../broker/verifier/tree-walk.ts';
import type { LogReport } from '../../broker/verifier/verify-log.ts';
import { formatVerifierKey, type NoteVerifier, parseVerifierKey } from '../../shared/signed-note.ts';
import { signedBy } from './log-signer.ts';

export const ORIGIN = 'buildpass.example.com/log';

/** An entry that no row beside the log belongs to. */
export const draftOf = (at: number): EntryDraft<'policy.refused'> => ({
  type: 'policy.refused',
  fields: {
    set_digest: null,
    findings: [{ file: 'shop.yaml', line: 1, column: 1, key: '', message: `finding ${at}` }],
  },
  personal: at % 3 === 0 ? { requester: `person ${at}` } : {},
});

export interface TestLog {
  readonly path: string;
  readonly store: Store;
  readonly verifierKey: string;
  readonly verifier: NoteVerifier;
  readonly privateKey: KeyObject;
  /** Appends `count` entries, `together` of them to a transaction. */
  grow(count: number, together?: number): Promise<void>;
  /** Runs SQL as somebody with the file would. */
  tamper(sql: string): void;
  verify(options?: { verifiers?: readonly NoteVerifier[]; earlier?: readonly EarlierState[] }): Promise<LogReport>;
}

/** `times`: of the first transactions, where a test minds them. */
export async function openTestLog({ times = [] }: { times?: readonly number[] } = {}): Promise<TestLog> {
  const left = [...times];
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-log-'));
  const path = join(directory, 'buildpass.db');
  const { privateKey } = generateKeyPairSync('ed25519');
  const verifierKey = formatVerifierKey(ORIGIN, createPublicKey(privateKey));
  const verifier = parseVerifierKey(verifierKey);
  const append = createAppend(systemEntropy);
  let [now, made] = [1_000, 0];
  createSqliteFile(path);
  const store = await openSqliteStore({ path, clock: { now: () => left.shift() ?? now++ } });
  store.guard(createCheckpointer({ origin: ORIGIN, ...signedBy(privateKey), tip: { size: 0, edge: '' } }));
  onTestFinished(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    ...{ path, store, verifier, verifierKey, privateKey },
    async grow(count, together = 1) {
      for (let left = count; left > 0; left -= together) {
        await store.commit(async (tx) => {
          for (let at = 0; at < Math.min(together, left); at += 1) await append(tx, draftOf(made++));
        });
      }
    },
    tamper(sql) {
      const database = new DatabaseSync(path);
      database.exec(sql);
      database.close();
    },
    verify: ({ verifiers = [verifier], earlier = [] } = {}) =>
      store.read((tx) => verifyStore(tx, { verifiers, earlier })),
  };
}
