// Handing the credential on: first every value is masked, then the lease is kept for the post step, then the outputs are
// written. Output and variable names are fixed here; no answer can choose one.
import { z } from 'zod';
import type { Issued } from '../shared/api.ts';
import { isSecureUrl } from '../shared/secure-url.ts';
import type { Accepted } from './accept.ts';
import { ActionFailure } from './action-failure.ts';
import { json } from './broker-answer.ts';
import type { Job } from './job.ts';

/** What the post step needs to give the lease back. */
const heldLeaseSchema = z.object({
  broker: z.string().refine(isSecureUrl),
  leaseId: z.string(),
  requestSecret: z.string(),
  /** absent where the credential was not accepted, and so was never handed on */
  expiresAt: z.string().optional(),
});
export type HeldLease = Readonly<z.infer<typeof heldLeaseSchema>>;

const TOKEN_VARIABLE = 'BUILDPASS_TOKEN';
const LEASE_STATE = 'lease';

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

export function keepLease({ toolkit }: Job, lease: HeldLease): void {
  toolkit.saveState(LEASE_STATE, JSON.stringify(lease));
}

/** @throws ActionFailure that quotes nothing of a state it can't read: a secret stands in it, and is not masked yet */
export function heldLease({ toolkit }: Job): HeldLease | undefined {
  const state = toolkit.getState(LEASE_STATE);
  if (state === '') return undefined;
  const lease = heldLeaseSchema.safeParse(json({ text: state })).data;
  if (lease !== undefined) return lease;
  throw new ActionFailure(
    'The lease of this step could not be returned',
    'What the main step kept of it (STATE_lease) is garbled. The lease ends by itself.',
  );
}

export function writeOutputs({ toolkit }: Job, accepted: Accepted, exportEnv: boolean): void {
  for (const [name, value] of Object.entries(outputsOf(accepted))) toolkit.setOutput(name, value);
  if (exportEnv) toolkit.exportVariable(TOKEN_VARIABLE, accepted.issued.access_token);
}

/** The names of action.yml. */
export function outputsOf({ issued, expiresAt, tokenHash, receipt }: Accepted): Readonly<Record<string, string>> {
  return {
    token: issued.access_token,
    'expires-at': expiresAt,
    'issuance-id': issued.issuance_id,
    'request-id': issued.request_id ?? '',
    'request-url': issued.request_url ?? '',
    'lease-id': issued.lease_id,
    'log-index': receipt.logIndex?.toString() ?? '',
    assurance: issued.assurance,
    'token-hash': tokenHash,
    receipt: JSON.stringify(issued.receipt),
  };
}
