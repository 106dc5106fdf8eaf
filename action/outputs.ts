// Handing the credential on: first every value is masked, then the lease is kept for the post step, then the outputs are
// written. No answer chooses their names (shared/their-words.ts), but for values of a vault, which the policy names.

import type { OutputOfEach } from '../shared/action-outputs.ts';
import type { Issued } from '../shared/api.ts';
import { inTheirWords } from '../shared/their-words.ts';
import type { Accepted } from './accept.ts';
import { ActionFailure } from './action-failure.ts';
import type { Job } from './job.ts';
import { warnOfOthers } from './other-credentials.ts';
import { writeFiles } from './private-files.ts';

/** An accepted credential whose lease is kept. */
export interface Held {
  readonly accepted: Accepted;
  /** where its files go, the one that programs are told of first; none for most kinds */
  readonly files: readonly string[];
}

const TOKEN_VARIABLE = 'BUILDPASS_TOKEN';

/** Without these files the toolkit would fall back to commands on stdout, the secret in them. */
export function requireRunnerFiles({ environment }: Job, exportEnv: boolean): void {
  const needed = ['GITHUB_OUTPUT', 'GITHUB_STATE', ...(exportEnv ? ['GITHUB_ENV'] : [])];
  const missing = needed.filter((name) => !environment[name]);
  if (missing.length === 0) return;
  throw new ActionFailure(
    'This is no job of GitHub Actions',
    `${missing.join(', ')} must name the files that the runner makes for a step.`,
  );
}

/** Before the answer is even judged: what is said of a bad one may quote it. */
export function maskCredential({ log }: Job, issued: Issued): void {
  log.mask([issued.access_token, ...Object.values(issued.credential)]);
}

/** @throws ActionFailure where a file can't be written; nothing else is written then */
export function writeOutputs(job: Job, held: Held, exportEnv: boolean): void {
  const { toolkit } = job;
  const { accepted, files } = held;
  const { credential, expiresAt } = accepted;
  writeFiles(job, files, credential);
  const words = inTheirWords(credential, { expiresAt, file: files[0] });
  for (const [name, value] of Object.entries({ ...words.outputs, ...outputsOfEach(accepted) }))
    toolkit.setOutput(name, value);
  if (!exportEnv) return;
  const variables = { ...words.variables, [TOKEN_VARIABLE]: accepted.issued.access_token };
  for (const [name, value] of Object.entries(variables)) toolkit.exportVariable(name, value);
  warnOfOthers(job, credential.kind);
}

function outputsOfEach({ issued, expiresAt, tokenHash, receipt }: Accepted): Readonly<Record<OutputOfEach, string>> {
  return {
    token: issued.access_token,
    'expires-at': expiresAt,
    'issuance-id': issued.issuance_id,
    'request-id': issued.request_id ?? '',
    'request-url': issued.request_url ?? '',
    'lease-id': issued.lease_id,
    'log-index': receipt.logIndex?.toString() ?? '',
    assurance: issued.assurance,
    'token-hash': tokenHash ?? '',
    receipt: JSON.stringify(issued.receipt),
  };
}
