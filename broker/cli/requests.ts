// `requests list`, `show` and `withdraw`: what was asked for and what came of it, beside a running broker or without one as an
// operator reads it, and from elsewhere as a person who is logged in does.
import { inertJson, inertLine } from '../../shared/invisible.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { requestId } from './ask-as-person.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { BROKER_URL } from './login.ts';
import { chosenLogin } from './login-file.ts';
import { withStoreReader } from './open-store.ts';
import { factsOf, type RequestFacts, storyOf } from './request-facts.ts';
import { lineOf, linesOf, type ToldStory } from './request-lines.ts';
import { listRemote, readRemote, remoteLogin, storyOfDetail, withdrawRemote } from './requests-remote.ts';

export const requestsListCommand: Command = {
  name: 'requests list',
  summary: 'list what was asked for, or what waits for people',
  usage: 'requests list [--waiting] [--project NAME] [--last N] [--broker-url URL]',
  about:
    'The newest requests first: id, state, when, what, by whom, for which job. With --waiting those that people must decide, the one whose time ends first at the top. Where a configuration is named or lies here, the store beside the broker is read: all of it. Otherwise the broker where you are logged in is asked (`buildpass login`): what you may see, and with --waiting what waits for your verdict.',
  examples: [
    'buildpass requests list --waiting',
    'buildpass requests list --project shop --last 100 --json | jq -r ".[].request_url"',
  ],
  options: {
    waiting: { type: 'boolean', about: 'only those that people must decide' },
    project: { type: 'string', value: 'NAME', about: 'only those of this project' },
    last: { type: 'string', value: 'N', about: 'how many at most (default 20)' },
    'broker-url': BROKER_URL,
  },
  async run(context) {
    const [most, project] = [countOf(context), context.option('project')];
    const login = await remoteLogin(context);
    const view = context.flag('waiting') ? 'waiting' : 'all';
    const found = await (login === undefined
      ? listHere(context, { project, most })
      : listRemote(login, { view, project, most }));
    const { io, json } = context;
    for (const line of json ? [inertJson(found)] : found.map(lineOf)) io.out(json ? line : inertLine(line));
    if (found.length === 0) {
      const whom = login === undefined ? 'people' : 'your verdict';
      io.err(context.flag('waiting') ? `Nothing waits for ${whom}.` : 'There are no such requests.');
    }
    return 0;
  },
};

export const requestsShowCommand: Command = {
  name: 'requests show',
  summary: 'show one request: what was asked, what was decided, by whom, and what came of it',
  usage: 'requests show ID [--broker-url URL]',
  about:
    'Shows a request with its job, its verdicts with their reasons, and its history from the log; what was erased is missing. Read beside the broker, the id may also be that of an issuance (the `jti` of a JWT) or of a lease; which of the two is read is decided as for `requests list`. The last line of the head is the page where people decide. Exits 1 where there is no such request.',
  examples: ['buildpass requests show req_…', 'buildpass requests show iss_… --json'],
  options: { 'broker-url': BROKER_URL },
  maxPositionals: 1,
  async run(context) {
    const [id = ''] = context.positionals;
    if (!/^(req|iss|lse)_[\w-]+$/.test(id))
      throw new UsageError(
        `"${id}" is no id of a request: it begins with req_, iss_ or lse_; \`requests list\` has them`,
      );
    const login = await remoteLogin(context);
    const story =
      login === undefined
        ? await showHere(context, id)
        : storyOfDetail(login, await readRemote(login, requestId(context.positionals)));
    if (story === undefined) {
      context.io.err(`There is no request, issuance or lease "${id}" here.`);
      return 1;
    }
    printStory(context, story);
    return 0;
  },
};

export const requestsWithdrawCommand: Command = {
  name: 'requests withdraw',
  summary: 'take back what you asked for',
  usage: 'requests withdraw ID [--broker-url URL]',
  about:
    'Only for who asked, logged in by `buildpass login`: nobody can approve the request any more, and the job fails. Exits 1 where it is not yours or not waiting any more.',
  examples: ['buildpass requests withdraw req_…'],
  options: { 'broker-url': BROKER_URL },
  maxPositionals: 1,
  async run(context) {
    const id = requestId(context.positionals);
    const login = await chosenLogin(context);
    const story = storyOfDetail(login, await withdrawRemote(login, id));
    if (context.json) context.io.out(inertJson(story));
    else context.io.out(inertLine(`${story.id} is ${story.state}.`));
    return 0;
  },
};

function printStory({ io, json }: CommandContext, story: ToldStory): void {
  for (const line of json ? [inertJson(story)] : linesOf(story)) io.out(json ? line : inertLine(line));
}

const listHere = (
  context: CommandContext,
  { project, most }: { project: string | undefined; most: number },
): Promise<readonly RequestFacts[]> =>
  withStoreReader(context.configFile, (reader, { url }) =>
    reader.read(async (tx) => {
      const rows = await (context.flag('waiting') ? waiting(tx) : newest(tx, { project, most }));
      const wanted = rows.filter((row) => project === undefined || row.project === project).slice(0, most);
      return Promise.all(wanted.map((row) => factsOf(tx, row, url)));
    }),
  );

const showHere = ({ configFile }: CommandContext, id: string): Promise<ToldStory | undefined> =>
  withStoreReader(configFile, (reader, { url }) =>
    reader.read(async (tx) => {
      const row = await tx.requests.find(await requestOf(tx, id));
      return row === undefined ? undefined : storyOf(tx, row, url);
    }),
  );

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
