// What an error of SQLite means: a mistake of ours, trouble that passes, or a store that must not be believed any more.
import { BrokerError, StoreBroken } from '../errors.ts';

const RETRY_AFTER_SECONDS = 2;

// https://www.sqlite.org/rescode.html: the lower eight bits are the primary code, whatever extends it.
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;
const BREAKING: readonly (number | undefined)[] = [SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB];

/** A failure of the database itself; a broken constraint is a mistake of ours and stays what it is. */
export function isStoreFailure(error: unknown): boolean {
  const code = primaryCode(error);
  return code !== undefined && code !== SQLITE_CONSTRAINT;
}

/** An error of the disk or of what stands on it. A full disk and a lock of somebody else are not: they pass. */
export function breaksStore(error: unknown): boolean {
  return BREAKING.includes(primaryCode(error));
}

/** What the caller is told when the store failed; the cause is for our own log. */
export function storeFailure(cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause;
  if (breaksStore(cause)) return new StoreBroken(cause);
  return new BrokerError('STORE_UNAVAILABLE', 'The store did not answer, so nothing was handed out. Ask again.', {
    cause,
    retryAfter: RETRY_AFTER_SECONDS,
  });
}

function primaryCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as { code?: string; errcode?: number };
  return code === 'ERR_SQLITE_ERROR' ? (errcode ?? 0) & 0xff : undefined;
}
