// Leases after issuing: given back by their job, expired at their end, or ended by somebody else. What the other side can revoke is
// queued for revoke.ts.
import { BrokerError } from '../errors.ts';
import type { Revocation } from '../model.ts';
import type { LeaseRow } from '../store/leases.ts';
import type { Transaction } from '../store/store.ts';
import type { IssueDeps } from './issuing.ts';
import { askedFor, isoTimeOrNull, queueRevocation } from './steps.ts';

export type LeaseDeps = Pick<
  IssueDeps,
  'store' | 'append' | 'answers' | 'providers' | 'entropy' | 'clock' | 'logger' | 'providerTimeout'
>;

/** What ends a lease on record needs; its credential is revoked by who works off what is queued. */
export type EndDeps = Pick<LeaseDeps, 'store' | 'append' | 'entropy' | 'logger'>;

export interface ReturnedLease {
  readonly revocation: Revocation;
  readonly upstreamExpiresAt: number | null;
}

/** Whose lease it must be: the job that holds it, whoever knows the secret of its request, or whoever shows its token. */
export type LeaseHolder =
  | { readonly jobKey: string }
  | { readonly requestSecretHash: string }
  | { readonly issuanceId: string };

/**
 * Puts the return on record and says what it means; undefined where the lease had ended before.
 * @throws BrokerError NOT_FOUND for another's lease and for none: nobody learns which
 */
export async function returnLease(
  deps: LeaseDeps,
  leaseId: string,
  holder: LeaseHolder,
): Promise<ReturnedLease | undefined> {
  const returned = await deps.store.commit(async (tx) => {
    const lease = await tx.leases.find(leaseId);
    if (lease === undefined || !(await holds(tx, lease, holder))) return 'not-found';
    if (!(await endLease(deps, tx, { lease, state: 'returned' }))) return 'gone';
    const fields = {
      ...(await leaseFields(tx, lease)),
      revocation: lease.revocation,
      upstream_expires_at: isoTimeOrNull(lease.upstream_expires_at),
      ...('issuanceId' in holder ? { by: 'token' as const } : {}),
    };
    await deps.append(tx, { type: 'lease.returned', fields });
    return { revocation: lease.revocation, upstreamExpiresAt: lease.upstream_expires_at };
  });
  if (returned === 'not-found') throw new BrokerError('NOT_FOUND', 'There is no such lease of this job.');
  return returned === 'gone' ? undefined : returned;
}

const EXPIRE_AT_ONCE = 100;

/** Ends every lease whose time has come, some at a time so that no transaction grows long. */
export async function expireLeases(deps: LeaseDeps): Promise<void> {
  while ((await expireSome(deps)) === EXPIRE_AT_ONCE);
}

function expireSome(deps: LeaseDeps): Promise<number> {
  return deps.store.commit(async (tx) => {
    const due = await tx.leases.overdue(tx.now, EXPIRE_AT_ONCE);
    for (const lease of due) {
      await endLease(deps, tx, { lease, state: 'expired' });
      await deps.append(tx, {
        type: 'lease.expired',
        fields: { ...(await leaseFields(tx, lease)), ends_at: isoTimeOrNull(lease.ends_at) },
      });
    }
    return due.length;
  });
}

export interface EndedByOrder {
  readonly lease: LeaseRow;
  readonly because: 'revocation-ordered' | 'job-ended';
  readonly revocationId?: string;
}

/** Ends a live lease before its time, on record with what that means for its credential. */
export async function endByOrder(
  deps: EndDeps,
  tx: Transaction,
  { lease, because, revocationId }: EndedByOrder,
): Promise<void> {
  if (!(await endLease(deps, tx, { lease, state: 'ended' }))) return;
  await deps.append(tx, {
    type: 'lease.ended',
    fields: {
      ...(await leaseFields(tx, lease)),
      because,
      revocation_id: revocationId,
      revocation: lease.revocation,
      upstream_expires_at: isoTimeOrNull(lease.upstream_expires_at),
    },
  });
}

/** Ends a live lease, drops its sealed answer, and asks for revocation where that does something. */
export async function endLease(
  deps: Pick<LeaseDeps, 'entropy'>,
  tx: Transaction,
  { lease, state }: { lease: LeaseRow; state: 'returned' | 'expired' | 'ended' },
): Promise<boolean> {
  if (!(await tx.leases.end(lease.id, state))) return false;
  await tx.sealedAnswers.delete(lease.request_id);
  const livesOn = lease.upstream_expires_at === null || lease.upstream_expires_at > tx.now;
  if (lease.revocation === 'immediate' && livesOn) await queueRevocation(deps, tx, lease.id);
  return true;
}

async function holds(tx: Transaction, lease: LeaseRow, holder: LeaseHolder): Promise<boolean> {
  if ('jobKey' in holder) return lease.job_key === holder.jobKey;
  if ('issuanceId' in holder) return lease.issuance_id === holder.issuanceId;
  const secret = await tx.requestSecrets.find(holder.requestSecretHash);
  return secret?.requestId === lease.request_id;
}

export async function leaseFields(tx: Transaction, lease: LeaseRow) {
  return { ...(await askedFor(tx, lease.request_id)), issuance_id: lease.issuance_id, lease_id: lease.id };
}
