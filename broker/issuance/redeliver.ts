// Gives the answer of an issued request again, to the same job with the same secret, within two minutes and while the lease
// lives. Each time is an entry: somebody who counts issuances sees repeats as what they are.
import type { Secret } from '../../shared/secret.ts';
import { BrokerError } from '../errors.ts';
import { receiptOf } from '../log/prove.ts';
import type { RequestRow } from '../store/requests.ts';
import type { IssueDeps, Issued } from './issue.ts';

type RedeliverDeps = Pick<IssueDeps, 'store' | 'append' | 'answers'>;

/** @throws BrokerError REQUEST_SPENT where the copy is gone or the lease has ended */
export async function redeliver(
  deps: RedeliverDeps,
  request: RequestRow,
  requestSecret: Secret | undefined,
): Promise<Issued> {
  const issued = await deps.store.commit(async (tx) => {
    const lease = await tx.leases.ofRequest(request.id);
    const entry = await tx.log.issuedEntry(request.id);
    if (requestSecret === undefined || lease?.state !== 'live' || entry === undefined) return undefined;
    if (lease.ends_at !== null && lease.ends_at <= tx.now) return undefined;
    const credential = await deps.answers.open(tx, { requestId: request.id, requestSecret });
    if (credential === undefined) return undefined;
    const { project, entitlement, id: requestId } = request;
    await deps.append(tx, {
      type: 'issuance.redelivered',
      fields: {
        request_id: requestId,
        project,
        entitlement,
        issuance_id: lease.issuance_id,
        kind: lease.kind,
        lease_id: lease.id,
      },
    });
    const receipt = await receiptOf(tx.log, entry.entry_index);
    const { assurance } = JSON.parse(entry.leaf) as Pick<Issued, 'assurance'>;
    const scope = `${project}/${entitlement}`;
    return {
      credential,
      scope,
      requestId,
      issuanceId: lease.issuance_id,
      leaseId: lease.id,
      assurance,
      endsAt: lease.ends_at,
      receipt,
    };
  });
  if (issued === undefined) {
    throw new BrokerError(
      'REQUEST_SPENT',
      'This request was answered before, and its answer cannot be given again. Ask anew with a new request_secret.',
    );
  }
  return issued;
}
