// `leases list`: what is live, what could not be revoked yet, and what is paused, beside a running broker or without one.
import { LEASE_VIEWS, type LeaseSummary, type LeaseView, type Pause } from '../../shared/access-api.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { named, pauseList } from '../issuance/access-answers.ts';
import { listLeases } from '../issuance/lease-list.ts';
import { anyOf, didYouMean } from '../shapes/schema-problems.ts';
import { APPROVED_BY, narrowingOf, TARGETED, targetOptions } from './access-target.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'leases list',
  summary: 'list what was issued and is still live, with what is left of each credential',
  usage: `leases list [--state STATE] ${TARGETED.map((scope) => `[--${scope} …]`).join(' ')} [--approved-by ID] [--last N]`,
  about:
    'The newest first: id, what, state, when it was issued, for which job, and what is left of its credential: "revoked" only where the other side confirmed it, otherwise when it dies by itself, or that it never does. Says first what is paused. Only live ones unless --state names another; `failing` are those whose credential could not be revoked yet. A selector means what it means to `revoke`: it lists what would end; --approved-by lists what one person approved, which no order names; of several, what all of them name. Reads the store beside a running broker, or without one.',
  examples: [
    'buildpass leases list',
    'buildpass leases list --state failing',
    'buildpass leases list --called-workflow acme/actions/.github/workflows/deploy.yml@refs/tags/v3',
    'buildpass leases list --project shop --json',
  ],
  options: {
    state: { type: 'string', value: 'STATE', about: `${LEASE_VIEWS.join(', ')} or all (default live)` },
    ...targetOptions(TARGETED),
    ...APPROVED_BY,
    last: { type: 'string', value: 'N', about: 'how many at most (default 50)' },
  },
  async run(context) {
    const [state, limit] = [stateOf(context), limitOf(context)];
    const only = narrowingOf(context);
    const { leases, pauses, now } = await withStoreReader(context.configFile, async (reader) => {
      const found: LeaseSummary[] = [];
      for (let before: string | undefined; ; ) {
        // A snapshot each, so that the broker beside it can fold its write-ahead log in between.
        const page = await reader.read((tx) => listLeases(tx, { state, only, before, limit: limit - found.length }));
        found.push(...page.leases);
        before = page.next;
        if (before === undefined || found.length >= limit) return { leases: found, ...(await reader.read(pauseList)) };
      }
    });
    const { io, json } = context;
    if (json) io.out(inertJson({ now, pauses, leases }));
    else for (const line of [...pauses.map(pauseLine), ...leases.map(leaseLine)]) io.out(inertLine(line));
    if (leases.length === 0) io.err(noneOf(state, only));
    return 0;
  },
};

/** With what it was narrowed to, as it was read: with a slip in a name nothing is listed either. */
function noneOf(state: LeaseView | undefined, only: ReturnType<typeof narrowingOf>): string {
  const of = Object.entries(only).map(([scope, target]) => named({ scope, target }));
  const what = of.length === 0 ? '' : ` of ${of.join(' and ')}`;
  return state === 'live' ? `No lease${what} is live.` : `There is no such lease${what}.`;
}

function stateOf(context: CommandContext): LeaseView | undefined {
  const state = context.option('state') ?? 'live';
  if (state === 'all') return undefined;
  if ((LEASE_VIEWS as readonly string[]).includes(state)) return state as LeaseView;
  const known = [...LEASE_VIEWS, 'all'];
  const meant = didYouMean(state, known, '"') || `: ${anyOf(known)}`;
  throw new UsageError(`--state "${state}" is no state of a lease${meant}`);
}

function limitOf(context: CommandContext): number {
  const text = context.option('last') ?? '50';
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new UsageError(`--last "${text}" is not a number of leases`);
  return Number(text);
}

function pauseLine({ id, since, reason, resume, paused_by: by, ...what }: Pause): string {
  // Whoever confirms should know whose proposal it is, and why.
  const proposed =
    resume === undefined
      ? ''
      : `; resuming proposed by ${nameOf(resume.by)}: "${resume.reason}", to be confirmed until ${resume.ends_at}`;
  return `PAUSED  ${id}  ${named(what)}  since ${since}  by ${nameOf(by)}: "${reason}"${proposed}`;
}

const nameOf = ({ operator, name, principal }: Pause['paused_by']): string =>
  operator ? 'the operator at the machine' : (name ?? principal ?? 'somebody');

function leaseLine({ id, project, entitlement, state, issued_at: issued, job, credential }: LeaseSummary): string {
  const where = `${job.repository} ${job.ref}, run ${job.run_id}, by ${job.actor}`;
  return [id, `${project}/${entitlement}`, state.padEnd(8), issued, where, credential.says].join('  ');
}
