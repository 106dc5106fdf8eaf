// What jobs reach today, as entitlements-to-be: cloud roles, vault paths and tokens in the steps of well-known actions, and the
// stored keys that a kind of credential can replace. What the workflow does not say for sure is left for people to decide.
import { AWS_ROLE, awsRoleName, PARTITIONS } from '../providers/kind-aws-names.ts';
import { PERMISSIONS } from '../providers/kind-github-permissions.ts';
import type { Step, Workflow, WorkflowJob } from './read-workflow.ts';
import { familyOf } from './secret-families.ts';
import { looksSecret } from './secret-literals.ts';
import { actionOf, type SecretUse } from './secret-uses.ts';

/** Values of a credential as a policy writes them. */
export type Parameters = Readonly<Record<string, string | readonly string[] | Readonly<Record<string, string>>>>;

export interface Access {
  readonly kind: string;
  readonly parameters: Parameters;
  /** names of parameters that stand in for what people must decide, and where the workflow takes them from, if it says so */
  readonly undecided: Readonly<Record<string, string | undefined>>;
  /** what to call it, if nothing better is found */
  readonly name: string;
  readonly uses: readonly AccessUse[];
}

export interface AccessUse {
  readonly workflow: Workflow;
  readonly job: WorkflowJob;
  /** the step that gets it today; undefined where stored secrets are used directly */
  readonly step: Step | undefined;
  /** stored secrets that it replaces */
  readonly secrets: readonly string[];
}

/** One for each target that is reached, with all jobs that reach it. */
export function accessesOf(
  workflows: readonly { readonly workflow: Workflow; readonly secrets: readonly SecretUse[] }[],
  repository: string,
): readonly Access[] {
  const single = workflows.flatMap(({ workflow, secrets }) =>
    workflow.jobs.flatMap((job) => ofJob({ workflow, job, repository }, secrets)),
  );
  const merged = new Map<string, Access>();
  for (const access of single) {
    // What comes from a secret or a variable is another thing where that is another, and in another environment.
    const taken = Object.values(access.undecided).some((source) => source !== undefined);
    const environment = taken ? access.uses.map(({ job }) => job.environment) : [];
    const key = JSON.stringify([access.kind, access.name, access.parameters, access.undecided, environment]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? access : { ...known, uses: [...known.uses, ...access.uses] });
  }
  return [...merged.values()];
}

interface InJob {
  readonly repository: string;
  readonly workflow: Workflow;
  readonly job: WorkflowJob;
}

function ofJob({ repository, ...at }: InJob, secrets: readonly SecretUse[]): Access[] {
  // It has no steps: what it hands on is used where it is called.
  if (at.job.call !== undefined) return [];
  const own = secrets.filter(({ job }) => job === undefined || job === at.job.id);
  const ofSteps = at.job.steps.flatMap((step) => ofStep(step, { ...at, repository }, own));
  const covered = new Set(ofSteps.map(({ kind }) => kind));
  return [...ofSteps, ...directOf(own, covered, repository).map((one) => ({ ...one, uses: [{ ...at, ...one.use }] }))];
}

type Direct = Omit<Access, 'uses'> & { readonly use: Pick<AccessUse, 'step' | 'secrets'> };

/** Stored keys that steps use themselves: together one identity of a cloud, and apart where each is for another service. */
function directOf(own: readonly SecretUse[], covered: ReadonlySet<string>, repository: string): Direct[] {
  const groups = new Map<string, { kind: string; names: Set<string> }>();
  for (const use of own) {
    const { kind } = familyOf(use);
    if (kind === undefined || covered.has(kind)) continue;
    const group = kind === 'jwt' ? `${kind} ${use.secret}` : kind;
    const known = groups.get(group) ?? { kind, names: new Set<string>() };
    groups.set(group, { kind, names: known.names.add(use.secret) });
  }
  return [...groups.values()].flatMap(({ kind, names }) => {
    const [first = ''] = names;
    const draft = DIRECT[kind]?.(repository, first);
    return draft === undefined ? [] : [{ kind, ...draft, use: { step: undefined, secrets: [...names] } }];
  });
}

function ofStep(step: Step, at: InJob, secrets: readonly SecretUse[]): Access[] {
  const found = ACTIONS[actionOf(step.uses ?? '')];
  if (found === undefined) return [];
  const replaced = [...new Set(secrets.filter((use) => familyOf(use).kind === found.kind).map(({ secret }) => secret))];
  return found.read(step.with, at.repository).map((draft) => ({
    ...{ kind: found.kind, ...draft },
    uses: [{ workflow: at.workflow, job: at.job, step, secrets: replaced }],
  }));
}

type Draft = Pick<Access, 'parameters' | 'undecided' | 'name'>;
type Inputs = Step['with'];

const ACTIONS: Readonly<
  Record<string, { kind: string; read: (inputs: Inputs, repository: string) => readonly Draft[] }>
> = {
  'aws-actions/configure-aws-credentials': {
    kind: 'aws-role',
    read: (inputs) => [awsRole(inputs['role-to-assume'], inputs['aws-region'])],
  },
  'google-github-actions/auth': {
    kind: 'gcp-service-account',
    read: (inputs) => [
      gcpAccount(inputs['workload_identity_provider'], inputs['service_account'], inputs['access_token_scopes']),
    ],
  },
  'azure/login': { kind: 'azure-app', read: (inputs) => [azureApp(inputs['tenant-id'], inputs['client-id'])] },
  'hashicorp/vault-action': { kind: 'vault-secret', read: (inputs) => vaultSecrets(inputs['role'], inputs['secrets']) },
  'actions/create-github-app-token': { kind: 'github-token', read: appToken },
};

const DIRECT: Readonly<Record<string, (repository: string, secret: string) => Draft>> = {
  jwt: (_repository, secret) => ({
    ...{ name: looksSecret(secret) ? 'jwt' : secret.replace(/_?TOKEN$/i, ''), undecided: { audience: undefined } },
    parameters: { audience: 'https://decide-me.example.com' },
  }),
  'aws-role': () => awsRole(undefined, undefined),
  'gcp-service-account': () => gcpAccount(undefined, undefined, undefined),
  'azure-app': () => azureApp(undefined, undefined),
  'github-token': (repository) => ({
    ...{ name: 'github-token', undecided: { repositories: undefined, permissions: undefined } },
    parameters: { repositories: [repository], permissions: { contents: 'read' } },
  }),
};

/** For what no workflow says. */
const NEVER = /(?!)/;

/** A parameter that is said in the text itself and has its form; else what stands in for it. */
function settled(
  fields: Readonly<Record<string, readonly [value: string | undefined, form: RegExp, standIn: string]>>,
) {
  const undecided: Record<string, string | undefined> = {};
  const parameters: Record<string, string> = {};
  for (const [name, [value = '', form, standIn]] of Object.entries(fields)) {
    const isSaid = form.test(value) && !looksSecret(value);
    parameters[name] = isSaid ? value : standIn;
    if (!isSaid) undecided[name] = sourceOf(value);
  }
  return { parameters, undecided };
}

/** `secrets.NAME`, `vars.NAME` and the like, where that is the whole value. */
function sourceOf(value: string): string | undefined {
  const [, source] = /^\$\{\{\s*((?:secrets|vars|env|inputs)\.[A-Za-z_][\w-]{0,60})\s*\}\}$/.exec(value) ?? [];
  return source === undefined || looksSecret(source) ? undefined : source;
}

/** What to call an access, by the value that says most of it or by where that comes from. */
function nameOf(
  kind: string,
  short: string,
  [said, source]: readonly [said: string | undefined, source: string | undefined],
): string {
  if (said !== undefined) return `${short}-${said}`;
  return source === undefined ? kind : `${short}-${source.slice(source.indexOf('.') + 1)}`;
}

function awsRole(role = '', region = ''): Draft {
  // A role is of one part of AWS, and so are regions: what stands in for one has to go with the other.
  const isRole = AWS_ROLE.test(role) && !looksSecret(role);
  const ofRegion = Object.entries(PARTITIONS).findLast(([, { regions }]) => regions.test(region))?.[0] ?? 'aws';
  const partition = isRole ? awsRoleName(role).partition : ofRegion;
  const { regions, such } = PARTITIONS[partition] ?? { regions: NEVER, such: 'eu-west-1' };
  const said = settled({
    role: [role, AWS_ROLE, `arn:${partition}:iam::000000000000:role/decide-me`],
    region: [region, regions, such],
  });
  const own = isRole ? role.split('/').at(-1) : undefined;
  return { ...said, name: nameOf('aws-role', 'aws', [own, said.undecided['role']]) };
}

const ANY_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

function gcpAccount(provider: string | undefined, account: string | undefined, scopes: string | undefined): Draft {
  const pool = /^projects\/[0-9]+\/locations\/global\/workloadIdentityPools\/[\w-]{1,64}\/providers\/[\w-]{1,64}$/;
  const email = /^[a-z0-9-]{6,30}@[a-z0-9.:-]{1,80}\.iam\.gserviceaccount\.com$/;
  const said = settled({
    provider: [provider, pool, 'projects/0/locations/global/workloadIdentityPools/decide-me/providers/decide-me'],
    'service-account': [account, email, 'decide-me@decide-me.iam.gserviceaccount.com'],
  });
  const given = (scopes ?? ANY_SCOPE)
    .split(/[\s,]+/)
    .filter((scope) => /^https:\/\/www\.googleapis\.com\/auth\/[\w.-]{1,64}$/.test(scope));
  const parameters = { ...said.parameters, scopes: given.length === 0 ? [ANY_SCOPE] : given };
  const own = Object.hasOwn(said.undecided, 'service-account') ? undefined : account?.split('@')[0];
  const name = nameOf('gcp-service-account', 'gcp', [own, said.undecided['service-account']]);
  return { parameters, undecided: said.undecided, name };
}

function azureApp(tenant: string | undefined, client: string | undefined): Draft {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const nobody = '00000000-0000-0000-0000-000000000000';
  const said = settled({
    tenant: [tenant?.toLowerCase(), uuid, nobody],
    'client-id': [client?.toLowerCase(), uuid, nobody],
    scope: [undefined, NEVER, 'https://management.azure.com/.default'],
  });
  return { ...said, name: nameOf('azure-app', 'azure', [undefined, said.undecided['client-id']]) };
}

const MAX_VAULT_PATHS = 20;

/** `path field | NAME ;` each; one entitlement a path. */
function vaultSecrets(role: string | undefined, secrets = ''): readonly Draft[] {
  const byPath = new Map<string, Record<string, string>>();
  for (const line of secrets.split(/[;\n]/)) {
    const [, path, field, output = field] =
      /^\s*([\w.-]+(?:\/[\w.-]+)*)\s+([\w.-]{1,100})(?:\s*\|\s*(\w{1,100}))?\s*$/.exec(line) ?? [];
    if (
      path === undefined ||
      field === undefined ||
      looksSecret(line) ||
      path.split('/').some((part) => /^\.+$/.test(part))
    )
      continue;
    byPath.set(path, { ...byPath.get(path), [outputName(output ?? field)]: field });
  }
  const said = settled({ role: [role, /^[\w.-]{1,64}$/, 'decide-me'] });
  const paths =
    byPath.size === 0 ? [['decide/me', { value: 'decide-me' }] as const] : [...byPath].slice(0, MAX_VAULT_PATHS);
  return paths.map(([path, values]) => ({
    parameters: { upstream: 'decide-me', ...said.parameters, path, values },
    undecided: {
      upstream: undefined,
      ...said.undecided,
      ...(byPath.size === 0 ? { path: undefined, values: undefined } : {}),
    },
    name: `vault-${path.split('/').at(-1)}`,
  }));
}

/** Never one that the action itself writes. */
const outputName = (name: string): string => `vault-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 40);

const permissionOf = (input: string): string => /^permission-(.+)$/.exec(input)?.[1]?.replaceAll('-', '_') ?? '';

function appToken(inputs: Inputs, repository: string): readonly Draft[] {
  const owner = /^[\w.-]{1,100}$/.exec(inputs['owner'] ?? '')?.[0] ?? repository.slice(0, repository.indexOf('/'));
  const named = (inputs['repositories'] ?? '')
    .split(/[\s,]+/)
    .filter((name) => /^[\w.-]{1,100}$/.test(name) && !looksSecret(name));
  const permissions = Object.entries(inputs).flatMap(([name, level]): [string, string][] =>
    PERMISSIONS.includes(permissionOf(name)) && /^(read|write|admin)$/.test(level) ? [[permissionOf(name), level]] : [],
  );
  const undecided = {
    ...(named.length === 0 ? { repositories: undefined } : {}),
    ...(permissions.length === 0 ? { permissions: undefined } : {}),
  };
  return [
    {
      parameters: {
        repositories: named.length === 0 ? [repository] : named.map((name) => `${owner}/${name}`),
        permissions: permissions.length === 0 ? { contents: 'read' } : Object.fromEntries(permissions),
      },
      ...{ undecided, name: 'github-token' },
    },
  ];
}
