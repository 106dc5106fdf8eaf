// The demo's three jobs, as GitHub would describe them in their tokens.

export interface DemoJob {
  /** what happens, in one sentence */
  readonly story: string;
  readonly claims: Readonly<Record<string, string>>;
}

const SHA = '9c41e7a2b0d35f6884e1c7a90b2d6f3e51c8d704';
const WORKFLOW = 'acme/shop/.github/workflows/deploy.yml';

const COMMON = {
  sub: 'repo:acme/shop:environment:staging',
  repository: 'acme/shop',
  repository_id: '2001',
  repository_owner: 'acme',
  repository_owner_id: '1001',
  repository_visibility: 'private',
  environment: 'staging',
  actor: 'priya-n',
  actor_id: '58213377',
  sha: SHA,
  head_ref: '',
  base_ref: '',
  run_number: '42',
  run_attempt: '1',
  runner_environment: 'github-hosted',
  workflow: 'Deploy',
  workflow_sha: SHA,
  job_workflow_sha: SHA,
};

/** `run` numbers the jobs of one start apart from those of the last. */
export function demoJobs(run: number): readonly DemoJob[] {
  const at = (ref: string, number: number) => ({
    ref,
    ref_type: 'branch',
    ref_protected: String(ref === 'refs/heads/main'),
    workflow_ref: `${WORKFLOW}@${ref}`,
    job_workflow_ref: `${WORKFLOW}@${ref}`,
    run_id: String(run + number),
    check_run_id: String(run + 500 + number),
  });
  return [
    {
      story: 'A push to main asks for shop/deploy-staging.',
      claims: { ...COMMON, ...at('refs/heads/main', 1), event_name: 'push' },
    },
    {
      story: 'A push to the branch new-basket asks for the same.',
      claims: { ...COMMON, ...at('refs/heads/new-basket', 2), event_name: 'push' },
    },
    {
      story: 'A pull request into main asks for the same.',
      claims: {
        ...COMMON,
        ...at('refs/pull/27/merge', 3),
        event_name: 'pull_request',
        head_ref: 'new-basket',
        base_ref: 'main',
      },
    },
  ];
}
