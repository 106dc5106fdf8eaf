// Giving a lease back: the post step of every use, and what follows a credential that was not accepted. It says what the
// return means for the credential, and never "revoked" where it still works.
import { afterlifeOf } from '../shared/afterlife.ts';
import type { LeaseReturn } from '../shared/api.ts';
import { ActionFailure, messageOf } from './action-failure.ts';
import { endLease } from './broker-client.ts';
import { type HeldLease, heldLease, NEVER } from './held-lease.ts';
import { readReturnInputs } from './inputs.ts';
import type { Job } from './job.ts';
import { removeFile } from './private-files.ts';
import { type Patience, patiently } from './retry.ts';
import { requireTlsChecks } from './subject-token.ts';

/** A runner that is shutting down waits for nobody. */
const RETURNING: Patience = { attempts: 3, withinMs: 10_000 };
/** Of a step that was cancelled: what is left of the runner's 7.5 s. */
const LEAVING: Patience = { attempts: 1, withinMs: 3_000 };

/** The post step. A failure warns; it fails the job only where the workflow asks for that. */
export async function returnLease(job: Job): Promise<void> {
  try {
    job.log.info(await returnHeld(job));
  } catch (error) {
    const { failOnRevokeError } = readReturnInputs(job.toolkit.getInput);
    if (failOnRevokeError || !(error instanceof ActionFailure)) throw error;
    job.log.warning(error.message, ...error.lines);
  }
}

/** @throws ActionFailure that says what remains */
async function returnHeld(job: Job): Promise<string> {
  const lease = heldLease(job);
  if (lease === undefined) return 'This step holds no lease: nothing to return.';
  job.log.mask([lease.requestSecret]);
  for (const file of lease.files ?? []) removeFile(job, file);
  // skip-revoke is for a credential that is used after the job; one that was not accepted goes back all the same.
  if (lease.expiresAt !== undefined && readReturnInputs(job.toolkit.getInput).skipRevoke)
    return `Lease ${lease.leaseId} is not returned (skip-revoke); ${lease.expiresAt === NEVER ? 'its value never dies' : `it ends at ${lease.expiresAt}`}${beyond(lease)}.`;
  try {
    requireTlsChecks(job);
    return await giveBack(job, lease);
  } catch (error) {
    throw await notReturned(lease, error);
  }
}

/**
 * Returns the lease and says in one sentence what that means.
 * @throws ActionFailure where the broker did not take it
 */
export async function giveBack(job: Job, lease: HeldLease): Promise<string> {
  const patience = job.cancelled.aborted ? LEAVING : RETURNING;
  const returned = await patiently(job, patience, (leftMs) => endLease({ send: job.send, leftMs }, lease));
  return `Lease ${lease.leaseId} returned: ${meaning(returned)}${beyond(lease)}.`;
}

function meaning(returned: LeaseReturn | undefined): string {
  if (returned === undefined) return 'it had ended already';
  const { revocation, upstream_expires_at: dies } = returned;
  // The return is on record, and revoking comes after it: whether that succeeded, only the log can say (P8).
  if (revocation === 'immediate') return 'the broker revokes the credential now; its log says when that is done';
  return dies === null
    ? "the credential can't be revoked and never dies: change it where it came from"
    : `the credential can't be revoked; it dies at ${dies}`;
}

/** What the job may have traded it for meanwhile, as the end of a sentence. */
function beyond({ kind = '' }: HeldLease): string {
  const afterlife = afterlifeOf(kind);
  return afterlife === undefined ? '' : `; ${afterlife}`;
}

function whatMayWork(lease: HeldLease): string {
  const { expiresAt } = lease;
  if (expiresAt === undefined) return 'The credential was not handed on, and may work until it ends by itself.';
  return expiresAt === NEVER
    ? 'The value that it handed out never dies: it works until somebody changes it where it came from.'
    : `The credential may work until ${expiresAt}${beyond(lease)}.`;
}

async function notReturned(lease: HeldLease, error: unknown): Promise<ActionFailure> {
  const { readEvent } = await import('./event.ts');
  const event = await readEvent();
  const why = error instanceof ActionFailure ? error.lines : [messageOf(error)];
  return new ActionFailure(
    `Lease ${lease.leaseId} could not be returned`,
    whatMayWork(lease),
    ...why,
    `To end it sooner, give your security team the lease${event === undefined ? '' : ` and the run, ${event.runUrl}`}.`,
  );
}
