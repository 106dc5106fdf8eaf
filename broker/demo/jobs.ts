// The demo's three jobs, as GitHub would describe them in their tokens.
import { DEMO_PEOPLE } from './people.ts';

export interface DemoJob {
  /** what happens, in one sentence */
  readonly story: string;
  readonly entitlement: string;
  readonly claims: Readonly<Record<string, string>>;
}

const SHA = '9c41e7a2b0d35f6884e1c7a90b2d6f3e51c8d704';
/** One of the demo's people, so that nobody approves what they asked for themselves. */
const ROBIN = DEMO_PEOPLE.find(({ name }) => name === 'Robin')?.id ?? '';
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
  const staging = 'shop/deploy-staging';
  return [
    {
      story: 'A push to main asks for shop/deploy-staging.',
      entitlement: staging,
      claims: { ...COMMON, ...at('refs/heads/main', 1), event_name: 'push' },
    },
    {
      story: 'A push to the branch new-basket asks for the same.',
      entitlement: staging,
      claims: { ...COMMON, ...at('refs/heads/new-basket', 2), event_name: 'push' },
    },
    {
      story: 'Robin starts a deployment to production by hand: it asks for shop/deploy-production.',
      entitlement: 'shop/deploy-production',
      claims: {
        ...COMMON,
        ...at('refs/heads/main', 3),
        ...{ sub: 'repo:acme/shop:environment:production', environment: 'production' },
        ...{ actor: 'robin', actor_id: ROBIN, event_name: 'workflow_dispatch' },
      },
    },
  ];
}
