// The one way to fetch a JSON document from a configured address. It promises: https (or http to loopback), no redirect,
// one deadline for head and body, a body that can't outgrow its cap. A check of the connected address belongs in `fetchJson` too.
import type { Millis } from './clock.ts';

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
  if (problem === undefined) return await readCapped(response, maxBytes, url);
  // An unread body would hold its connection until the garbage collector comes by.
  await response.body?.cancel();
  throw new Error(`${url} ${problem}`);
}

/** https, or http that never leaves this machine; no user name or password in it. */
export function isSecureUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

function headProblem(response: Response): string | undefined {
  if (response.status !== 200) return `answered with status ${response.status}`;
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' ? undefined : `answered with content type ${type ?? '(none)'}`;
}

/** Counts what arrives, not what `content-length` says: it may be absent, wrong, or that of a compressed body. */
async function readCapped(response: Response, maxBytes: number, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream, and with it the transfer.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`${url} answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
