// `buildpass doctor PROJECT/NAME`: tries what can be tried from here without granting anything, and says in a sentence what is wrong.
import { inertJson, inertLine } from '../../shared/invisible.ts';
import type { Command, ExitCode } from './command.ts';
import { type Check, checksOf } from './doctor-checks.ts';
import { entitlementNamed, policiesIn } from './named-entitlement.ts';
import { withStoreReader } from './open-store.ts';
import { policiesOf } from './policy-commands.ts';

export const command: Command = {
  name: 'doctor',
  summary: 'try what an entitlement needs, from here, and say what is wrong',
  usage: 'doctor PROJECT/NAME',
  about:
    'Reads the discovery document at the issuer, compares the keys that are published with those of the store, and asks the system that issues whether it is there: AWS STS, a vault, a cluster. It signs nothing, signs in nowhere and gets no session, so whether the other side trusts the broker is not tried: compare that with what `trust` prints. It sees what this machine sees; a cloud looks from outside.',
  examples: ['buildpass doctor shop/deploy-production --config buildpass.yaml'],
  options: {},
  maxPositionals: 1,
  async run(context): Promise<ExitCode> {
    const [scope = ''] = context.positionals;
    const { directory, context: policyContext } = await policiesOf({ ...context, positionals: [] });
    const entitlement = entitlementNamed(await policiesIn(directory, policyContext), scope);
    const checks = await withStoreReader(context.configFile, async (reader, config) =>
      checksOf({ config, entitlement, keys: await reader.read((tx) => tx.signingKeys.all()) }),
    );
    const ok = checks.every((check) => check.ok);
    const { io, json } = context;
    for (const line of json ? [inertJson({ entitlement: scope, ok, checks })] : checks.flatMap(linesOf))
      io.out(json ? line : inertLine(line));
    return ok ? 0 : 1;
  },
};

const linesOf = ({ what, ok, found, next }: Check): string[] => [
  `${ok ? '✓' : '✗'} ${what}`,
  `    ${found}`,
  ...(next === undefined ? [] : [`    → ${next}`]),
];
