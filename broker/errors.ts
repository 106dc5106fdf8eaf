// Errors with a stable code and a message fit for the caller; the cause is for our own log only.
// http/problem.ts alone turns them into answers. Anything that is not a BrokerError reveals nothing but a request id.
import type { ErrorCode } from '../shared/error-codes.ts';
import type { Seconds } from './clock.ts';

export interface BrokerErrorOptions {
  readonly cause?: unknown;
  readonly retryAfter?: Seconds | undefined;
  /** further members of an answer outside the token endpoint */
  readonly details?: Readonly<Record<string, unknown>>;
}

export class BrokerError extends Error {
  readonly code: ErrorCode;
  readonly retryAfter: Seconds | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: BrokerErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'BrokerError';
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.details = options.details ?? {};
  }
}

/** The configuration, the keys or the store do not allow a start: exit 78, nothing served. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

/** Somebody else has the store: a broker that runs, starts or stops, or a command that works on it at rest. */
export class StoreInUse extends StartRefused {}

/** The store failed in a way after which nothing that it says is believed: exit 74, and a start that checks everything. */
export class StoreBroken extends BrokerError {
  constructor(cause: unknown) {
    super(
      'STORE_UNAVAILABLE',
      'The store failed and is not trusted any more, so nothing was handed out. The broker ends itself; ask again when it is back.',
      { cause, retryAfter: 10 },
    );
    this.name = 'StoreBroken';
  }
}
