// What is being issued while security revokes, or its job ends: no lease yet, so that what ends leases does not see it. Its grant is
// ended on record instead, in the same transaction, and nobody is handed what comes of it: a grant that is ended cannot be spent, and
// what another system makes on one is withheld and given back.

import type { Transaction } from '../store/store.ts';
import type { GrantUnderWay } from '../store/under-way.ts';
import type { IssueDeps, Issuing } from './issuing.ts';
import { askedFor, isPaused } from './steps.ts';

/** As the mark of what no order ended. */
const JOB_ENDED = 'job-ended';

export interface EndingUnderWay {
  readonly grants: readonly GrantUnderWay[];
  /** undefined where their job is over */
  readonly revocationId?: string;
}

/** Returns how many there were. */
export async function endUnderWay(
  { append }: Pick<IssueDeps, 'append'>,
  tx: Transaction,
  { grants, revocationId }: EndingUnderWay,
): Promise<number> {
  for (const { id, request_id } of grants) {
    await tx.underWay.end(id, revocationId ?? JOB_ENDED);
    await append(tx, {
      type: 'grant.ended',
      fields: {
        ...(await askedFor(tx, request_id)),
        grant_id: id,
        because: revocationId === undefined ? JOB_ENDED : 'revocation-ordered',
        revocation_id: revocationId,
      },
    });
  }
  return grants.length;
}

/** Why nobody gets what another system has just made; undefined where the job may have it. */
export async function whyUnwanted(tx: Transaction, issuing: Pick<Issuing, 'granted'>): Promise<string | undefined> {
  if (await isPaused(tx, issuing)) return 'issuing was paused while it was made';
  const by = await tx.underWay.endedBy(issuing.granted.grant.id);
  if (by === undefined) return undefined;
  return by === JOB_ENDED ? 'its job was over before it was made' : 'an order of revocation named it while it was made';
}
