// `buildpass catalog`: what a job may ask for, from a shell in it: one line an entitlement, and under it what would be missing.
// Asks for no credential. What a broker answers is believed in its documented form only, and nothing of it acts on a terminal.
import { setTimeout as wait } from 'node:timers/promises';
import { problemSchema } from '../../shared/api.ts';
import { type Catalog, type CatalogEntitlement, catalogSchema } from '../../shared/catalog.ts';
import { formatDuration } from '../../shared/duration.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { ASKING_OPTIONS, brokerOrigin } from './broker-origin.ts';
import { callBroker } from './call-broker.ts';
import type { Command, CommandContext, ExitCode } from './command.ts';
import { type SubjectTokens, subjectTokens } from './subject-tokens.ts';

export interface CatalogDeps {
  readonly fetch: typeof fetch;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

export const command: Command = {
  name: 'catalog',
  summary: 'list what this job may ask for, and what would be missing',
  usage: 'catalog --broker-url URL',
  about:
    'Takes the OIDC token of the job from the runner (the job needs `permissions: id-token: write`) and asks for no credential. ' +
    'Shows the entitlements of every project that lists the repository: the decision for this job as it is, what would be handed out, how it ends, and how risky the policy makes it. ' +
    'A job of a public repository is told codes only. Of a repository that no policy lists, the list is empty.',
  examples: [
    'buildpass catalog --broker-url https://buildpass.example.com',
    'buildpass catalog --broker-url https://buildpass.example.com --json | jq -r ".entitlements[].scope"',
  ],
  options: ASKING_OPTIONS,
  run: (context) => catalog(context, { fetch, wait }),
};

/** 0: it was answered, also with nothing. 1: it was not. */
export async function catalog(context: CommandContext, deps: CatalogDeps): Promise<ExitCode> {
  const url = brokerOrigin(context);
  const tokens = subjectTokens(context, context.option('audience') ?? url, deps.fetch);
  const answer = await everyPage(url, tokens, deps);
  const { io, json } = context;
  if ('problem' in answer) {
    if (json) io.out(inertJson(answer.problem));
    else io.err(inertLine(`Not answered (${answer.problem.code}): ${answer.problem.detail}`));
    return 1;
  }
  for (const line of json ? [inertJson(answer)] : asText(answer)) io.out(json ? line : inertLine(line));
  return 0;
}

interface Unanswered {
  readonly problem: { readonly code: string; readonly detail: string };
}

/** More than any project file holds; a broker that always names a next page is not followed forever. */
const MAX_PAGES = 100;

async function everyPage(url: string, tokens: SubjectTokens, deps: CatalogDeps): Promise<Catalog | Unanswered> {
  const all: Catalog = { entitlements: [], refused: [], next: null };
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await onePage({ url, after: all.next, tokens }, deps);
    if ('problem' in answer) return answer;
    all.entitlements.push(...answer.entitlements);
    const known = new Set(all.refused.map(({ project }) => project));
    all.refused.push(...answer.refused.filter(({ project }) => !known.has(project)));
    all.next = answer.next;
    // A token from a file works once: what follows is named, and left to whoever has another.
    if (answer.next === null || !tokens.renewable) break;
  }
  return all;
}

const MAX_ATTEMPTS = 3;
const MAX_WAIT_SECONDS = 30;

interface Asked {
  readonly url: string;
  readonly after: string | null;
  readonly tokens: SubjectTokens;
}

async function onePage(asked: Asked, deps: CatalogDeps): Promise<Catalog | Unanswered> {
  const query = asked.after === null ? '' : `?after=${encodeURIComponent(asked.after)}`;
  for (let attempt = 1; ; attempt += 1) {
    const token = await asked.tokens.next();
    const { status, body, retryAfter } = await callBroker(
      `${asked.url}/v1/catalog${query}`,
      { headers: { authorization: `Bearer ${token}` } },
      deps.fetch,
    );
    const mayPass = status === 429 || status === 503;
    if (!mayPass || !asked.tokens.renewable || attempt === MAX_ATTEMPTS) return believed(status, body);
    await deps.wait(1_000 * Math.min(retryAfter, MAX_WAIT_SECONDS));
  }
}

function believed(status: number, body: unknown): Catalog | Unanswered {
  const answer = status === 200 ? catalogSchema.safeParse(body) : undefined;
  if (answer?.success === true) return answer.data;
  const { data } = problemSchema.safeParse(body);
  const code = data?.code ?? 'UNREADABLE';
  const detail = data?.detail ?? `status ${status}, with an answer that is no catalog: is this the broker's address?`;
  return { problem: { code, detail } };
}

function asText({ entitlements, refused, next }: Catalog): string[] {
  const width = Math.max(0, ...entitlements.map(({ scope }) => scope.length));
  const nothing = 'Nothing: no policy lists the repository of this job, or its entry names another id.';
  return [
    ...entitlements.flatMap((entitlement) => [headLine(entitlement, width), ...detailLines(entitlement)]),
    ...refused.flatMap(({ project, reasons }) => [
      `${project}: refused whatever is asked for`,
      ...reasonLines(reasons),
    ]),
    ...(next === null ? [] : [`There are more, after ${next}: ask again with a fresh token.`]),
    ...(entitlements.length === 0 && refused.length === 0 ? [nothing] : []),
  ];
}

const MARKS = { permit: 'yes', deny: 'no ', approval: 'ask' } as const;

function headLine({ scope, decision, gives, ttl, risk_figure: figure }: CatalogEntitlement, width: number): string {
  const life = ttl === undefined ? [] : [ttl === 'never' ? 'never dies' : formatDuration(ttl)];
  const risk = figure === undefined ? [] : [`risk ${figure.score} (${figure.level})`];
  const parts = [...life, ...risk, ...(gives === undefined ? [] : [gives])].join('  ');
  return `${MARKS[decision]}  ${parts === '' ? scope : `${scope.padEnd(width)}  ${parts}`}`;
}

function detailLines({
  title,
  description,
  lifetime,
  terms = [],
  reasons,
  more_reasons: more,
}: CatalogEntitlement): string[] {
  const about = [title, description].filter((text) => text !== undefined).join('. ');
  return [
    ...(about === '' ? [] : [`     ${about}`]),
    ...(lifetime === undefined ? [] : [`     ${[lifetime, ...terms].join('; ')}`]),
    ...reasonLines(reasons),
    ...(more === undefined ? [] : [`     and ${more} more`]),
  ];
}

const reasonLines = (reasons: CatalogEntitlement['reasons']): string[] =>
  reasons.map(({ code, message }) => `     ${code}${message === undefined ? '' : `: ${message}`}`);
