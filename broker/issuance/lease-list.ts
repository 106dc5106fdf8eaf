// Leases for those who may end them, newest first. A page looks through so many rows and no more, so that no question holds up the
// asks of jobs: a page may be short, and says where the next one begins.
import type { LeaseList, LeaseSummary, LeaseView } from '../../shared/access-api.ts';
import { isoTime } from '../log/entry.ts';
import type { Subject } from '../model.ts';
import type { LeaseKind, SeenLease } from '../store/lease-pages.ts';
import type { LeaseRow } from '../store/leases.ts';
import type { Narrowing } from '../store/narrowing.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { standingOf } from './lease-standing.ts';
import { isoTimeOrNull } from './steps.ts';

export interface LeaseQuery {
  readonly state: LeaseView | undefined;
  /** of these alone, each in the words of an order of revocation */
  readonly only: Narrowing;
  readonly before: string | undefined;
  readonly limit: number;
}

const LOOKED_THROUGH = 2_000;
const AT_ONCE = 200;

export async function listLeases(tx: Transaction, query: LeaseQuery): Promise<LeaseList> {
  const { state, only, limit } = query;
  const leases: LeaseSummary[] = [];
  let [before, looked, more] = [query.before, 0, true];
  while (more && looked < LOOKED_THROUGH && leases.length < limit) {
    // Never more than may still be found, so that the last one looked at is where the next page begins.
    const most = Math.min(AT_ONCE, limit - leases.length);
    const page = await tx.leases.page(kindOf(state), { only, before, limit: most });
    for (const lease of page.filter((one) => isWanted(one, state))) leases.push(await summaryOf(tx, lease));
    [before, looked, more] = [page.at(-1)?.id ?? before, looked + page.length, page.length === most];
  }
  return { now: isoTime(tx.now), leases, ...(more ? { next: before } : {}) };
}

const kindOf = (state: LeaseView | undefined): LeaseKind => (state === 'failing' || state === 'live' ? state : 'all');

const isWanted = ({ named, state }: SeenLease, wanted: LeaseView | undefined): boolean =>
  Boolean(named) && (wanted === undefined || wanted === 'failing' || wanted === state);

async function summaryOf(tx: Transaction, lease: LeaseRow): Promise<LeaseSummary> {
  // Every lease hangs on its request.
  const request = (await tx.requests.find(lease.request_id)) as RequestRow;
  const subject = JSON.parse(request.subject) as Subject;
  const { id, request_id, issuance_id, kind, state, issued_at: issued, ends_at: ends } = lease;
  return {
    ...{ id, request_id, issuance_id, project: request.project, entitlement: request.entitlement, kind, state },
    ...{ issued_at: isoTime(issued), ends_at: isoTimeOrNull(ends) },
    credential: standingOf(lease, await tx.outbox.revocationOf(id), tx.now),
    job: {
      ...{ issuer: subject.issuer, repository: subject.repository, repository_id: subject.repositoryId },
      ...{ ref: subject.ref, sha: subject.sha, job_workflow_ref: subject.jobWorkflowRef },
      ...{ run_id: subject.runId, run_attempt: subject.runAttempt, actor: subject.actor },
    },
    principal: request.requester,
  };
}
