// Sends what waits in the outbox to the channels, at least once: what fails is tried again with back-off for a day, and then given
// up with an alarm. A channel that is down holds up no other, and nothing that is decided.
import type { Millis } from '../clock.ts';
import type { OutboxRow } from '../store/outbox.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { OpenChannel } from './channel.ts';
import type { QueuedNotice } from './queue-notice.ts';

export interface DeliverDeps {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, OpenChannel>;
  /** public origin of the broker */
  readonly url: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Longer than one try takes. */
const CLAIM_MS: Millis = 60_000;
const BACK_OFF_MS: readonly Millis[] = [5_000, 15_000, 60_000, 300_000, 900_000];
const GIVEN_UP_AFTER_MS: Millis = 24 * 3_600_000;
const AT_ONCE = 20;

export async function deliverDue(deps: DeliverDeps): Promise<void> {
  // Nearly always there is nothing, and then nothing is written.
  if (!(await deps.store.read((tx) => tx.outbox.isDue('notify', tx.now)))) return;
  const due = await deps.store.commit((tx) =>
    tx.outbox.claim({ kind: 'notify', now: tx.now, claimedUntil: tx.now + CLAIM_MS, limit: AT_ONCE }),
  );
  const done = await Promise.allSettled(due.map((item) => deliverOne(deps, item)));
  const failed = done.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function deliverOne(deps: DeliverDeps, item: OutboxRow): Promise<void> {
  const queued = JSON.parse(item.payload) as QueuedNotice;
  const channel = deps.channels.get(queued.channel);
  const failure = channel === undefined ? undefined : await tryToSend(deps, channel, { item, queued });
  if (failure !== undefined) return recordFailure(deps, { item, queued, failure });
  await deps.store.commit((tx) => tx.outbox.done(item.id));
  const about = { channel: queued.channel, notice: queued.notice.kind, id: item.id };
  if (channel === undefined) deps.logger.warn('a notice is for a channel that is not configured any more', about);
  else deps.metrics.count('buildpass_notices_total', channel.kind, 'delivered');
}

interface Sending {
  readonly item: OutboxRow;
  readonly queued: QueuedNotice;
}

/** What went wrong; undefined once the other side took it. */
async function tryToSend(deps: DeliverDeps, channel: OpenChannel, { item, queued }: Sending): Promise<unknown> {
  try {
    const now = await deps.store.read(async (tx) => tx.now);
    await channel.send({ id: item.id, now, at: queued.at, notice: queued.notice, brokerUrl: deps.url });
    return undefined;
  } catch (error) {
    return error ?? new Error('failed without a reason');
  }
}

async function recordFailure(
  deps: DeliverDeps,
  { item, queued, failure }: Sending & { readonly failure: unknown },
): Promise<void> {
  const givenUp = await deps.store.commit(async (tx) => {
    const over = tx.now - queued.at >= GIVEN_UP_AFTER_MS;
    if (over) await tx.outbox.done(item.id);
    else await tx.outbox.retry(item.id, tx.now + (BACK_OFF_MS[Math.min(item.attempts, BACK_OFF_MS.length) - 1] ?? 0));
    return over;
  });
  const kind = deps.channels.get(queued.channel)?.kind ?? 'webhook';
  deps.metrics.count('buildpass_notices_total', kind, givenUp ? 'given-up' : 'failed');
  const about = { channel: queued.channel, notice: queued.notice.kind, attempt: item.attempts, error: failure };
  if (givenUp) deps.logger.error('a notice was given up: its channel did not take it for a day', about);
  else deps.logger.warn('a notice could not be sent; it will be tried again', about);
}
