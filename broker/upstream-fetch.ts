// The one way to fetch a JSON document from a configured address. It promises: https (or http to loopback), no redirect,
// one deadline for head and body, a body that can't outgrow its cap. A check of the connected address belongs in `fetchJson` too.
import { isSecureUrl } from '../shared/secure-url.ts';
import type { Millis } from './clock.ts';
import { readCapped } from './read-capped.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

interface FetchOptions {
  readonly fetch: Fetch;
  /** for head and body together */
  readonly timeout: Millis;
  readonly maxBytes: number;
}

/** The bytes of a JSON document, not parsed; any Error means that there is nothing to believe. */
export async function fetchJson(url: string, { fetch, timeout, maxBytes }: FetchOptions): Promise<Uint8Array> {
  if (!isSecureUrl(url)) throw new Error(`${url} is neither https nor a loopback address`);
  const response = await fetch(url, {
    // A redirect would lead away from the host that the operator named (SSRF): it is an answer like any other wrong one.
    redirect: 'manual',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeout),
  });
  const problem = headProblem(response);
  if (problem === undefined) return await readBody(url, response, maxBytes);
  // An unread body would hold its connection until the garbage collector comes by.
  await response.body?.cancel();
  throw new Error(`${url} ${problem}`);
}

function headProblem(response: Response): string | undefined {
  if (response.status !== 200) return `answered with status ${response.status}`;
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' ? undefined : `answered with content type ${type ?? '(none)'}`;
}

async function readBody(url: string, response: Response, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readCapped(response, maxBytes);
  } catch (cause) {
    throw new Error(`${url} answered with ${(cause as Error).message}`, { cause });
  }
}
