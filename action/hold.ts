// From an answer to a lease that is held: accepted, and kept for the post step. Whatever fails on the way gives the lease
// back at once, since nobody will use its credential, and what came of that is part of the failure.
import { afterlifeOf } from '../shared/afterlife.ts';
import { type Accepted, acceptIssued } from './accept.ts';
import { ActionFailure, messageOf } from './action-failure.ts';
import type { Answered } from './ask.ts';
import { type HeldLease, keepLease } from './held-lease.ts';
import type { Inputs } from './inputs.ts';
import type { Job } from './job.ts';
import { type Held, maskCredential } from './outputs.ts';
import { newPaths } from './private-files.ts';
import { giveBack } from './return-lease.ts';

/** @throws ActionFailure that says what is wrong, and what became of the lease */
export async function hold(job: Job, inputs: Inputs, answered: Answered): Promise<Held> {
  if (answered.answer.outcome === 'issued') maskCredential(job, answered.answer.issued);
  try {
    if (job.cancelled.aborted)
      throw new ActionFailure('The job was cancelled', 'The credential came too late and is not used.');
    const accepted = accept(job, inputs, answered);
    const files = newPaths(job, accepted.credential);
    keep(job, inputs, { accepted, requestSecret: answered.requestSecret, files });
    return { accepted, files };
  } catch (error) {
    const { message, lines } =
      error instanceof ActionFailure ? error : new ActionFailure('Buildpass failed unexpectedly', messageOf(error));
    throw new ActionFailure(message, ...lines, await undo(job, inputs, answered));
  }
}

function accept(job: Job, inputs: Inputs, { answer, claims }: Answered): Accepted {
  try {
    if (answer.outcome === 'unusable') throw new Error(answer.problem);
    return acceptIssued(answer.issued, { inputs, claims, now: job.clock.now() });
  } catch (error) {
    if (error instanceof ActionFailure) throw error;
    throw new ActionFailure(
      'The credential was not accepted',
      `The answer of ${inputs.broker} can't be trusted: ${messageOf(error)}.`,
    );
  }
}

/** Before any file is written: whatever happens from here on, the post step knows of it. */
function keep(job: Job, { broker }: Inputs, held: Held & { requestSecret: string }): void {
  const { issued, credential, expiresAt } = held.accepted;
  const { requestSecret, files } = held;
  try {
    const more = {
      ...(files.length === 0 ? {} : { files }),
      ...(afterlifeOf(credential.kind) === undefined ? {} : { kind: credential.kind }),
    };
    keepLease(job, { broker, leaseId: issued.lease_id, requestSecret, expiresAt, ...more });
  } catch (error) {
    throw new ActionFailure(
      'The lease could not be kept for the post step',
      `The state of this step can't be written: ${messageOf(error)}.`,
    );
  }
}

async function undo(job: Job, { broker }: Inputs, { answer, requestSecret }: Answered): Promise<string> {
  const leaseId = answer.outcome === 'issued' ? answer.issued.lease_id : answer.leaseId;
  if (leaseId === undefined)
    return 'The answer names no lease that could be returned; if one was issued, it ends by itself.';
  const lease = { broker, leaseId, requestSecret };
  try {
    return await giveBack(job, lease);
  } catch (error) {
    const why = error instanceof ActionFailure ? error.lines.join(' ') : messageOf(error);
    return `Lease ${leaseId} could not be returned: ${why} ${leftToPost(job, lease)}`;
  }
}

/** The post step has time of its own: what could not be returned now may be returned then. */
function leftToPost(job: Job, lease: HeldLease): string {
  try {
    keepLease(job, lease);
    return 'The post step tries again.';
  } catch {
    return 'It ends by itself.';
  }
}
