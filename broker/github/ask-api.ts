// One question to GitHub's API: its headers, its limits of rate, and what is an answer. Trouble that passes is FACT_UNREACHABLE,
// and the caller may ask again; what does not pass by itself is FactUnavailable, in words that say what to do.
import type { Secret } from '../../shared/secret.ts';
import type { Clock, Elapsed, Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { UpstreamAnswer, UpstreamFetch } from '../upstream/fetch.ts';

/** The fact cannot be had, and waiting a moment does not help. The message ends a sentence, and says what to do. */
export class FactUnavailable extends Error {
  override readonly name = 'FactUnavailable';
}

export interface ApiQuestion {
  readonly path: string;
  readonly token: Secret;
  /** whose budget of requests it comes out of: the App, or one of its installations */
  readonly budget: string;
  /** what is posted; a GET without */
  readonly body?: object;
  /** by `elapsed`, for everything that one ask needs */
  readonly deadline: Millis;
}

export interface ApiAnswer {
  readonly status: number;
  /** undefined where it is no JSON */
  readonly body: unknown;
}

export type AskApi = (question: ApiQuestion) => Promise<ApiAnswer>;

export interface ApiDeps {
  readonly apiUrl: string;
  readonly upstream: UpstreamFetch;
  readonly clock: Clock;
  readonly elapsed: Elapsed;
  readonly onLimited: (limited: { budget: string; until: Millis }) => void;
}

const MAX_BYTES = 512 * 1024;
/** A job that is told to come back later than this has given up: it is told how long it would take instead. */
const WORTH_WAITING_MS: Millis = 60_000;
const LIMITED_BY_DEFAULT_MS: Millis = 60_000;

export function createAskApi(deps: ApiDeps): AskApi {
  const { clock, elapsed } = deps;
  const limited = new Map<string, Millis>();
  return async (question) => {
    const { budget, deadline } = question;
    const until = limited.get(budget) ?? 0;
    if (clock.now() < until) throw overLimit(until, clock.now());
    const timeout = Math.ceil(deadline - elapsed());
    if (timeout <= 0) throw unreachable(new Error(`no time was left to ask ${question.path}`));
    const answer = await answerOf(deps, question, timeout);
    const limitedUntil = limitOf(answer, clock.now());
    if (limitedUntil === undefined) return { status: answer.status, body: parseJson(answer.body) };
    limited.set(budget, limitedUntil);
    deps.onLimited({ budget, until: limitedUntil });
    throw overLimit(limitedUntil, clock.now());
  };
}

async function answerOf(
  { apiUrl, upstream }: ApiDeps,
  question: ApiQuestion,
  timeout: Millis,
): Promise<UpstreamAnswer> {
  const { path, token, body } = question;
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token.reveal()}`,
    'user-agent': 'buildpass',
    'x-github-api-version': '2022-11-28',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const request = { headers, timeout, maxBytes: MAX_BYTES };
  const posted = body === undefined ? {} : { method: 'POST' as const, body: JSON.stringify(body) };
  const answer = await upstream(`${apiUrl}${path}`, { ...request, ...posted }).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (answer.status >= 500) throw unreachable(new Error(`${path} answered ${answer.status}`));
  return answer;
}

export const unreachable = (cause: unknown, retryAfter = 5): BrokerError =>
  new BrokerError(
    'FACT_UNREACHABLE',
    'GitHub does not answer what has to be known for this decision. Nothing was decided; ask again in a moment.',
    { cause, retryAfter },
  );

/** GitHub says so with 403 too, and the primary limit with no header of its own but what is left. */
export function limitOf(
  { status, headers }: Pick<UpstreamAnswer, 'status' | 'headers'>,
  now: Millis,
): Millis | undefined {
  const retryAfter = Number(headers['retry-after']);
  const isPrimary = headers['x-ratelimit-remaining'] === '0';
  const isLimited = status === 429 || (status === 403 && (isPrimary || retryAfter > 0));
  if (!isLimited) return undefined;
  if (retryAfter > 0) return now + retryAfter * 1000;
  const reset = Number(headers['x-ratelimit-reset']) * 1000;
  return isPrimary && reset > now ? reset : now + LIMITED_BY_DEFAULT_MS;
}

function overLimit(until: Millis, now: Millis): Error {
  const wait = until - now;
  if (wait <= WORTH_WAITING_MS) return unreachable(new Error('the rate limit is reached'), Math.ceil(wait / 1000));
  return new FactUnavailable(
    `GitHub takes no more questions of this broker until ${new Date(until).toISOString()} (its rate limit is used up): ask again then`,
  );
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
