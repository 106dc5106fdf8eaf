// The change of the workflows that goes with a draft, as snippets for people to put in by hand: what each job gets, and what can
// be taken out of it. No file of the checkout is changed.
import type { Access, AccessUse } from './accesses.ts';
import type { DraftedEntitlement, DraftOptions } from './draft-policy.ts';
import { repeatable } from './secret-literals.ts';
import { actionOf } from './secret-uses.ts';
import { word } from './yaml-words.ts';

export interface ChangeOptions extends DraftOptions {
  readonly brokerUrl: string;
}

export interface JobChange {
  readonly file: string;
  readonly job: string;
  /** YAML: the job, as far as it changes */
  readonly snippet: string;
}

export function changesOf(entitlements: readonly DraftedEntitlement[], options: ChangeOptions): readonly JobChange[] {
  const byJob = new Map<string, { use: AccessUse; got: Got[] }>();
  for (const { name, access } of entitlements) {
    for (const use of access.uses) {
      const key = JSON.stringify([use.workflow.file, use.job.id]);
      const known = byJob.get(key) ?? { use, got: [] };
      byJob.set(key, { use, got: [...known.got, { name, access, use }] });
    }
  }
  return [...byJob.values()].map(({ use, got }) => ({
    file: use.workflow.file,
    job: repeatable(use.job.id),
    snippet: snippetOf(use, got, options),
  }));
}

interface Got {
  readonly name: string;
  readonly access: Access;
  readonly use: AccessUse;
}

function snippetOf({ workflow, job }: AccessUse, got: readonly Got[], options: ChangeOptions): string {
  return [
    `# ${repeatable(workflow.file)}`,
    'jobs:',
    `  ${word(repeatable(job.id))}:`,
    ...permissionLines(job.permissions),
    ...callerLines(got),
    '    steps:',
    ...distinctByName(got).flatMap((one) => stepLines(one, options)),
  ].join('\n');
}

const distinctByName = (got: readonly Got[]): readonly Got[] => [
  ...new Map(got.map((one) => [one.name, one])).values(),
];

/** A called workflow has no permission that its callers do not have. */
function callerLines(got: readonly Got[]): string[] {
  const callers = distinctTexts(
    got.flatMap(({ use }) =>
      use.workflow.calledBy.map(({ file, job }) => `${repeatable(file)}, job ${repeatable(job)}`),
    ),
  );
  const ways = distinctTexts(got.map(({ use }) => JSON.stringify(use.workflow.calledBy)));
  return [
    ...callers.map((caller) => `    # It needs \`id-token: write\` where it is called, too: ${caller}.`),
    ...(ways.length > 1 && distinctByName(got).length > 1
      ? ['    # Which of these it asks for depends on the caller: let it hand on the name, as an input.']
      : []),
  ];
}

const distinctTexts = (all: readonly string[]): readonly string[] => [...new Set(all)];

/** Named permissions take all others away: those that are there have to stay. */
function permissionLines(given: unknown): string[] {
  const named = typeof given === 'object' && given !== null ? Object.entries(given) : undefined;
  const kept = (named ?? [['contents', 'read']]).filter(
    ([name, level]) => name !== 'id-token' && /^[a-z-]{1,40}$/.test(name) && /^(read|write|none)$/.test(String(level)),
  );
  const all = [...kept.map(([name, level]) => `${name}: ${level}`), 'id-token: write'];
  const note =
    named === undefined ? ' # DECIDE: what else the job needs; naming permissions takes all others away' : '';
  return [`    permissions: { ${all.join(', ')} }${note}`];
}

function stepLines({ name, access, use }: Got, { project, brokerUrl, built }: ChangeOptions): string[] {
  const out = takenOut(use);
  return [
    ...(built.includes(access.kind)
      ? []
      : [
          `      # This version cannot issue \`${access.kind}\` yet: keep what is there, and make this change when it can.`,
        ]),
    `      - id: ${name}`,
    '        uses: acme/buildpass@v1',
    '        with:',
    `          broker-url: ${word(brokerUrl)}`,
    `          entitlement: ${project}/${name}`,
    ...out.map((what) => `      # Take out: ${what}.`),
    '      # In each step that needs it, and no other:',
    '      #   env:',
    ...environmentOf(access, name, use.secrets).map((line) => `      #     ${line}`),
  ];
}

function takenOut({ step, secrets, workflow }: AccessUse): string[] {
  const named = step?.name === undefined ? '' : ` ${JSON.stringify(repeatable(step.name))}`;
  const action = step?.within.at(-1);
  const where =
    action === undefined ? '' : ` in ${repeatable(action)}, which gets what this step has as inputs instead`;
  const here = action === undefined && workflow.calledBy.length === 0 ? 'here' : 'here, where they are handed on,';
  return [
    ...(step === undefined ? [] : [`the step${named} with ${repeatable(actionOf(step.uses ?? ''))}${where}`]),
    ...(secrets.length === 0
      ? []
      : [`${secrets.map(repeatable).join(', ')}, ${here} and then in the settings of the repository`]),
  ];
}

/** What the action's outputs are called, and what programs look for. */
function environmentOf({ kind, parameters }: Access, id: string, [secret = 'TOKEN']: readonly string[]): string[] {
  const from = (output: string): string => `\${{ steps.${id}.outputs.${output} }}`;
  switch (kind) {
    case 'aws-role':
      return ['access-key-id', 'secret-access-key', 'session-token', 'region'].map(
        (part) => `AWS_${part.toUpperCase().replaceAll('-', '_')}: ${from(`aws-${part}`)}`,
      );
    case 'gcp-service-account':
      // No file of credentials (docs/migrating.md): gcloud takes the first, Terraform the second.
      return [
        `CLOUDSDK_AUTH_ACCESS_TOKEN: ${from('access_token')}`,
        `GOOGLE_OAUTH_ACCESS_TOKEN: ${from('access_token')}`,
        `CLOUDSDK_CORE_PROJECT: ${from('project_id')}`,
      ];
    case 'kubernetes':
      return [`KUBECONFIG: ${from('kubeconfig')}`];
    case 'vault-secret':
      return Object.keys(parameters['values'] ?? {}).map(
        (output) =>
          `${output
            .replace(/^vault-/, '')
            .toUpperCase()
            .replaceAll('-', '_')}: ${from(output)}`,
      );
    case 'github-token':
      return [`GH_TOKEN: ${from('token')}`];
    default:
      return [`${repeatable(secret)}: ${from('token')}`];
  }
}
