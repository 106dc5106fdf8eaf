// An error as the log keeps it: name, code, message, and the causes behind it. Nothing else of the object is taken: errors
// of libraries carry request bodies, headers and options, and a credential may stand in any of them.
import { BrokerError, StartRefused } from '../errors.ts';

const MAX_CAUSES = 5;
const MAX_CHARACTERS = 2_000;

export interface DescribedError {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  /** only of errors that nobody foresaw: where it happened is then the first question */
  readonly stack?: string;
  readonly cause?: DescribedError;
}

/** `redact` takes secrets out of a text: before it is cut, since half a secret would not be recognised. */
export function describeError(
  error: unknown,
  redact: (text: string) => string = (text) => text,
  causes: number = MAX_CAUSES,
): DescribedError {
  if (!(error instanceof Error)) return { name: 'NotAnError', message: `a value of type ${typeof error} was thrown` };
  const { code } = error as { code?: unknown };
  const short = (text: string): string => redact(text).slice(0, MAX_CHARACTERS);
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: short(messageOf(error)),
    ...(isForeseen(error) ? {} : { stack: short(framesOf(error)) }),
    ...(error.cause === undefined || causes === 0 ? {} : { cause: describeError(error.cause, redact, causes - 1) }),
  };
}

const isForeseen = (error: Error): boolean => error instanceof BrokerError || error instanceof StartRefused;

/** JSON.parse quotes what it could not read in its message, and that may be the beginning of a credential. */
function messageOf(error: Error): string {
  return error instanceof SyntaxError ? 'the text could not be parsed' : error.message;
}

/** The frames alone: the first lines of a stack repeat the message. */
function framesOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.map((line) => line.trim()).join('\n');
}
