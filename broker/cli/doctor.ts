// `buildpass doctor PROJECT/NAME`: tries what can be tried without granting anything, and says in a sentence what is wrong.
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { keyRows } from '../log/vouched-keys.ts';
import type { Command, ExitCode } from './command.ts';
import { type Check, checksOf } from './doctor-checks.ts';
import { decoyCheck, newestIssuance } from './doctor-decoy.ts';
import { entitlementNamed, policiesIn } from './named-entitlement.ts';
import { withStoreReader } from './open-store.ts';
import { policiesOf } from './policy-commands.ts';

export const command: Command = {
  name: 'doctor',
  summary: 'try what an entitlement needs, from here, and say what is wrong',
  usage: 'doctor PROJECT/NAME',
  about:
    'Reads the discovery document at the issuer, compares the keys that are published with those of the store, and asks the system that issues whether it is there: AWS STS, a vault, a cluster. Then a running broker shows that system a decoy: a token by the real key, for one minute, with a subject that no job can have. Nothing should come of it, and how it is refused tells whether issuer, audience and keys are as they must be; what to tell the other side is printed beside it. A decoy that is taken is an alarm: the other side trusts subjects that it must not. Each one is on record before it leaves (decoy.started), and ordered over the socket <store>.sock; without a running broker that part is left out, and said. Whether the real subject is let in, and may do what it is for, no decoy can show: the newest issuance for a job says that, and how it ended is printed too. It sees what this machine sees; a cloud looks from outside. Exits 1 where something is wrong.',
  examples: ['buildpass doctor shop/deploy-production --config buildpass.yaml'],
  options: {},
  maxPositionals: 1,
  async run(context): Promise<ExitCode> {
    const [scope = ''] = context.positionals;
    const { directory, context: policyContext } = await policiesOf({ ...context, positionals: [] });
    const entitlement = entitlementNamed(await policiesIn(directory, policyContext), scope);
    const checks = await withStoreReader(context.configFile, async (reader, config) => [
      ...(await checksOf({ config, entitlement, keys: (await reader.read(keyRows)).vouched })),
      await decoyCheck({ config, entitlement }),
      ...(await reader.read((tx) => newestIssuance(tx, { entitlement }))),
    ]);
    const ok = checks.every((check) => check.ok !== false);
    const { io, json } = context;
    for (const line of json ? [inertJson({ entitlement: scope, ok, checks })] : checks.flatMap(linesOf))
      io.out(json ? line : inertLine(line));
    return ok ? 0 : 1;
  },
};

const MARKS = { true: '✓', false: '✗', null: '·' } as const;

const linesOf = ({ what, ok, found, next }: Check): string[] => [
  `${MARKS[`${ok}`]} ${what}`,
  `    ${found}`,
  ...(next === undefined ? [] : [`    → ${next}`]),
];
