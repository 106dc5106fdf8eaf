// A job that is over needs nothing any more: whatever it still holds ends, also where its own step that gives it back never ran, and
// what is being made for it is handed to nobody.
import { endByOrder, type LeaseDeps } from './leases.ts';
import { endUnderWay } from './under-way.ts';

export interface EndedJob {
  /** name of the issuer whose job it was */
  readonly issuer: string;
  /** the id that the platform gives a job in its tokens and in what it says of it */
  readonly checkRunId: string;
}

/** Ends every live lease of a job and all that is under way for it, and returns how many there were. Telling it again ends nothing more. */
export function jobEnded(deps: LeaseDeps, job: EndedJob): Promise<number> {
  return deps.store.commit(async (tx) => {
    const leases = await tx.leases.ofJob(job);
    for (const lease of leases) await endByOrder(deps, tx, { lease, because: 'job-ended' });
    const grants = await tx.underWay.ofJob({ ...job, now: tx.now });
    return leases.length + (await endUnderWay(deps, tx, { grants }));
  });
}
