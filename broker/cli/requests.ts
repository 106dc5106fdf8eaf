// `requests list` and `requests show`: what was asked for and what came of it, beside a running broker or without one. They only
// read: a verdict is a person's, on the page that `request_url` names (decision 13).
import { inertJson, inertLine } from '../../shared/invisible.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';
import { factsOf, type RequestFacts, type RequestStory, storyOf } from './request-facts.ts';

export const requestsListCommand: Command = {
  name: 'requests list',
  summary: 'list what was asked for, or what waits for people',
  usage: 'requests list [--waiting] [--project NAME] [--last N]',
  about:
    'The newest requests first: id, state, when, what, by whom, for which job. With --waiting those that people must decide, the one whose time ends first at the top. Deciding happens on the page that `requests show` names, by somebody who is signed in: not here, where nobody knows who types.',
  examples: [
    'buildpass requests list --waiting',
    'buildpass requests list --project shop --last 100 --json | jq -r ".[].request_url"',
  ],
  options: {
    waiting: { type: 'boolean', about: 'only those that people must decide' },
    project: { type: 'string', value: 'NAME', about: 'only those of this project' },
    last: { type: 'string', value: 'N', about: 'how many at most (default 20)' },
  },
  async run(context) {
    const [most, project] = [countOf(context), context.option('project')];
    const found = await withStoreReader(context.configFile, (reader, { url }) =>
      reader.read(async (tx) => {
        const rows = await (context.flag('waiting') ? waiting(tx) : newest(tx, { project, most }));
        const wanted = rows.filter((row) => project === undefined || row.project === project).slice(0, most);
        return Promise.all(wanted.map((row) => factsOf(tx, row, url)));
      }),
    );
    const { io, json } = context;
    for (const line of json ? [inertJson(found)] : found.map(lineOf)) io.out(json ? line : inertLine(line));
    if (found.length === 0)
      io.err(context.flag('waiting') ? 'Nothing waits for people.' : 'There are no such requests.');
    return 0;
  },
};

export const requestsShowCommand: Command = {
  name: 'requests show',
  summary: 'show one request: what was asked, what was decided, by whom, and what came of it',
  usage: 'requests show ID',
  about:
    'Shows a request with its job, its verdicts with their reasons, and its history from the log; what was erased is missing. The id may also be that of an issuance (the `jti` of a JWT) or of a lease. The last line of the head is the page where people decide. Exits 1 where there is no such request.',
  examples: ['buildpass requests show req_…', 'buildpass requests show iss_… --json'],
  options: {},
  maxPositionals: 1,
  async run({ io, json, configFile, positionals }) {
    const [id = ''] = positionals;
    if (!/^(req|iss|lse)_[\w-]+$/.test(id))
      throw new UsageError(
        `"${id}" is no id of a request: it begins with req_, iss_ or lse_; \`requests list\` has them`,
      );
    const story = await withStoreReader(configFile, (reader, { url }) =>
      reader.read(async (tx) => {
        const row = await tx.requests.find(await requestOf(tx, id));
        return row === undefined ? undefined : storyOf(tx, row, url);
      }),
    );
    if (story === undefined) {
      io.err(`There is no request, issuance or lease "${id}" here.`);
      return 1;
    }
    for (const line of json ? [inertJson(story)] : linesOf(story)) io.out(json ? line : inertLine(line));
    return 0;
  },
};

const PAGE = 500;

async function newest(
  tx: Transaction,
  { project, most }: { project: string | undefined; most: number },
): Promise<readonly RequestRow[]> {
  const found: RequestRow[] = [];
  for (let before: string | undefined; found.length < most; ) {
    const page = await tx.requests.before(before, PAGE);
    found.push(...page.filter((row) => project === undefined || row.project === project));
    if (page.length < PAGE) break;
    before = page.at(-1)?.id;
  }
  return found;
}

/** The one that ends first comes first; what is over and not swept yet is no longer waiting. */
async function waiting(tx: Transaction): Promise<readonly RequestRow[]> {
  const rows: RequestRow[] = [];
  for (const approval of await tx.approvals.pending()) {
    if (approval.expires_at <= tx.now) continue;
    rows.push(...(await tx.approvals.requestsOf(approval.id)).filter(({ state }) => state === 'pending'));
  }
  return rows;
}

async function requestOf(tx: Transaction, id: string): Promise<string> {
  if (id.startsWith('req_')) return id;
  const owner = id.startsWith('iss_') ? await tx.issuances.find(id) : await tx.leases.find(id);
  return owner?.request_id ?? id;
}

function countOf(context: CommandContext): number {
  const text = context.option('last') ?? '20';
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new UsageError(`--last "${text}" is not a number of requests`);
  return Number(text);
}

function lineOf({ id, state, asked_at: at, expires_at: end, ...facts }: RequestFacts): string {
  const until = end === undefined ? [] : [`until ${end}`];
  const what = `${facts.project}/${facts.entitlement}`;
  return [id, state.padEnd(9), at, what, ...until, `by ${facts.actor}`, `${facts.repository} ${facts.ref}`].join('  ');
}

function linesOf(story: RequestStory): string[] {
  const { approval, timeline } = story;
  const head: readonly (readonly [string, string | undefined])[] = [
    ['request', story.id],
    ['state', story.expires_at === undefined ? story.state : `${story.state}, until ${story.expires_at}`],
    ['asks for', `${story.project}/${story.entitlement}`],
    ['asked by', `${story.actor} (${story.issuer} ${story.actor_id})`],
    ['job', `${story.repository} ${story.ref} at ${story.sha}, run ${story.run_id}, attempt ${story.run_attempt}`],
    ['', [story.event_name, story.environment, story.workflow_ref].filter((part) => part !== undefined).join(', ')],
    ['reason', story.reason],
    ['ticket', story.ticket],
    ['helped by', story.assisted_by],
    ['decision', story.summary],
    ['decides', approval && `${approval.needed} of ${approval.by.join(' or ')}`],
    ['page', story.request_url],
  ];
  return [
    ...head.flatMap(([label, value]) => (value === undefined ? [] : [`${label.padEnd(9)} ${value}`])),
    ...(approval?.verdicts ?? []).map(verdictLine),
    ...timeline.map(
      ({ at, what, who, entry }) => `${at}  ${what}${who === undefined ? '' : `  ${who}`}  (entry ${entry})`,
    ),
  ];
}

type Verdict = NonNullable<RequestStory['approval']>['verdicts'][number];

const verdictLine = ({ verdict, name, principal, team, reason, step_up: stepUp }: Verdict): string =>
  `${verdict.padEnd(9)} ${name ?? principal}, ${team}${stepUp === 'none' ? '' : `, ${stepUp}`}${reason === undefined ? '' : `: ${reason}`}`;
