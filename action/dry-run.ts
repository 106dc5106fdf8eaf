// `dry-run: true`: shows what the broker would see and decide. Nothing is asked for, issued or written; a denial warns and
// the step succeeds, since finding that out is what a dry run is for.
import { ASKING } from './ask.ts';
import { explain } from './broker-client.ts';
import type { Inputs } from './inputs.ts';
import type { Job } from './job.ts';
import { wouldBeRefused } from './refusal.ts';
import { patiently } from './retry.ts';
import { type Claims, freshSubjectToken } from './subject-token.ts';

/** @throws ActionFailure where no decision could be had */
export async function dryRun(job: Job, inputs: Inputs): Promise<void> {
  const { claims, explanation } = await patiently(job, { ...ASKING, until: job.cancelled }, async (leftMs) => {
    const subject = await freshSubjectToken(job, inputs.audience, leftMs);
    return { claims: subject.claims, explanation: await explain({ send: job.send, leftMs }, inputs, subject.token) };
  });
  job.log.group('What the ID token of this job says', claimLines(claims));
  job.log.info('Dry run: nothing was asked for.');
  if (explanation.decision === 'permit') job.log.info(`Permit: this job would get ${inputs.scope}.`);
  else job.log.warning(...wouldBeRefused(explanation, inputs.scope));
}

const claimLines = (claims: Claims): string[] =>
  Object.entries(claims)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
