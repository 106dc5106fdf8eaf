// Renewals as the entries tell them: the same job, on what people agreed to, after its first credential there and before its session
// is over. They spend nothing of an approval, so that this is all that keeps one from being good for any number of them.
import type { Said } from './check-entry.ts';
import { Contradiction, type ExpectedRows, textOf, timeOf } from './story.ts';

interface Issued {
  readonly requestId: string;
  readonly at: number;
}

export class StoryOfRenewals {
  readonly #rows: ExpectedRows;
  /** of each permit that stands on an approval: which approval and which job, by its request */
  readonly #standing = new Map<string, string>();
  /** what a job had on an approval, by both */
  readonly #issued = new Map<string, Issued[]>();
  /** those of them that the broker ended before their time */
  readonly #cutShort = new Set<string>();
  /** when a session ends, by the request that it counts from */
  readonly #ends = new Map<string, number>();

  readonly steps: Readonly<Record<string, (said: Said) => void>> = {
    'request.decided': (said) => this.#decided(said),
    'issuance.succeeded': (said) => this.#succeeded(said),
    'issuance.withheld': (said) => this.#withheld(said),
    'lease.ended': (said) => this.#ended(said),
    'grant.ended': (said) => this.#ended(said),
  };

  constructor(rows: ExpectedRows) {
    this.#rows = rows;
  }

  #decided(said: Said): void {
    const { fields } = said;
    const [approval, renews] = [this.#approvalOf(said), fields['renews']];
    if (approval === undefined) {
      if (renews !== undefined) throw new Contradiction(`it renews ${String(renews)}, and stands on no approval`);
      return;
    }
    const job = `${approval} ${jobOf(said)}`;
    this.#standing.set(textOf(said, 'request_id'), job);
    if (renews !== undefined) this.#renewed(said, { approval, job });
  }

  #renewed(said: Said, { approval, job }: { approval: string; job: string }): void {
    const renews = textOf(said, 'renews');
    const first = (this.#issued.get(job) ?? []).toSorted(byTime)[0]?.requestId;
    if (first !== renews)
      throw new Contradiction(
        `it renews ${renews}, and what this job had first on ${approval} was ${first ?? 'nothing'}`,
      );
    if (this.#cutShort.has(job)) throw new Contradiction(`it renews ${renews}, and what this job had was ended`);
    const ends = timeOf(said, 'session_ends_at');
    if (ends === null || said.time >= ends) throw new Contradiction(`it renews ${renews}, whose session was over`);
    const known = this.#ends.get(renews) ?? ends;
    if (known !== ends) throw new Contradiction(`it moves the end of the session of ${renews}`);
    if (ends > this.#incidentEnd(said)) throw new Contradiction(`it renews ${renews} beyond the end of its incident`);
    this.#ends.set(renews, ends);
  }

  #succeeded(said: Said): void {
    const requestId = textOf(said, 'request_id');
    const job = this.#standing.get(requestId);
    if (job !== undefined) this.#issued.set(job, [...(this.#issued.get(job) ?? []), { requestId, at: said.time }]);
  }

  /** Handed to nobody: a session does not count from it. */
  #withheld(said: Said): void {
    const requestId = textOf(said, 'request_id');
    const job = this.#standing.get(requestId) ?? '';
    const others = (this.#issued.get(job) ?? []).filter((one) => one.requestId !== requestId);
    if (this.#issued.has(job)) this.#issued.set(job, others);
  }

  #ended(said: Said): void {
    this.#cutShort.add(this.#standing.get(textOf(said, 'request_id')) ?? '');
  }

  /** An invocation stands in the place of one. */
  #approvalOf({ fields }: Said): string | undefined {
    const { approvals, invocation_id: invocation } = fields;
    const [first] = Array.isArray(approvals) ? approvals : [];
    const invoked = this.#rows.invocations.get(String(invocation))?.values['approval_id'];
    const id = first ?? invoked;
    return id === undefined ? undefined : String(id);
  }

  #incidentEnd({ fields }: Said): number {
    const { invocation_id: invocation } = fields;
    if (invocation === undefined) return Number.POSITIVE_INFINITY;
    const incident = this.#rows.invocations.get(String(invocation))?.values['incident_id'];
    return Number(this.#rows.incidents.get(String(incident))?.values['ends_at']);
  }
}

const byTime = (one: Issued, other: Issued): number =>
  one.at - other.at || (one.requestId < other.requestId ? -1 : Number(one.requestId !== other.requestId));

/** What makes two entries those of one job, as the broker tells its jobs apart. */
const OF_A_JOB = [
  ...['issuer', 'repository_id', 'run_id', 'run_attempt', 'check_run_id', 'ref', 'sha', 'workflow_ref'],
  ...['job_workflow_ref', 'environment', 'event_name', 'runner_environment'],
];

const jobOf = ({ fields }: Said): string => JSON.stringify(OF_A_JOB.map((name) => fields[name] ?? null));
