// The broker's own log: JSON lines on standard error, one event a line, free of secrets (redaction.ts sees each line last).
// INFO is what happened, WARN what somebody should look at by day, ERROR what somebody should get up for.
import { type DestinationStream, pino } from 'pino';
import { Secret } from '../../shared/secret.ts';
import { type Clock, systemClock } from '../clock.ts';
import { ALARMS, type Alarm } from './alarms.ts';
import { describeError } from './describe-error.ts';
import { createRedaction, type HideOptions, type Redaction } from './redaction.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  /** Somebody should get up: there is no other such line than those of alarms.ts. */
  error(message: Alarm, fields?: Fields): void;
  /** The same log with these fields on every line. */
  child(fields: Fields): Logger;
  /**
   * From now on this value is never written, by this logger or any of its family, until many newer ones came; with
   * `always` for as long as the process lives.
   */
  hide(value: Secret | string, options?: HideOptions): void;
}

export interface LoggerOptions {
  readonly level: 'info' | 'warn' | 'error' | 'silent';
  /** every line of a demo says that it is one */
  readonly demo: boolean;
  readonly destination?: { write(line: string): void };
  readonly clock?: Clock;
}

type Level = 'info' | 'warn' | 'error';

/** No field of ours nests so deep; what refers to itself ends here. */
const MAX_DEPTH = 5;

export function createLogger(options: LoggerOptions): Logger {
  const { clock = systemClock } = options;
  const redaction = createRedaction();
  const root = pino(
    {
      level: options.level,
      base: options.demo ? { demo: true } : null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redaction.redact },
    },
    options.destination ?? standardError(),
  );
  return wrap(root, redaction);
}

/** What pino's loggers and their children have in common for us. */
type Sink = Record<Level, (fields: object, message: string) => void> & { child(fields: object): Sink };

function wrap(sink: Sink, redaction: Redaction): Logger {
  const printable = (fields: Fields): Record<string, unknown> => plainMembers(fields, redaction.redact, MAX_DEPTH);
  const at =
    (level: Level) =>
    (message: string, fields: Fields = {}) =>
      sink[level](printable(fields), message);
  return {
    info: at('info'),
    warn: at('warn'),
    // Whoever was woken reads first what to do.
    error: (message, fields = {}) => sink.error(printable({ ...fields, next: ALARMS[message].next }), message),
    child: (fields) => wrap(sink.child(printable(fields)), redaction),
    hide: (value, options) => redaction.hide(value instanceof Secret ? value.reveal() : value, options),
  };
}

type Redact = Redaction['redact'];

function plainMembers(members: object, redact: Redact, depth: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, printed(value, redact, depth)]));
}

/** An error is described wherever it stands: as JSON it would show what a library hung on it, headers and all. */
function printed(value: unknown, redact: Redact, depth: number): unknown {
  if (value instanceof Error) return describeError(value, redact);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (depth === 0) return '[deeper]';
  if (Array.isArray(value)) return value.map((item) => printed(item, redact, depth - 1));
  return plainMembers(value, redact, depth - 1);
}

/** Synchronous: the last lines before an exit or a crash are the ones that are needed most. */
const standardError = (): DestinationStream => pino.destination({ dest: 2, sync: true });
