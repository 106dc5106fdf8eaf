// What a session counts from: the first credential that a job had, of an entitlement or on an approval. One that was withheld was
// handed to nobody, and starts nothing.
import type { Millis } from '../clock.ts';
import { LIVE } from './lease-pages.ts';
import type { Database } from './schema.ts';
import type { Statements } from './statements.ts';

export interface Renewals {
  /** When this job had its first one of the entitlement. */
  firstOfJob(job: { jobKey: string; project: string; entitlement: string }): Promise<Millis | undefined>;
  /** The first request of this job that was issued on the approval. */
  firstOn(of: OnApproval): Promise<FirstIssued | undefined>;
  /** Ids of the live leases that this job has on the approval. */
  liveOn(of: OnApproval): Promise<readonly string[]>;
  /**
   * Whether the broker ended something that this job had, or was about to have, on the approval: by order, or with a key that leaked. By
   * the entries, as the verifier has it: of what was withheld afterwards the rows do not tell it any more.
   */
  wasEndedOn(of: OnApproval): Promise<boolean>;
}

interface OnApproval {
  readonly approvalId: string;
  readonly jobKey: string;
}

interface FirstIssued {
  readonly request_id: string;
  readonly issued_at: Millis;
}

export const renewalTable = ({ all, first }: Statements): Renewals => {
  const firstOfJob = first((db, job: { jobKey: string; project: string; entitlement: string }) =>
    db
      .selectFrom('requests')
      .innerJoin('leases', 'leases.request_id', 'requests.id')
      .select('leases.issued_at')
      .where('requests.job_key', '=', job.jobKey)
      .where('project', '=', job.project)
      .where('entitlement', '=', job.entitlement)
      .where('leases.state', '!=', 'withheld')
      .orderBy('leases.issued_at')
      .limit(1),
  );
  const leasesOn = (db: Database, { approvalId, jobKey }: OnApproval) =>
    db
      .selectFrom('approval_requests')
      .innerJoin('requests', 'requests.id', 'approval_requests.request_id')
      .innerJoin('leases', 'leases.request_id', 'requests.id')
      .select(['leases.id', 'leases.request_id', 'leases.issued_at'])
      .where('approval_requests.approval_id', '=', approvalId)
      .where('requests.job_key', '=', jobKey);
  const endedOn = first((db, { approvalId, jobKey }: OnApproval) =>
    db
      .selectFrom('approval_requests')
      .innerJoin('requests', 'requests.id', 'approval_requests.request_id')
      .innerJoin('log_entries', 'log_entries.request_id', 'requests.id')
      .select('requests.id')
      .where('approval_requests.approval_id', '=', approvalId)
      .where('requests.job_key', '=', jobKey)
      .where('log_entries.type', 'in', ['lease.ended', 'grant.ended'])
      .limit(1),
  );
  const firstOn = first((db, of: OnApproval) =>
    leasesOn(db, of)
      .where('leases.state', '!=', 'withheld')
      .orderBy('leases.issued_at')
      .orderBy('leases.request_id')
      .limit(1),
  );
  const liveOn = all((db, of: OnApproval) => leasesOn(db, of).where(LIVE));
  return {
    async firstOfJob(job) {
      return (await firstOfJob(job))?.issued_at;
    },
    firstOn: (of) => firstOn(of),
    liveOn: async (of) => (await liveOn(of)).map(({ id }) => id),
    wasEndedOn: async (of) => (await endedOn(of)) !== undefined,
  };
};
