// How a token is refused: the words around a caller's own value, and the code for a token that is not what GitHub makes.
import { inert } from '../../shared/invisible.ts';
import { BrokerError, type BrokerErrorOptions } from '../errors.ts';

const LONGEST_QUOTE = 200;

/** What to do about most bad tokens: they were not taken from GitHub as they are. */
export const PASS_ON_UNCHANGED =
  "Ask GitHub for a fresh token with the toolkit's core.getIDToken() and pass it on unchanged.";

/**
 * A caller's value as it may stand in a message: quoted, cut, and with nothing in it that a terminal or a page would
 * obey instead of showing (control characters, line separators, marks that turn or hide text).
 */
export function quoted(value: unknown): string {
  const visible = inert(JSON.stringify(value) ?? 'nothing');
  return visible.length <= LONGEST_QUOTE ? visible : `${visible.slice(0, LONGEST_QUOTE).toWellFormed()}…`;
}

/** `problem` is a whole sentence. */
export function malformedToken(problem: string, options?: BrokerErrorOptions): BrokerError {
  return new BrokerError('TOKEN_MALFORMED', `${problem} ${PASS_ON_UNCHANGED}`, options);
}
