// The main step, top to bottom: read the inputs, ask, accept the answer, hand the credential on. The post step is
// return-lease.ts.
import { type Accepted, acceptIssued } from './accept.ts';
import { ActionFailure, messageOf } from './action-failure.ts';
import { type Answered, askForCredential } from './ask.ts';
import { dryRun } from './dry-run.ts';
import { type Inputs, readInputs } from './inputs.ts';
import type { Job } from './job.ts';
import { keepLease, maskCredential, requireRunnerFiles, writeOutputs } from './outputs.ts';
import { giveBack } from './return-lease.ts';
import { requireIdTokens } from './subject-token.ts';
import { writeSummary } from './summary.ts';

/** @throws ActionFailure that says what to change */
export async function run(job: Job): Promise<void> {
  const inputs = readInputs(job.toolkit.getInput);
  await requireIdTokens(job);
  if (inputs.dryRun) return dryRun(job, inputs);

  requireRunnerFiles(job, inputs.exportEnv);
  const answered = await askForCredential(job, inputs);
  if (answered.answer.outcome === 'issued') maskCredential(job, answered.answer.issued);
  const accepted = await accept(job, inputs, answered);
  const { issued, expiresAt } = accepted;
  // Kept before the token is written: a crash from here on still returns the lease.
  keepLease(job, { broker: inputs.broker, leaseId: issued.lease_id, requestSecret: answered.requestSecret, expiresAt });
  writeOutputs(job, accepted, inputs.exportEnv);
  await writeSummary(job, { accepted, inputs, claims: answered.claims });
  job.log.info(
    `Issued ${inputs.scope} (${issued.assurance}), until ${expiresAt}. Issuance ${issued.issuance_id}, lease ${issued.lease_id}.`,
  );
}

async function accept(job: Job, inputs: Inputs, { answer, requestSecret, claims }: Answered): Promise<Accepted> {
  try {
    if (answer.outcome === 'unusable') throw new Error(answer.problem);
    return acceptIssued(answer.issued, { inputs, claims, now: job.clock.now() });
  } catch (error) {
    const leaseId = answer.outcome === 'issued' ? answer.issued.lease_id : answer.leaseId;
    const after =
      leaseId === undefined
        ? 'There is no lease to return.'
        : await undo(job, { broker: inputs.broker, leaseId, requestSecret });
    throw new ActionFailure(
      'The credential was not accepted',
      `The answer of ${inputs.broker} can't be trusted: ${messageOf(error)}.`,
      after,
    );
  }
}

/** Nobody will use this credential: it goes back at once, and what came of that is part of the failure. */
async function undo(job: Job, lease: Parameters<typeof giveBack>[1]): Promise<string> {
  try {
    return await giveBack(job, lease);
  } catch (error) {
    const why = error instanceof ActionFailure ? error.lines.join(' ') : messageOf(error);
    return `Lease ${lease.leaseId} could not be returned: ${why}`;
  }
}
