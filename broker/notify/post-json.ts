// One JSON document to another system, which takes it with any status from 200 to 299. A redirect is not followed: it would lead
// to where the operator did not.
import type { UpstreamFetch } from '../upstream/fetch.ts';

const LIMITS = { timeout: 10_000, maxBytes: 64 * 1024 };

/** @throws Error that does not repeat what the other side said: that may be anything */
export async function postJson(
  ask: UpstreamFetch,
  url: string,
  { body, headers = {} }: { readonly body: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<void> {
  const sent = { ...headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
  const { status } = await ask(url, { method: 'POST', headers: sent, body, ...LIMITS });
  if (status < 200 || status > 299) throw new Error(`it answered with status ${status}`);
}
