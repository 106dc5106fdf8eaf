// What a log publishes at an address: checkpoint, key and tiles over HTTP, read with care.
import { connectionProblem } from '../../shared/connection-problem.ts';
import { KEY_CHANGES_FILE } from '../../shared/log-directory.ts';
import { readCapped } from '../upstream/read-capped.ts';
import type { ReadResource } from '../verifier/hash-source.ts';

const TIMEOUT_MS = 10_000;
/** A tile has 8 KiB; what is larger is not a log's. Each change of its keys has 2. */
const MAX_BYTES = 64 * 1024;
const MAX_BYTES_OF_CHANGES = 1024 * 1024;

export function publishedAt(url: string): ReadResource {
  const origin = url.replace(/\/$/, '');
  return (path) => fetchResource(`${origin}/log/${path}`, path === KEY_CHANGES_FILE ? MAX_BYTES_OF_CHANGES : MAX_BYTES);
}

/** @throws Error where the address gives no answer to go by: that says nothing about the log */
async function fetchResource(address: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return await readCapped(response.body, maxBytes);
  } catch (error) {
    throw new Error(`${address} cannot be read: ${connectionProblem(error)}`, { cause: error });
  }
}
