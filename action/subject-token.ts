// The job's ID token for our broker: a fresh one for every attempt, since the broker takes each only once.
import { ActionFailure, messageOf } from './action-failure.ts';
import type { RunEvent } from './event.ts';
import type { Job } from './job.ts';
import { TryAgain } from './retry.ts';

export interface SubjectToken {
  readonly token: string;
  /** What it says of this job, unverified: it came from GitHub itself, over the runner's own address. */
  readonly claims: Claims;
}

export type Claims = Readonly<Record<string, unknown>>;

/** GitHub's service answers at once or not at all. */
const LONGEST_MS = 20_000;

/** @throws TryAgain where it may come yet; ActionFailure where this job gets none */
export async function freshSubjectToken(job: Job, audience: string, leftMs: number): Promise<SubjectToken> {
  const late = AbortSignal.timeout(Math.max(0, Math.min(leftMs, LONGEST_MS)));
  const lateness = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
  });
  try {
    const token = await Promise.race([job.toolkit.getIDToken(audience), lateness]);
    job.log.mask([token]);
    return { token, claims: claimsOf(token) };
  } catch (error) {
    const reason = `GitHub gave this job no ID token: ${messageOf(error)}`;
    // The toolkit tells the status in its text only. A refusal will not change its mind; all else may, 408 and 429 too.
    if (/Error Code : 4(?!08|29)[0-9]{2}/.test(reason)) throw new ActionFailure('No ID token for this job', reason);
    throw new TryAgain(reason);
  }
}

/** @throws ActionFailure where whoever stands between could read what this job sends */
export function requireTlsChecks({ environment }: Job): void {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  throw new ActionFailure(
    'Certificate checks are off',
    'NODE_TLS_REJECT_UNAUTHORIZED is "0" in this job, so that anybody between could pose as the broker and take the ID token.',
    'Remove it, and name a private authority in NODE_EXTRA_CA_CERTS.',
  );
}

/** @throws ActionFailure saying why this job can't have an ID token and what to change */
export async function requireIdTokens(job: Job): Promise<void> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = job.environment;
  if (url && bearer) return;
  // Only here is the event worth the time that reading it takes.
  const { readEvent } = await import('./event.ts');
  throw new ActionFailure('No ID token for this job', ...whyNone(await readEvent()));
}

function whyNone(event: RunEvent | undefined): string[] {
  const never =
    'GitHub gives such a run no ID token, whatever its permissions say: ask for credentials after the merge.';
  if (event?.fork !== undefined) return [`This run is of a pull request from the fork ${event.fork}. ${never}`];
  const permission =
    'Add "permissions: id-token: write" to the job; a reusable workflow needs it from the job that calls it, too.';
  // GitHub documents that its runs read only unless `permissions` says more, and not whether that is true of this permission.
  if (event?.dependabot)
    return [
      `This run was started by Dependabot, and has no permission but to read unless the job names it. ${permission}`,
      'It is there already? Then GitHub gives such a run no ID token: ask for credentials after the merge.',
    ];
  return [
    permission,
    'It is there already? Runs of pull requests from forks get no ID token; nor do those of Dependabot, as far as is known.',
  ];
}

function claimsOf(token: string): Claims {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : {};
  } catch {
    return {};
  }
}
