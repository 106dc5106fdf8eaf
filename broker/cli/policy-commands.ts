// `policy check`, `policy explain` and `policy test` on the command line: where the policies are, and what a configuration at hand adds.
// None needs one; with one, names of issuers and upstreams are checked too.
import { existsSync } from 'node:fs';
import { type Config, loadConfig } from '../config.ts';
import type { PolicyContext } from '../policy/load-policy.ts';
import { credentialKinds } from '../providers/credential-kinds.ts';
import { availableKinds, BUILT_KINDS } from '../providers/index.ts';
import { type Command, type CommandContext, DEFAULT_CONFIG_FILE, required } from './command.ts';
import { policyCheck } from './policy-check.ts';
import { policyExplain } from './policy-explain.ts';
import { policyTest } from './policy-test.ts';

const WHERE =
  'DIRECTORY is that of the configuration where there is one, else ./policies. Without a configuration, names of issuers and upstreams are taken as they are.';

export const policyCheckCommand: Command = {
  name: 'policy check',
  summary: 'load a policy directory as the broker would, and say what is wrong with it',
  usage: 'policy check [DIRECTORY]',
  about: `Prints one line a problem, file:line:column: key: reason, and exits 1 if the broker would refuse the directory. Of one that loads it also says what is risky, each with a code (docs/policy-lint.md), the change to make, and the OWASP lists that speak of it; these are warnings. Run it on every change of a policy. ${WHERE}`,
  examples: [
    'buildpass policy check ./policies',
    'buildpass policy check --strict --risk ./policies',
    'buildpass policy check --json --config buildpass.yaml',
  ],
  options: {
    strict: { type: 'boolean', about: 'exit 1 on warnings too' },
    risk: { type: 'boolean', about: 'print the risk figure of each entitlement, and what it is made of' },
  },
  maxPositionals: 1,
  run: async (context) =>
    policyCheck({
      ...(await policiesOf(context)),
      ...{ json: context.json, strict: context.flag('strict'), risk: context.flag('risk'), write: context.io.out },
    }),
};

export const policyExplainCommand: Command = {
  name: 'policy explain',
  summary: 'say what a job with given claims would be told, rule by rule',
  usage: 'policy explain --claims FILE --entitlement PROJECT/NAME [DIRECTORY]',
  about: `Decides as the broker would, without a broker, a token or an entry in the log. Exits 1 if the answer is no. ${WHERE}`,
  examples: ['buildpass policy explain --claims claims.json --entitlement shop/publish-preview ./policies'],
  options: {
    claims: {
      type: 'string',
      value: 'FILE',
      about:
        'JSON with the claims of an OIDC token, as examples/claims.json; what only the moment decides may be left out',
    },
    entitlement: { type: 'string', value: 'PROJECT/NAME', about: 'what the job would ask for' },
    issuer: { type: 'string', value: 'NAME', about: 'who signs the token, where several issuers are configured' },
  },
  maxPositionals: 1,
  run: async (context) => {
    const issuer = context.option('issuer');
    return policyExplain({
      claimsFile: required(context, 'claims'),
      entitlement: required(context, 'entitlement'),
      ...(issuer === undefined ? {} : { issuer }),
      ...(await policiesOf(context)),
      json: context.json,
      write: context.io.out,
    });
  },
};

export const policyTestCommand: Command = {
  name: 'policy test',
  summary: 'decide the cases beside the policies, and say which come out otherwise than expected',
  usage: 'policy test [DIRECTORY] [--strict]',
  about: `The cases stand in DIRECTORY/tests/*.yaml: a job in the policy's own words, what it asks for, what should come of it. Decides as the broker would, without a broker. Warns of entitlements and rules that no case covers. Exits 1 where a case fails, 2 where policies or cases cannot be read. ${WHERE}`,
  examples: ['buildpass policy test ./policies', 'buildpass policy test ./policies --strict --json'],
  options: { strict: { type: 'boolean', about: 'what no case covers is a failure too' } },
  maxPositionals: 1,
  run: async (context) =>
    policyTest({
      ...(await policiesOf(context)),
      strict: context.flag('strict'),
      json: context.json,
      write: context.io.out,
    }),
};

export interface PoliciesMeant {
  readonly directory: string;
  readonly context: PolicyContext;
  /** undefined where none is at hand */
  readonly config: Config | undefined;
}

/** The policy directory that is meant, and what the configuration adds to it. */
export async function policiesOf(context: CommandContext): Promise<PoliciesMeant> {
  const config = await configAtHand(context);
  return {
    config,
    directory: context.positionals[0] ?? config?.policies.directory ?? 'policies',
    context: policyContextOf(config),
  };
}

export const policyContextOf = (config: Config | undefined): PolicyContext => ({
  organizationFile: config?.policies.organizationFile ?? '_organization.yaml',
  issuers: config?.issuers,
  upstreams: config && new Map(config.upstreams.map(({ name, kind }) => [name, kind])),
  kinds: credentialKinds(config === undefined ? BUILT_KINDS : availableKinds(config)),
  facts: config && config.github !== undefined,
  keptIn: config && config.policies.keptIn !== undefined,
  people: config && { signIn: config.signIn.map(({ name }) => name), roles: config.roles },
});

async function configAtHand({ option, configFile }: CommandContext): Promise<Config | undefined> {
  const named = option('config') !== undefined;
  return named || existsSync(DEFAULT_CONFIG_FILE) ? loadConfig(configFile) : undefined;
}
