// Gives the answer of an issued request again, to the same job with the same secret: within two minutes, while the lease lives,
// and only under the very policy set that it was issued under, so that nothing wider or longer than now allowed is given (P3).
// Each time is an entry: somebody who counts issuances sees repeats as what they are.
import type { Secret } from '../../shared/secret.ts';
import { receiptOf } from '../log/prove.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { IssueDeps, Issued } from './issuing.ts';

export interface Redelivery {
  readonly request: RequestRow;
  readonly requestSecret: Secret | undefined;
  /** the policy set in force */
  readonly setDigest: string;
}

/** The answer again but for its receipt: where the same commit issued it, no checkpoint is over its entry yet. */
export interface Redelivered {
  readonly again: Omit<Issued, 'receipt'>;
  readonly entryIndex: number;
}

/** The answer again; undefined where it can't be given any more. Runs in the transaction that read policy and suspensions. */
export async function redeliver(
  deps: Pick<IssueDeps, 'append' | 'answers' | 'withheld'>,
  tx: Transaction,
  { request, requestSecret, setDigest }: Redelivery,
): Promise<Redelivered | undefined> {
  const lease = await tx.leases.ofRequest(request.id);
  const grant = await tx.grants.latestOf(request.id);
  const entry = await tx.log.issuedEntry(request.id);
  if (requestSecret === undefined || lease?.state !== 'live' || entry === undefined) return undefined;
  if (deps.withheld.has(lease.id) || grant?.set_digest !== setDigest) return undefined;
  if (lease.ends_at !== null && lease.ends_at <= tx.now) return undefined;
  if (await tx.revocations.isEnding(lease.id)) return undefined;
  const credential = await deps.answers.open(tx, { requestId: request.id, requestSecret });
  if (credential === undefined) return undefined;
  const { project, entitlement, id: requestId } = request;
  const { issuance_id: issuanceId, id: leaseId, kind } = lease;
  const fields = { request_id: requestId, project, entitlement, issuance_id: issuanceId, kind, lease_id: leaseId };
  await deps.append(tx, { type: 'issuance.redelivered', fields });
  const { assurance } = JSON.parse(entry.leaf) as Pick<Issued, 'assurance'>;
  const scope = `${project}/${entitlement}`;
  const again = { credential, scope, requestId, issuanceId, leaseId, assurance, endsAt: lease.ends_at };
  return { again, entryIndex: entry.entry_index };
}

/** What the job is told, once that is durable. */
export async function describeRedelivered(
  { store }: { readonly store: Pick<Store, 'read'> },
  { again, entryIndex }: Redelivered,
): Promise<Issued> {
  return { ...again, receipt: await store.read((tx) => receiptOf(tx.log, entryIndex)) };
}
