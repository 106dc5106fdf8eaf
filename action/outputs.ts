// Handing the credential on: first every value is masked, then the lease is kept for the post step, then the outputs are
// written. Output and variable names are fixed here; no answer can choose one.
import type { Issued } from '../shared/api.ts';
import type { Accepted } from './accept.ts';
import { ActionFailure } from './action-failure.ts';
import type { Job } from './job.ts';

/** What the post step needs to give the lease back. */
export interface HeldLease {
  readonly broker: string;
  readonly leaseId: string;
  readonly requestSecret: string;
  readonly expiresAt: string;
}

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

export function heldLease({ toolkit }: Job): HeldLease | undefined {
  const state = toolkit.getState(LEASE_STATE);
  return state === '' ? undefined : (JSON.parse(state) as HeldLease);
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
  };
}
