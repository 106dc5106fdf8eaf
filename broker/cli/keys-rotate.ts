// `keys rotate`: a next key, of credentials or of the log, or another at once in the place of one that leaked. Asks the running
// broker; where none runs it works on the store itself, under the broker's own lock.
import { z } from 'zod';
import { firstInvisible, inert } from '../../shared/invisible.ts';
import { type Config, loadConfig } from '../config.ts';
import { type RotationAsked, rotateAsAsked } from '../open/control.ts';
import { openKeys, openRotation } from '../open/keys.ts';
import { askControl } from './ask-control.ts';
import { askOrAtRest, withStoreAtRest } from './at-rest.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { describeKey, keyLine, type PublicRow, verifierKeyIn } from './key-lines.ts';

export const command: Command = {
  name: 'keys rotate',
  summary: 'have another key sign: in its time, or at once where one leaked',
  usage: 'keys rotate [--algorithm ES256|RS256] | --log | --compromised=KEY-ID --reason TEXT',
  about:
    'Makes a next key, which is published first and signs once relying parties have it; `keys list` says when. With --log that is a key of the log: the log announces it, and for `keys.log-overlap` the one before signs beside it, so that whoever pins that one has time to take up the new. With --compromised that key is withdrawn from the key set at once and a fresh one signs at once: relying parties that keep the old key set accept the withdrawn key until they ask again. Every live lease of what it signed is ended on record, and listed. Of a key of the log it says what that can mend and what it cannot. Works on the running broker; where none runs, on the store.',
  examples: [
    'buildpass keys rotate',
    'buildpass keys rotate --algorithm RS256',
    'buildpass keys rotate --log',
    'buildpass keys rotate --compromised=NzbLsXh8… --reason "backup of the store and its key file left the building"',
  ],
  options: {
    algorithm: { type: 'string', value: 'ES256|RS256', about: 'of this algorithm alone (default: of both)' },
    log: { type: 'boolean', about: 'of the log, in place of credential keys' },
    compromised: { type: 'string', value: 'KEY-ID', about: 'this key leaked: withdraw it at once' },
    reason: { type: 'string', value: 'TEXT', about: 'why it is taken to have leaked; kept beside the log' },
  },
  async run(context) {
    const asked = askedBy(context);
    const config = await loadConfig(context.configFile);
    return say(context, config, answerSchema.parse(await rotate(context, config, asked)));
  },
};

function askedBy({ option, flag }: CommandContext): RotationAsked {
  const [algorithm, compromised, reason] = [option('algorithm'), option('compromised'), option('reason')];
  if (flag('log') && algorithm !== undefined)
    throw new UsageError('--algorithm is not for --log: the log has one of its own');
  if (compromised === undefined) {
    if (reason !== undefined) throw new UsageError('--reason is for --compromised: which key leaked?');
    return { algorithms: flag('log') ? ['EdDSA'] : algorithmsOf(algorithm) };
  }
  if (algorithm !== undefined) throw new UsageError('--algorithm is not for --compromised: a key has its own');
  if (flag('log')) throw new UsageError('--log is not for --compromised: its id says whose key it is');
  if (!/^[A-Za-z0-9_-]{43}$/.test(compromised))
    throw new UsageError(
      `--compromised "${inert(compromised.slice(0, 100))}" is not the id of a key: \`buildpass keys list\` shows them`,
    );
  if (reason === undefined || reason.trim() === '')
    throw new UsageError('--reason is missing: why is it taken to have leaked?');
  if (reason.length > LONGEST_REASON || firstInvisible(reason) !== undefined)
    throw new UsageError(`--reason must be one line of at most ${LONGEST_REASON} characters`);
  return { compromised, reason };
}

const LONGEST_REASON = 500;

function algorithmsOf(named: string | undefined): ('ES256' | 'RS256')[] {
  if (named === undefined) return ['ES256', 'RS256'];
  if (named === 'ES256' || named === 'RS256') return [named];
  throw new UsageError(
    `--algorithm "${inert(named.slice(0, 100))}" is not an algorithm of credential keys: ES256 or RS256`,
  );
}

/** @throws Error with what to do */
function rotate({ io }: CommandContext, config: Config, asked: RotationAsked): Promise<unknown> {
  const { path } = config.store;
  return askOrAtRest<unknown>(path, {
    ask: () => askControl(path, 'POST /keys/rotate', { body: asked }),
    atRest: () =>
      withStoreAtRest(config, { openKeys, warn: io.err }, (opened) =>
        rotateAsAsked(openRotation({ ...opened, config, atRest: true }), asked),
      ),
  });
}

const row = z.object({
  id: z.string(),
  purpose: z.enum(['credential', 'log']),
  algorithm: z.enum(['ES256', 'RS256', 'EdDSA']),
  public_key: z.string(),
  created_at: z.int(),
  state: z.enum(['next', 'current', 'previous', 'retired', 'withdrawn']),
  changed_at: z.int(),
  changes_at: z.int().nullable(),
});
const lease = z.object({
  lease_id: z.string(),
  issuance_id: z.string(),
  project: z.string(),
  entitlement: z.string(),
  upstream_expires_at: z.string().nullable(),
});
const answerSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('next'), keys: z.array(row) }),
  z.object({
    outcome: z.literal('withdrawn'),
    withdrawn: z.array(z.string()),
    replacedBy: z.string().optional(),
    count: z.int(),
    leases: z.array(lease),
    log: z.object({ withdrawn: z.array(z.string()), signs: z.string(), entry: z.int() }).optional(),
  }),
  z.object({ outcome: z.literal('refused'), why: z.string() }),
]);
type Answer = z.output<typeof answerSchema>;
type WithdrawnLog = NonNullable<Extract<Answer, { outcome: 'withdrawn' }>['log']>;

function say({ io, json }: CommandContext, config: Config, answer: Answer): ExitCode {
  if (answer.outcome === 'refused') {
    if (json) io.out(JSON.stringify(answer, null, 2));
    else io.err(answer.why);
    return 1;
  }
  if (answer.outcome === 'next') {
    const next = answer.keys.filter(({ state }) => state === 'next');
    if (json)
      io.out(
        JSON.stringify(
          next.map((one) => describeKey(one, config)),
          null,
          2,
        ),
      );
    else io.out(next.flatMap((one) => nextWords(one, config)).join('\n'));
    return 0;
  }
  const { withdrawn, replacedBy: replaced_by = null, count, leases, log } = answer;
  if (json) io.out(JSON.stringify({ withdrawn, replaced_by, leases_ended: count, leases, log }, null, 2));
  else io.out((log === undefined ? withdrawnWords(config, answer) : withdrawnLogWords(log)).join('\n'));
  return 0;
}

const nextWords = (row: PublicRow, config: Config): string[] =>
  row.purpose === 'credential'
    ? [keyLine(row, config)]
    : [
        keyLine(row, config),
        `Whoever pins a key of the log (\`log-key\` of the action, \`--key\` of auditors) adds this one, which ${config.url}/log/key has too:`,
        verifierKeyIn(row, config),
      ];

/** What can be mended, what cannot, and how a reviewer tells. */
const withdrawnLogWords = ({ withdrawn, signs, entry }: WithdrawnLog): string[] => [
  ...withdrawn.map((key) => `Withdrawn: ${key}`),
  `Signs now: ${signs}`,
  `Entry ${entry} says so. The key signs no more: \`log verify\` names the last checkpoint that it signed, and its signature over more entries is not ours.`,
  'Jobs that pin it are refused, and give back what they got, until their `log-key` has the new line.',
  'Not mended: whoever has the withdrawn key can show a made-up log, of any length, to somebody who trusts that key and has kept nothing. The real one is not changed by that.',
  `How to tell: no made-up log has entry ${entry} with the new key's signature over it. Verify with \`--key\` and the new key, or with \`--since\` and any anchor, checkpoint or receipt of your own; and compare the checkpoints that others kept.`,
];

function withdrawnWords(
  { url, issuer }: Config,
  { withdrawn, replacedBy, count, leases }: Extract<Answer, { outcome: 'withdrawn' }>,
): string[] {
  return [
    ...withdrawn.map((id) => `Withdrawn: ${id}`),
    ...(replacedBy === undefined ? [] : [`Signs now: ${replacedBy}`]),
    'Relying parties that keep the old key set accept what was signed with the withdrawn key until they ask again.',
    ...(url === issuer
      ? []
      : [
          `Now run \`buildpass keys publish DIR\` and upload what it wrote to ${issuer}: until then the old key set stands there.`,
        ]),
    `${count} live ${count === 1 ? 'lease was' : 'leases were'} ended. A credential itself dies at the time that stands beside it:`,
    ...leases.map(
      (one) =>
        `${one.lease_id}  ${one.issuance_id}  ${one.project}/${one.entitlement}  ${one.upstream_expires_at ?? 'never'}`,
    ),
    ...(count > leases.length ? [`… and ${count - leases.length} more, each an entry of the log`] : []),
  ];
}
