// The main step, top to bottom: read the inputs, ask, accept the answer, hand the credential on. The post step is
// return-lease.ts.
import { askForCredential } from './ask.ts';
import { dryRun } from './dry-run.ts';
import { NEVER } from './held-lease.ts';
import { hold } from './hold.ts';
import { readInputs } from './inputs.ts';
import type { Job } from './job.ts';
import { requireRunnerFiles, writeOutputs } from './outputs.ts';
import { requireIdTokens, requireTlsChecks } from './subject-token.ts';
import { writeSummary } from './summary.ts';

/** @throws ActionFailure that says what to change */
export async function run(job: Job): Promise<void> {
  const inputs = readInputs(job.toolkit.getInput);
  requireTlsChecks(job);
  await requireIdTokens(job);
  if (inputs.dryRun) return dryRun(job, inputs);

  requireRunnerFiles(job, inputs.exportEnv);
  const answered = await askForCredential(job, inputs);
  // Held before the token is written: a crash from here on still returns the lease.
  const held = await hold(job, inputs, answered);
  const { accepted } = held;
  writeOutputs(job, held, inputs.exportEnv);
  await writeSummary(job, { accepted, inputs, claims: answered.claims });
  const { issued, expiresAt, receipt } = accepted;
  if (receipt.keyChanges)
    job.log.warning(
      'The log of the broker changes its key',
      'Its receipts carry the signature of another key beside the pinned one, and later of that one alone.',
      `Add the new line of ${inputs.broker}/log/key to log-key until then: receipts that no pinned key signed are refused.`,
    );
  const end = expiresAt === NEVER ? 'a value that never dies' : `until ${expiresAt}`;
  job.log.info(
    `Issued ${inputs.scope} (${issued.assurance}), ${end}. Issuance ${issued.issuance_id}, lease ${issued.lease_id}.`,
  );
}
