// Permissions of a GitHub App, as a policy names them: which there are, how far each reaches, and which of them a job has anyhow.

/** Permissions that reach no further than the repositories of the token (GitHub's API description, `app-permissions`). */
const OF_A_REPOSITORY = [
  'actions',
  'actions_variables',
  'administration',
  'artifact_metadata',
  'attestations',
  'checks',
  'code_quality',
  'codespaces',
  'contents',
  'dependabot_secrets',
  'deployments',
  'discussions',
  'environments',
  'issues',
  'merge_queues',
  'metadata',
  'packages',
  'pages',
  'pull_requests',
  'repository_custom_properties',
  'repository_hooks',
  'repository_projects',
  'secret_scanning_alerts',
  'secrets',
  'security_events',
  'single_file',
  'statuses',
  'vulnerability_alerts',
  'workflows',
];

/** Those of the organization that the App is installed on. */
export const OF_AN_ORGANIZATION = [
  'custom_properties_for_organizations',
  'members',
  'organization_administration',
  'organization_announcement_banners',
  'organization_copilot_agent_settings',
  'organization_copilot_seat_management',
  'organization_custom_org_roles',
  'organization_custom_properties',
  'organization_custom_roles',
  'organization_events',
  'organization_hooks',
  'organization_packages',
  'organization_personal_access_token_requests',
  'organization_personal_access_tokens',
  'organization_plan',
  'organization_projects',
  'organization_secrets',
  'organization_self_hosted_runners',
  'organization_user_blocking',
];

/** What a job can give its own GITHUB_TOKEN, to read and to write, by the `permissions` of its workflow. */
const OF_EVERY_JOB = [
  'actions',
  'artifact_metadata',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'issues',
  'metadata',
  'packages',
  'pages',
  'pull_requests',
  'security_events',
  'statuses',
];

export const LEVELS = ['read', 'write', 'admin'] as const;
export type Level = (typeof LEVELS)[number];
export type Permissions = Readonly<Record<string, Level>>;

/** Every permission that a token can have. */
export const PERMISSIONS: readonly string[] = [...OF_A_REPOSITORY, ...OF_AN_ORGANIZATION];

const ONE_LEVEL: Readonly<Record<string, Level>> = {
  ...{ workflows: 'write', organization_events: 'read', organization_plan: 'read' },
};
const WITH_ADMIN = ['organization_custom_properties', 'organization_projects', 'repository_projects'];

/** Those that GitHub has for this permission. */
export function levelsOf(name: string): readonly Level[] {
  const only = ONE_LEVEL[name];
  if (only !== undefined) return [only];
  return WITH_ADMIN.includes(name) ? LEVELS : ['read', 'write'];
}

export const rank = (level: Level | undefined): number => (level === undefined ? -1 : LEVELS.indexOf(level));

export const describe = (asked: Permissions): string =>
  Object.entries(asked)
    .map(([name, level]) => `${name}: ${level}`)
    .join(', ');

export const isOfEveryJob = ([name, level]: [string, Level]): boolean =>
  level !== 'admin' && OF_EVERY_JOB.includes(name);
