// Leases for those who may end them, newest first. A page looks through so many rows and no more, so that no question holds up the
// asks of jobs: a page may be short, and says where the next one begins.
import type { LeaseList, LeaseSummary, LeaseView } from '../../shared/access-api.ts';
import { isoTime } from '../log/entry.ts';
import type { Subject } from '../model.ts';
import type { LeaseRow } from '../store/leases.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { standingOf } from './lease-standing.ts';
import { isoTimeOrNull } from './steps.ts';

export interface LeaseQuery {
  readonly state: LeaseView | undefined;
  readonly project: string | undefined;
  /** `PROJECT/ENTITLEMENT` */
  readonly entitlement: string | undefined;
  /** `ISSUER/ID` */
  readonly repository: string | undefined;
  readonly commit: string | undefined;
  readonly before: string | undefined;
  readonly limit: number;
}

const LOOKED_THROUGH = 2_000;
const AT_ONCE = 200;

export async function listLeases(tx: Transaction, query: LeaseQuery): Promise<LeaseList> {
  const leases: LeaseSummary[] = [];
  let [before, looked, more] = [query.before, 0, true];
  while (more && looked < LOOKED_THROUGH && leases.length < query.limit) {
    // Never more than may still be found, so that the last one looked at is where the next page begins.
    const most = Math.min(AT_ONCE, query.limit - leases.length);
    const page = await pageOf(tx, query.state, { before, most });
    for (const lease of page) leases.push(...(await summaryOf(tx, lease, query)));
    [before, looked, more] = [page.at(-1)?.id ?? before, looked + page.length, page.length === most];
  }
  return { now: isoTime(tx.now), leases, ...(more ? { next: before } : {}) };
}

function pageOf(
  tx: Transaction,
  state: LeaseView | undefined,
  { before, most }: { before: string | undefined; most: number },
): Promise<readonly LeaseRow[]> {
  if (state === 'failing') return tx.leases.failing(before, most);
  return state === 'live' ? tx.leases.live(before, most) : tx.leases.before(before, most);
}

/** Nothing where it is not what was asked for. */
async function summaryOf(tx: Transaction, lease: LeaseRow, query: LeaseQuery): Promise<readonly LeaseSummary[]> {
  if (query.state !== undefined && query.state !== 'failing' && lease.state !== query.state) return [];
  // Every lease hangs on its request.
  const request = (await tx.requests.find(lease.request_id)) as RequestRow;
  const subject = JSON.parse(request.subject) as Subject;
  if (!isWanted(request, subject, query)) return [];
  const { id, request_id, issuance_id, kind, state, issued_at: issued, ends_at: ends } = lease;
  const summary = {
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
  return [summary];
}

function isWanted(request: RequestRow, subject: Subject, query: LeaseQuery): boolean {
  const { project, entitlement, repository, commit } = query;
  const pairs = [
    [project, request.project],
    [entitlement, `${request.project}/${request.entitlement}`],
    [repository, `${subject.issuer}/${subject.repositoryId}`],
    [commit, subject.sha],
  ];
  return pairs.every(([wanted, is]) => wanted === undefined || wanted === is);
}
