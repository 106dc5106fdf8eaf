// Keeps the documents of a large change ahead of the commit that puts them in force, in commits of a bounded size: else everybody
// would wait until megabytes are written. Each has its entry, so that no row is unaccounted for; what is staged decides nothing.
// A reload after a crash goes on where this one ended.
import type { Append } from '../log/append.ts';
import type { StoredDocument } from '../store/policies.ts';
import type { Store, Transaction } from '../store/store.ts';

export interface StageDeps {
  readonly store: Store;
  readonly append: Append;
}

/** What has so many documents and characters at most is one commit. */
const MOST_CHARACTERS = 512 * 1024;
/** An entry names them all in 64 KiB at most, however long their names are and whatever of them JSON escapes. */
const MOST_DOCUMENTS = 32;

/**
 * Stages what one commit has no room for.
 * @param set digest of the set that they are for
 * @returns the documents that are still to be kept by whoever puts the set in force: all of them, or none
 */
export async function stageDocuments(
  deps: StageDeps,
  set: string,
  documents: readonly StoredDocument[],
): Promise<readonly StoredDocument[]> {
  const batches = batchesOf(documents);
  if (batches.length <= 1) return documents;
  for (const batch of batches) await deps.store.commit((tx) => stage(deps, tx, { set, batch }));
  return [];
}

/** In their order. Every document has a place in one: a file is smaller than a batch. */
function batchesOf(documents: readonly StoredDocument[]): readonly (readonly StoredDocument[])[] {
  const batches: StoredDocument[][] = [];
  let characters = 0;
  for (const document of documents) {
    const batch = batches.at(-1);
    characters += document.text.length;
    if (batch === undefined || batch.length === MOST_DOCUMENTS || characters > MOST_CHARACTERS) {
      batches.push([document]);
      characters = document.text.length;
    } else batch.push(document);
  }
  return batches;
}

interface Staging {
  readonly set: string;
  readonly batch: readonly StoredDocument[];
}

async function stage({ append }: StageDeps, tx: Transaction, { set, batch }: Staging): Promise<void> {
  tx.large = true;
  const kept = await tx.policies.keep(batch, tx.now);
  // An earlier reload came as far as this, or a set before had them.
  if (kept.length === 0) return;
  const documents = kept.map(({ file, digest, project = null }) => ({ file, digest, project }));
  await append(tx, { type: 'policy.staged', fields: { set_digest: set, documents } });
}
