// `trust SYSTEM PROJECT/NAME`: what to set up on the other side so that it trusts one entitlement, with the very values that
// the broker will send. It reads the policies and changes nothing anywhere.
import { originProblem } from '../config/urls.ts';
import type { Entitlement } from '../model.ts';
import type { PolicySet } from '../policy/load-policy.ts';
import { subjectOf } from '../providers/own-token.ts';
import { anyOf, didYouMean } from '../shapes/schema-problems.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { entitlementNamed, policiesIn } from './named-entitlement.ts';
import { policiesOf } from './policy-commands.ts';
import { trustAws } from './trust-aws.ts';
import { trustAzure } from './trust-azure.ts';
import { trustGcp } from './trust-gcp.ts';
import { trustKubernetes } from './trust-kubernetes.ts';
import { NoTrust, type SetUp, type TrustAsk, type Trusted } from './trust-set-up.ts';
import { FORMATS, type Format, trustText } from './trust-text.ts';
import { trustVault } from './trust-vault.ts';

interface System {
  /** the word after `trust` */
  readonly word: string;
  readonly name: string;
  /** which it is for; they share what is set up */
  readonly kinds: readonly string[];
  readonly what: string;
  readonly setUp: (ask: TrustAsk) => SetUp;
}

const SYSTEMS: readonly System[] = [
  {
    ...{ word: 'aws', name: 'AWS', kinds: ['aws-role'], setUp: trustAws },
    what: 'the identity provider in IAM and the trust policy of the role',
  },
  {
    ...{ word: 'gcp', name: 'Google Cloud', kinds: ['gcp-service-account', 'gcp-credentials-file'], setUp: trustGcp },
    what: 'the workload identity pool and provider, and who may be the service account',
  },
  {
    ...{ word: 'azure', name: 'Microsoft Entra ID', kinds: ['azure-app'], setUp: trustAzure },
    what: 'the federated credential of the app',
  },
  {
    ...{ word: 'vault', name: 'the vault', kinds: ['vault-secret'], setUp: trustVault },
    what: 'the JWT auth method, its role and the policy for the path',
  },
  {
    ...{ word: 'kubernetes', name: 'the cluster', kinds: ['kubernetes'], setUp: trustKubernetes },
    what: 'the authentication configuration of the API server, and a role in the namespace',
  },
];

const systemOf = (kind: string): System | undefined => SYSTEMS.find(({ kinds }) => kinds.includes(kind));
const quoted = (kind: string): string => `\`${kind}\``;
const called = (word: string, scope: string): string => ['buildpass', 'trust', word, scope].join(' ');

const commandOf = (system: System): Command => ({
  name: `trust ${system.word}`,
  summary: `print what ${system.name} must be told to trust an entitlement`,
  usage: `trust ${system.word} PROJECT/NAME [DIRECTORY] [--format ${FORMATS.join('|')}]`,
  about: `Prints ${system.what}, for one entitlement of kind ${anyOf(system.kinds.map(quoted))}: exact values, no wildcards, as commands, as Terraform or as JSON (--json is the same). Others that share what is set up, such as the same role, are in it. Asks nobody and changes nothing. DIRECTORY is that of the configuration where there is one, else ./policies; the issuer is that of the configuration, unless --issuer says it.`,
  examples: [
    `${called(system.word, 'shop/deploy-production')} --config buildpass.yaml`,
    `${called(system.word, 'shop/deploy-production')} --format terraform > buildpass-trust.tf`,
  ],
  options: {
    format: { type: 'string', value: FORMATS.join('|'), about: 'commands unless it is said' },
    issuer: { type: 'string', value: 'URL', about: 'what the broker signs as, where no configuration is at hand' },
  },
  maxPositionals: 2,
  run: (context) => trust(system, context),
});

/** By the word after `trust`. */
export const trustCommands: Readonly<Record<string, Command>> = Object.fromEntries(
  SYSTEMS.map((system) => [system.word, commandOf(system)]),
);

async function trust(system: System, context: CommandContext): Promise<ExitCode> {
  const format = formatOf(context);
  const [scope = '', ...directory] = context.positionals;
  const { policies, issuer, upstreams } = await loaded({ ...context, positionals: directory });
  const entitlement = entitlementNamed(policies, scope);
  try {
    requireKind(system, entitlement);
    const all = entitlementsOf(policies, system).map(trusted);
    const ask = { ...trusted(entitlement), issuer, all, upstreams };
    context.io.out(trustText({ system: system.name, ask, setUp: system.setUp(ask) }, format));
    return 0;
  } catch (error) {
    if (!(error instanceof NoTrust)) throw error;
    context.io.err(`${scope}: ${error.message}.`);
    return 1;
  }
}

function formatOf({ option, json }: CommandContext): Format {
  const given = option('format') ?? (json ? 'json' : 'cli');
  const format = FORMATS.find((one) => one === given);
  if (format === undefined)
    throw new UsageError(`there is no format "${given}": write ${anyOf(FORMATS)}${didYouMean(given, FORMATS)}`);
  if (json && format !== 'json') throw new UsageError(`--json and --format ${format} are two formats: which is meant?`);
  return format;
}

interface Loaded {
  readonly policies: PolicySet;
  readonly issuer: string;
  readonly upstreams: TrustAsk['upstreams'];
}

async function loaded(context: CommandContext): Promise<Loaded> {
  const { directory, context: policyContext, config } = await policiesOf(context);
  const issuer = context.option('issuer') ?? config?.issuer;
  if (issuer === undefined)
    throw new UsageError(
      'what the broker signs as is not known: name the configuration with --config, or say --issuer',
    );
  const problem = originProblem(issuer);
  if (problem !== undefined) throw new UsageError(`--issuer: ${problem}`);
  const policies = await policiesIn(directory, policyContext);
  return { policies, issuer, upstreams: config?.upstreams ?? [] };
}

function requireKind({ kinds, word }: System, { credential, project, name }: Entitlement): void {
  if (kinds.includes(credential.kind)) return;
  const other = systemOf(credential.kind);
  throw new NoTrust(
    other === undefined
      ? `\`trust\` has nothing for a \`${credential.kind}\`: docs/providers/${credential.kind}.md says what its other side needs; \`trust ${word}\` is for ${anyOf(kinds.map(quoted))}`
      : `it is of kind \`${credential.kind}\`: write \`${called(other.word, `${project}/${name}`)}\``,
  );
}

/** The command that prints what the other side must be told; `trust` alone for a kind that has none. */
export function trustCommandFor({ credential, project, name }: Entitlement): string {
  const system = systemOf(credential.kind);
  return system === undefined ? 'buildpass trust' : called(system.word, `${project}/${name}`);
}

const entitlementsOf = ({ projects }: PolicySet, { kinds }: System): Entitlement[] =>
  [...projects.values()].flatMap(({ entitlements }) =>
    [...entitlements.values()].filter(({ credential }) => kinds.includes(credential.kind)),
  );

const trusted = ({ project, name, ttl, credential }: Entitlement): Trusted => ({
  scope: `${project}/${name}`,
  subject: subjectOf({ project, entitlement: name }),
  ttl,
  parameters: credential.parameters,
});
