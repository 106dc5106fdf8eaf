// Giving a lease back: the post step of every use, and what follows a credential that was not accepted. It says what the
// return means for the credential, and never "revoked" where it still works.
import type { LeaseReturn } from '../shared/api.ts';
import { ActionFailure, messageOf } from './action-failure.ts';
import { endLease } from './broker-client.ts';
import { readReturnInputs } from './inputs.ts';
import type { Job } from './job.ts';
import { type HeldLease, heldLease } from './outputs.ts';
import { type Patience, patiently } from './retry.ts';

/** A runner that is shutting down waits for nobody. */
const RETURNING: Patience = { attempts: 3, withinMs: 10_000 };

/** The post step. A failure warns; it fails the job only where the workflow asks for that. */
export async function returnLease(job: Job): Promise<void> {
  const lease = heldLease(job);
  if (lease === undefined) return job.log.info('This step holds no lease: nothing to return.');
  job.log.mask([lease.requestSecret]);
  const { skipRevoke, failOnRevokeError } = readReturnInputs(job.toolkit.getInput);
  if (skipRevoke)
    return job.log.info(`Lease ${lease.leaseId} is not returned (skip-revoke); it ends at ${lease.expiresAt}.`);
  try {
    job.log.info(await giveBack(job, lease));
  } catch (error) {
    const failure = await notReturned(lease, error);
    if (failOnRevokeError) throw failure;
    job.log.warning(failure.message, ...failure.lines);
  }
}

/**
 * Returns the lease and says in one sentence what that means.
 * @throws ActionFailure where the broker did not take it
 */
export async function giveBack(
  job: Job,
  lease: Pick<HeldLease, 'broker' | 'leaseId' | 'requestSecret'>,
): Promise<string> {
  const returned = await patiently(job, RETURNING, (leftMs) => endLease({ send: job.send, leftMs }, lease));
  return `Lease ${lease.leaseId} returned: ${meaning(returned)}.`;
}

function meaning(returned: LeaseReturn | undefined): string {
  if (returned === undefined) return 'it had ended already';
  const { revocation, upstream_expires_at: dies } = returned;
  if (revocation === 'immediate') return 'the credential is revoked';
  return dies === null
    ? "the credential can't be revoked and never dies: change it where it came from"
    : `the credential can't be revoked; it dies at ${dies}`;
}

async function notReturned(lease: HeldLease, error: unknown): Promise<ActionFailure> {
  const { readEvent } = await import('./event.ts');
  const event = await readEvent();
  const why = error instanceof ActionFailure ? error.lines : [messageOf(error)];
  return new ActionFailure(
    `Lease ${lease.leaseId} could not be returned`,
    `The credential may work until ${lease.expiresAt}.`,
    ...why,
    `To end it sooner, give your security team the lease${event === undefined ? '' : ` and the run, ${event.runUrl}`}.`,
  );
}
