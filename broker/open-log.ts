// The log as a start finds it: checked against its anchor and its newest checkpoint before anything is appended, then signed by
// this process alone. An empty log begins with the keys that sign.
import { formatVerifierKey, parseVerifierKey } from '../shared/signed-note.ts';
import type { Config } from './config.ts';
import type { SigningKeys } from './keys/signing-keys.ts';
import { checkAnchor } from './log/anchor.ts';
import type { Append } from './log/append.ts';
import { createCheckpointer, readTip } from './log/checkpointer.ts';
import { isoTime } from './log/entry.ts';
import { refuseOtherOrigin } from './log/newest-checkpoint.ts';
import type { RecentTree } from './log/recent-tree.ts';
import type { Store } from './store/store.ts';

export interface OpenLog {
  readonly verifierKey: string;
  readonly recent: RecentTree;
}

export const logOrigin = (url: string): string => `${new URL(url).host}/log`;

/** @throws StartRefused where the log is of another origin or key, or is not what its anchor or newest checkpoint says */
export async function openLog(
  store: Store,
  { config, keys, append }: { config: Config; keys: SigningKeys; append: Append },
): Promise<OpenLog> {
  const origin = logOrigin(config.url);
  const verifierKey = formatVerifierKey(origin, keys.log.publicKey);
  const tip = await store.read(async (tx) => {
    await refuseOtherOrigin(tx.log, origin);
    await checkAnchor(config.log.anchorFile, tx.log, verifierKey);
    return readTip(tx.log, parseVerifierKey(verifierKey));
  });
  const checkpointer = createCheckpointer({ origin, privateKey: keys.log.privateKey, tip });
  store.guard(checkpointer);
  await store.commit(async (tx) => {
    if ((await tx.log.head()).size > 0) return;
    for (const row of await tx.signingKeys.all()) {
      const { id: key_id, purpose, algorithm, public_key } = row;
      const fields = { key_id, purpose, algorithm, public_key, created_at: isoTime(row.created_at) };
      await append(tx, { type: 'key.created', fields });
    }
  });
  return { verifierKey, recent: checkpointer.recent };
}
