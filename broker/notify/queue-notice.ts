// Queues a notice for every channel, in the transaction that records what it is about: whoever is told learns only what is on
// record, and what is on record is told. Sending it comes later and elsewhere (deliver.ts): it delays nothing and fails nothing.
import { type Entropy, type Millis, newId } from '../clock.ts';
import type { Transaction } from '../store/store.ts';
import type { Notice } from './notice.ts';

export interface NoticeDeps {
  /** names of the configured channels; with none there is nobody to tell */
  readonly noticeChannels: readonly string[];
  readonly entropy: Entropy;
}

/** One notice to one channel, as it stands in the outbox. */
export interface QueuedNotice {
  readonly channel: string;
  readonly at: Millis;
  readonly notice: Notice;
}

export async function queueNotice(
  { noticeChannels, entropy }: NoticeDeps,
  tx: Transaction,
  notice: Notice,
): Promise<void> {
  for (const channel of noticeChannels) {
    const queued: QueuedNotice = { channel, at: tx.now, notice };
    const id = newId('obx', entropy, tx.now);
    await tx.outbox.put({ id, kind: 'notify', payload: JSON.stringify(queued), dueAt: tx.now });
  }
}
