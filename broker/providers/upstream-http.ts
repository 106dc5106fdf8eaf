// One call to a system that issues. What it promises the providers: whether something may have happened there is never a guess. What
// certainly was refused is an `UpstreamRefused`, whose message is fit for the job's log; everything else that is no clear answer is
// any other error, and leaves it open (providers/provider.ts).
import type { Seconds } from '../clock.ts';
import type { UpstreamAnswer, UpstreamFetch } from '../upstream/fetch.ts';
import { SOON, UpstreamRefused } from './provider.ts';

export interface UpstreamCall {
  /** what people call it, at the start of a sentence: "AWS STS" */
  readonly system: string;
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** sent as JSON, or as a form where they are URLSearchParams; text is sent as it is, and says in `headers` what it is */
  readonly body?: object | URLSearchParams | string;
  readonly signal: AbortSignal;
  /** of the answer, where it may be larger than most */
  readonly maxBytes?: number;
  /** in words, out of a body that says why not; it is cut and made harmless here */
  readonly reasonOf?: (body: unknown) => string | undefined;
  /** what to do about it, in our own words: the beginning of a sentence without its full stop */
  readonly adviceOf?: (body: unknown) => string | undefined;
  /** whether a no may pass by itself, where the status does not say so */
  readonly passes?: (body: unknown) => boolean;
}

export interface UpstreamReply {
  readonly status: number;
  readonly headers: UpstreamAnswer['headers'];
  /** undefined where it is no JSON */
  readonly json: unknown;
  readonly text: string;
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 256 * 1024;

/** Of these the request never reached the other side. */
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
const NEVER_TRUSTED = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/**
 * The answer of a call that succeeded (status 2xx).
 * @throws UpstreamRefused for a definite no: it could not be reached, a redirect, a 4xx
 * @throws Error where it may have acted: no answer in time, one that was cut off or too large, a 5xx
 */
export async function callUpstream(ask: UpstreamFetch, call: UpstreamCall): Promise<UpstreamReply> {
  const { system, reasonOf = () => undefined, adviceOf = () => undefined, passes = () => false } = call;
  const reply = await askUpstream(ask, call);
  const { status, json, text } = reply;
  if (status >= 200 && status < 300) return reply;
  // Followed, a redirect would lead away from the host that the operator named (SSRF).
  if (status >= 300 && status < 400)
    throw new UpstreamRefused(`${system} answered with a redirect (${status})`, { status });
  const [reason, advice] = [reasonOf, adviceOf].map((of) => of(json ?? text));
  const retryAfter = passingFor(reply) ?? (passes(json) ? SOON : undefined);
  throw new UpstreamRefused(refusal(`${system} refused (${status})`, reason, advice), { status, retryAfter });
}

/** Too early, too late or too many: it says nothing of what was asked for. */
const PASSING = [408, 425, 429];

/** Undefined where asking again changes nothing. Its other form, a date, would need clocks that agree. */
function passingFor({ status, headers }: UpstreamReply): Seconds | undefined {
  const said = headers['retry-after'] ?? '';
  if (/^[0-9]{1,6}$/.test(said)) return Math.max(1, Number(said));
  return PASSING.includes(status) ? SOON : undefined;
}

/**
 * The same for whoever has more to say about what was refused: an answer of any status below 500.
 * @throws UpstreamRefused where it could not be reached
 * @throws Error where it may have acted
 */
export async function askUpstream(ask: UpstreamFetch, call: UpstreamCall): Promise<UpstreamReply> {
  const { system, url, method = 'POST', signal, maxBytes = MAX_BYTES } = call;
  const sent = bodyOf(call.body);
  const headers = { accept: 'application/json', 'user-agent': 'buildpass', ...sent.headers, ...call.headers };
  const request = { method, headers, signal, timeout: TIMEOUT_MS, maxBytes };
  const answer = await ask(url, sent.body === undefined ? request : { ...request, body: sent.body }).catch(
    (error: unknown) => {
      throw unreached(error)
        ? new UpstreamRefused(`${system} cannot be reached`, { cause: error, retryAfter: SOON })
        : error;
    },
  );
  const { status } = answer;
  const text = answer.body.toString('utf8');
  if (status >= 200 && status < 500) return { status, headers: answer.headers, json: parseJson(text), text };
  throw new Error(`${system} answered ${status}`);
}

function bodyOf(body: UpstreamCall['body']): { body?: string; headers: Record<string, string> } {
  if (body === undefined) return { headers: {} };
  if (typeof body === 'string') return { body, headers: {} };
  if (body instanceof URLSearchParams)
    return { body: body.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function unreached(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code = '' } = one as NodeJS.ErrnoException;
    if (NEVER_SENT.includes(code) || NEVER_TRUSTED.test(code)) return true;
  }
  return false;
}

/** What another system made of something that it may say no to. */
export type Judged =
  | { readonly taken: true; readonly reply: UpstreamReply }
  | {
      readonly taken: false;
      /** as JSON, or as text */
      readonly body: unknown;
      readonly status: number;
      /** in its own words, fit for a log */
      readonly said: string;
      /** it says nothing of what was asked for: too early, too late, too many */
      readonly passing: boolean;
    };

/**
 * The same where a no is an answer like any other.
 * @throws UpstreamRefused where it could not be reached
 * @throws Error where it may have acted
 */
export async function judgeUpstream(ask: UpstreamFetch, call: UpstreamCall): Promise<Judged> {
  const reply = await askUpstream(ask, call);
  const { status, json, text } = reply;
  if (status >= 200 && status < 300) return { taken: true, reply };
  const body = json ?? text;
  const passing = passingFor(reply) !== undefined || (call.passes?.(json) ?? false);
  return { taken: false, body, status, said: refusal(`it refused (${status})`, call.reasonOf?.(body)), passing };
}

const LONGEST_REASON = 300;
/** A token that the other side repeats, ours or its own, is no part of a reason: a job's log would keep it (P6). */
const LIKE_A_SECRET = /[\w-]{43,}={0,2}/g;

/** The other side's own words, on one line and without anything that could pass for more than text. */
export function refusal(what: string, reason: string | undefined, advice?: string | undefined): string {
  const words = reason
    ?.replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, ' ')
    .replace(LIKE_A_SECRET, (run) => `(${run.length} characters)`)
    .trim()
    .replace(/\.$/, '');
  const said = words === undefined || words === '' ? '' : `: "${words.slice(0, LONGEST_REASON)}"`;
  return advice === undefined ? `${what}${said}` : `${what}${said}. ${advice}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
