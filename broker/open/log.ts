// The log as a start finds it: checked against its anchor and its newest checkpoint before anything is appended, then signed by
// this process alone. An empty log begins with the keys that sign.
import { formatVerifierKey, parseVerifierKey } from '../../shared/signed-note.ts';
import type { Config } from '../config.ts';
import { type LocalKey, openSigningKeys } from '../keys/signing-keys.ts';
import { checkAnchor } from '../log/anchor.ts';
import type { Append } from '../log/append.ts';
import { createCheckpointer, readTip } from '../log/checkpointer.ts';
import { type EntryFields, isoTime } from '../log/entry.ts';
import { refuseOtherOrigin } from '../log/newest-checkpoint.ts';
import type { RecentTree } from '../log/recent-tree.ts';
import { keyRows } from '../log/vouched-keys.ts';
import type { RotationDeps } from '../rotation/rotation-deps.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Store, Transaction } from '../store/store.ts';
import { verifierKeyOf } from '../verifier/verifier-key.ts';

/** The keys of the log are others after a rotation: they are asked for each time. */
export interface OpenLog {
  /** of the key that vouches for what is newest */
  readonly verifierKey: () => string;
  /** what jobs and auditors may trust, newest first */
  readonly verifierKeys: () => readonly string[];
  readonly recent: RecentTree;
}

export const logOrigin = (url: string): string => `${new URL(url).host}/log`;

/** @throws StartRefused where the log is of another origin or key, or is not what its anchor or newest checkpoint says */
export async function openLog(
  store: Store,
  { config, keys, append }: { config: Config; keys: Pick<RotationDeps, 'ring' | 'sealing'>; append: Append },
): Promise<OpenLog> {
  const origin = logOrigin(config.url);
  const { ring, sealing } = keys;
  const keyOf = ({ publicKey }: LocalKey): string => formatVerifierKey(origin, publicKey);
  const verifierKey = (): string => keyOf(ring.log.current);
  const tip = await store.read(async (tx) => {
    await refuseOtherOrigin(tx.log, origin);
    await checkAnchor(config.log.anchorFile, tx, verifierKey());
    return readTip(tx.log, parseVerifierKey(verifierKey()));
  });
  const openSigners = async (tx: Transaction) => openSigningKeys((await keyRows(tx)).vouched, sealing).log.signers;
  const checkpointer = createCheckpointer({ origin, tip, signers: ring.log.signers, openSigners });
  store.guard(checkpointer);
  await store.commit(async (tx) => {
    if ((await tx.log.head()).size > 0) return;
    for (const row of await tx.signingKeys.all())
      await append(tx, { type: 'key.created', fields: firstFields(row, origin) });
  });
  return { verifierKey, verifierKeys: () => ring.log.published.map(keyOf), recent: checkpointer.recent };
}

function firstFields(row: SigningKeyRow, origin: string): EntryFields<'key.created'> {
  const { id: key_id, purpose, algorithm, public_key } = row;
  const fields = { key_id, purpose, algorithm, public_key, created_at: isoTime(row.created_at) };
  return purpose === 'log' ? { ...fields, verifier_key: verifierKeyOf(origin, public_key) } : fields;
}
