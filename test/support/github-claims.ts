// The claims of an ordinary job as GitHub writes them: a push to main of octo-org/octo-repo, on a hosted runner.
import { randomUUID } from 'node:crypto';

export type ClaimOverrides = Readonly<Record<string, unknown>>;

const SHA = '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12';
const WORKFLOW_REF = 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main';

/** What only the moment and the place decide. */
export interface Minting {
  readonly issuer: string;
  /** milliseconds since the epoch */
  readonly now: number;
}

/** Each call is a new token of the same job: fresh `jti`, times around `now`. An override of `undefined` leaves a claim out. */
export function pushToMain({ issuer, now }: Minting, overrides: ClaimOverrides = {}): Record<string, unknown> {
  const iat = Math.floor(now / 1000);
  return {
    iss: issuer,
    aud: 'https://github.com/octo-org',
    sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
    jti: randomUUID(),
    iat,
    nbf: iat - 600,
    exp: iat + 300,
    actor: 'octocat',
    actor_id: '583231',
    base_ref: '',
    check_run_id: '50123456789',
    event_name: 'push',
    head_ref: '',
    job_workflow_ref: WORKFLOW_REF,
    job_workflow_sha: SHA,
    ref: 'refs/heads/main',
    ref_protected: 'true',
    ref_type: 'branch',
    repository: 'octo-org/octo-repo',
    repository_id: '456789',
    repository_owner: 'octo-org',
    repository_owner_id: '123456',
    repository_visibility: 'private',
    run_attempt: '1',
    run_id: '15987654321',
    run_number: '42',
    runner_environment: 'github-hosted',
    sha: SHA,
    workflow: 'Deploy',
    workflow_ref: WORKFLOW_REF,
    workflow_sha: SHA,
    ...overrides,
  };
}
