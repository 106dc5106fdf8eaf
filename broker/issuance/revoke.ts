// Revokes what waits in the outbox, at the system that issued it. "Revoked" is said only after that system said so (P8); what
// fails is on record and tried again with back-off, until it succeeds or the credential has died by itself, which is on record too.
import type { Millis } from '../clock.ts';
import { isoTime } from '../log/entry.ts';
import type { LeaseRow } from '../store/leases.ts';
import type { OutboxRow } from '../store/outbox.ts';
import { within } from './deadline.ts';
import type { IssueDeps } from './issuing.ts';
import { leaseFields } from './leases.ts';

type RevokeDeps = Pick<IssueDeps, 'store' | 'append' | 'answers' | 'providers' | 'logger' | 'providerTimeout'>;

const CLAIM_MS = 60_000;
const BACK_OFF_MS = [5_000, 15_000, 60_000, 300_000];
const AT_ONCE = 20;

/**
 * Goes on while there is more and all goes well: what security ended by the thousand is not left for a little at a time. Each kind
 * of credential by itself, so that thousands of one system that is down are not waited for by those of all others.
 */
export async function revokeDue(deps: RevokeDeps): Promise<void> {
  const kinds = await deps.store.read((tx) => tx.outbox.kindsToRevoke(tx.now));
  await allOf(kinds, async (kind) => {
    while (await revokeSome(deps, kind));
  });
}

/** Whether there may be more, and the other side takes it. */
async function revokeSome(deps: RevokeDeps, kind: string): Promise<boolean> {
  const due = await deps.store.commit((tx) =>
    tx.outbox.claimRevocations({ of: kind, now: tx.now, claimedUntil: tx.now + CLAIM_MS, limit: AT_ONCE }),
  );
  // Side by side, within their claim: one that hangs holds up neither the others nor the stop.
  const done = await allOf(due, (item) => revokeOne(deps, item));
  return due.length === AT_ONCE && !done.includes(false);
}

/** Side by side; where one fails the others are waited for all the same. */
async function allOf<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const acts = items.map(act);
  await Promise.allSettled(acts);
  return Promise.all(acts);
}

/** False where it could not be revoked yet. */
async function revokeOne(deps: RevokeDeps, item: OutboxRow): Promise<boolean> {
  // What was claimed names a lease.
  const [lease, now] = await deps.store.read(async (tx) => [(await tx.leases.find(item.payload)) as LeaseRow, tx.now]);
  const { revoked_at: revokedAt, upstream_expires_at: dies } = lease;
  const diedAt = revokedAt === null && dies !== null && dies <= now ? dies : undefined;
  if (revokedAt !== null || diedAt !== undefined) {
    await recordOver(deps, item, { lease, diedAt });
    return true;
  }
  const failure = await tryToRevoke(deps, lease);
  if (failure === undefined) await recordRevoked(deps, item, lease);
  else await recordFailure(deps, item, { lease, failure });
  return failure === undefined;
}

/** Nothing is left to do. Where nobody confirmed anything, that is what the log says, and never that it was revoked. */
async function recordOver(
  deps: RevokeDeps,
  item: OutboxRow,
  { lease, diedAt }: { lease: LeaseRow; diedAt: Millis | undefined },
): Promise<void> {
  await deps.store.commit(async (tx) => {
    await tx.outbox.done(item.id);
    if (diedAt === undefined) return;
    // Claiming it counted this try, which asked nobody.
    const fields = { attempts: item.attempts - 1, upstream_expires_at: isoTime(diedAt) };
    await deps.append(tx, { type: 'lease.died', fields: { ...(await leaseFields(tx, lease)), ...fields } });
  });
}

/** What went wrong; undefined when the other side confirmed. */
async function tryToRevoke(deps: RevokeDeps, row: LeaseRow): Promise<unknown> {
  const provider = deps.providers.get(row.kind);
  try {
    if (provider?.revoke === undefined) throw new Error(`this broker has no provider that revokes "${row.kind}"`);
    const revocationHandle =
      row.sealed_handle === null ? undefined : deps.answers.openHandle(row.sealed_handle, row.id);
    // It may be the credential itself, and an error of the other side may repeat it.
    if (revocationHandle !== undefined) deps.logger.hide(revocationHandle);
    const { id, kind, issuance_id: issuanceId, ends_at: endsAt, upstream_expires_at: upstreamExpiresAt } = row;
    const lease = { id, kind, issuanceId, endsAt, upstreamExpiresAt, revocationHandle };
    const revoke = provider.revoke.bind(provider);
    await within(deps.providerTimeout, (signal) => revoke(lease, signal));
    return undefined;
  } catch (error) {
    return error ?? new Error('failed without a reason');
  }
}

async function recordRevoked(deps: RevokeDeps, item: OutboxRow, lease: LeaseRow): Promise<void> {
  await deps.store.commit(async (tx) => {
    await tx.outbox.done(item.id);
    // It may wait twice, and both may be done side by side: it is revoked once.
    if (!(await tx.leases.revoked(lease.id, tx.now))) return;
    await deps.append(tx, { type: 'lease.revoked', fields: await leaseFields(tx, lease) });
  });
}

async function recordFailure(
  deps: RevokeDeps,
  item: OutboxRow,
  { lease, failure }: { lease: LeaseRow; failure: unknown },
): Promise<void> {
  await deps.store.commit(async (tx) => {
    const nextAt = tx.now + (BACK_OFF_MS[Math.min(item.attempts, BACK_OFF_MS.length) - 1] ?? 0);
    await tx.outbox.retry(item.id, nextAt);
    const fields = { ...(await leaseFields(tx, lease)), attempt: item.attempts, next_attempt_at: isoTime(nextAt) };
    await deps.append(tx, { type: 'lease.revocation_failed', fields });
  });
  deps.logger.warn('a lease could not be revoked; it will be tried again', {
    lease_id: lease.id,
    attempt: item.attempts,
    error: failure,
  });
}
