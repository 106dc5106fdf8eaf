// Characters that nobody sees, or takes for a space: the one list of them. A text that holds one reads differently from what it
// says ("Trojan Source", CVE-2021-42574), so what we read refuses them and what we write shows them as code points.

/** Inside a character class with the `u` flag: controls, formats, unassigned, line separators, letters that look empty. */
export const HIDDEN = '\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800';
/** Every space but the one of the keyboard. */
export const ODD_SPACE = '(?! )\\p{Zs}';
const INVISIBLE = new RegExp(`[${HIDDEN}]|${ODD_SPACE}`, 'gu');

export interface Invisible {
  readonly index: number;
  /** a sentence without its full stop: which character, and what is wrong with it */
  readonly message: string;
}

/** The first invisible character of a text; `allowed` are those that may stand there, such as line breaks. */
export function firstInvisible(text: string, allowed = ''): Invisible | undefined {
  for (const { 0: character, index } of text.matchAll(INVISIBLE)) {
    if (!allowed.includes(character))
      return { index, message: `the character ${codePoint(character)} ${why(character)}` };
  }
  return undefined;
}

/** As it may stand on a line of a terminal, a log or a page: invisible characters and line breaks as `\u{…}`. */
export function inert(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${hexOf(character)}}`);
}

/** The same for a whole line of a job's log, where the runner obeys lines that start with `::`, and `##[` anywhere. */
export function inertLine(text: string): string {
  return inert(text)
    .replace(/^(\s*):(?=:)/, '$1\\u{3a}')
    .replaceAll('##[', '#\\u{23}[');
}

/** One line of JSON with the same value as ever, in which everything of that kind is escaped. */
export function inertJson(value: unknown): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value)
    .replace(INVISIBLE, (character) => character.split('').map(escaped).join(''))
    .replaceAll('##[', '#\\u0023[');
}

/** `U+00AD` */
export const codePoint = (character: string): string => `U+${hexOf(character).toUpperCase().padStart(4, '0')}`;

const hexOf = (character: string): string => (character.codePointAt(0) ?? 0).toString(16);

const why = (character: string): string =>
  /\p{Zs}/u.test(character) ? 'looks like a space and is none: write a space' : 'cannot be seen and is not allowed';
