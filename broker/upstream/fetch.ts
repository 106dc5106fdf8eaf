// The one way in which the broker asks another system over HTTP. It promises: https (or http that stays on this machine),
// a connection to no address that the operator did not allow, no redirect, one deadline for head and body, and an answer
// that can't outgrow its cap (of its head Node takes 16 KiB). Nothing is decompressed.
import type { lookup } from 'node:dns';
import { once } from 'node:events';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { secureUrl } from '../../shared/secure-url.ts';
import type { Millis } from '../clock.ts';
import { checkedLookup, literalProblem, withoutBrackets } from './lookup.ts';
import { readCapped } from './read-capped.ts';

/** The variables that name proxies, as the environment has them; the lower-case spelling counts first. */
export type Proxies = Readonly<Partial<Record<'https_proxy' | 'HTTPS_PROXY' | 'no_proxy' | 'NO_PROXY', string>>>;

export interface UpstreamOptions {
  /** whether the host may be at a private or loopback address */
  readonly privateNetwork: boolean;
  /** PEM of the authorities that it is verified with, instead of the public ones */
  readonly authorities?: string | undefined;
  readonly proxies?: Proxies;
  /** how long an idle connection waits for the next request; left out, each request has a connection of its own */
  readonly keepFor?: Millis;
  /** the system's resolver unless given */
  readonly resolve?: typeof lookup;
}

export interface UpstreamRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** for head and body together, and for finding the address before */
  readonly timeout: Millis;
  readonly maxBytes: number;
  /** gives up before */
  readonly signal?: AbortSignal;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Any Error means that there is no answer to go by; its message begins with the address. */
export type UpstreamFetch = (url: string, request: UpstreamRequest) => Promise<UpstreamAnswer>;

/** Of one host; the others end with their requests. */
const MOST_IDLE = 8;

export function createUpstreamFetch(options: UpstreamOptions): UpstreamFetch {
  const { privateNetwork, authorities: ca, proxies = {}, resolve, keepFor } = options;
  // A kept connection leads to the address that was checked as it was made. What is sent over one that the other side is just
  // ending fails like any other, and is sent by nobody again: it may have arrived. Bytes that nobody asked for end it (Node).
  const kept = keepFor === undefined ? {} : { keepAlive: true, timeout: keepFor, maxFreeSockets: MOST_IDLE };
  // Said here again, because an environment variable could turn the check off.
  const tlsOptions = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
  const secure = new HttpsAgent({ ...kept, ...tlsOptions, proxyEnv: proxies });
  // Without the proxies: what is loopback for them is another machine.
  const local = new HttpAgent(kept);
  return async (url, request) => {
    const parsed = secureUrl(url);
    if (parsed === undefined) throw new Error(`${url} is neither https nor a loopback address`);
    const { protocol, hostname, port, pathname, search } = parsed;
    const tls = protocol === 'https:';
    const reach = tls ? (privateNetwork ? 'private' : 'public') : 'loopback';
    const problem = literalProblem(hostname, reach);
    if (problem !== undefined) throw new Error(`${url} is ${problem}`);
    const { method = 'GET', headers } = request;
    const sent = (tls ? httpsRequest : httpRequest)({
      ...{ agent: tls ? secure : local, lookup: checkedLookup(reach, resolve) },
      ...{ protocol, hostname: withoutBrackets(hostname), port, path: `${pathname}${search}`, method },
      // What comes back is counted as it arrives: a compressed body could be a thousand times as large.
      headers: { ...headers, 'accept-encoding': 'identity' },
    });
    return await answerTo(sent, url, request);
  };
}

async function answerTo(sent: ClientRequest, url: string, request: UpstreamRequest): Promise<UpstreamAnswer> {
  const { body, timeout, maxBytes, signal } = request;
  let givenUp: string | undefined;
  const giveUp = (why: string): void => {
    givenUp ??= why;
    sent.destroy(new Error(why));
  };
  const aborted = (): void => giveUp('was given up before it answered');
  // Not by signals of `AbortSignal`'s making: two of them, put together, take as long as the rest of a request.
  const late = setTimeout(() => giveUp(`did not answer within ${timeout} ms`), timeout);
  // An error after the head would end the process if nobody listened.
  sent.on('error', () => undefined);
  signal?.addEventListener('abort', aborted);
  try {
    if (signal?.aborted === true) aborted();
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, headers: response.headers, body: await readCapped(response, maxBytes) };
  } catch (cause) {
    throw new Error(`${url} ${givenUp ?? `gave no answer: ${(cause as Error).message}`}`, { cause });
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', aborted);
  }
}

/** The bytes of a JSON document, not parsed. */
export async function fetchJson(
  ask: UpstreamFetch,
  url: string,
  limits: Pick<UpstreamRequest, 'timeout' | 'maxBytes'>,
): Promise<Uint8Array> {
  const { status, headers, body } = await ask(url, { ...limits, headers: { accept: 'application/json' } });
  // A redirect would lead away from the host that the operator named (SSRF): it is an answer like any other wrong one.
  if (status !== 200) throw new Error(`${url} answered with status ${status}`);
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new Error(`${url} answered with content type ${type ?? '(none)'}`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new Error(`${url} answered in compressed form`);
  return body;
}
