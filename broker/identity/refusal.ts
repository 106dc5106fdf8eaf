// How a token is refused: the words around a caller's own value, and the code for a token that is not what GitHub makes.
import { inert } from '../../shared/invisible.ts';
import { BrokerError, type BrokerErrorOptions } from '../errors.ts';

const LONGEST_QUOTE = 200;
/**
 * As long and unbroken as 32 bytes in base64url, percent-encoded or not: a client that mixes its parameters up puts a token
 * or a secret where something else belongs, and the answer and our log would repeat it. Names that people give are shorter.
 */
const LIKE_A_SECRET = /(?:[\w-]|%[0-9a-f]{2}){43,}/gi;

/** What to do about most bad tokens: they were not taken from GitHub as they are. */
export const PASS_ON_UNCHANGED =
  "Ask GitHub for a fresh token with the toolkit's core.getIDToken() and pass it on unchanged.";

/**
 * A caller's value as it may stand in a message: quoted, cut, without what could be a secret, and with nothing in it that
 * a terminal or a page would obey instead of showing (control characters, line separators, marks that turn or hide text).
 */
export function quoted(value: unknown): string {
  const visible = withoutSecrets(JSON.stringify(value) ?? 'nothing');
  return visible.length <= LONGEST_QUOTE ? visible : `${visible.slice(0, LONGEST_QUOTE).toWellFormed()}…`;
}

/** The same for a sentence with a caller's words in it. */
export const withoutSecrets = (text: string): string =>
  inert(text.replace(LIKE_A_SECRET, ({ length }) => `[${length} characters]`));

/** `problem` is a whole sentence. */
export function malformedToken(problem: string, options?: BrokerErrorOptions): BrokerError {
  return new BrokerError('TOKEN_MALFORMED', `${problem} ${PASS_ON_UNCHANGED}`, options);
}
