// Which names are meant, in the words of the rule that names them: "release/* (not release/1.*)".

import { anyOf } from '../../shapes/schema-problems.ts';
import { compilePattern } from '../pattern.ts';

export interface NameWords {
  /** the names of a rule, or all, that are spoken of */
  readonly names: readonly string[];
  /** every name that stands for some */
  readonly all: readonly string[];
  /** the rule's own patterns; undefined where it takes any name */
  readonly own: readonly string[] | undefined;
  /** patterns of anybody, to say what is not meant */
  readonly others: readonly string[];
  readonly fold?: boolean;
}

const MAX_WORDS = 5;

/** Undefined where all names there are are meant. */
export function nameWords(parts: NameWords): string | undefined {
  const { names, all, own = ['**'] } = parts;
  if (names.length === all.length) return undefined;
  const words = own.flatMap((pattern) => ofPattern(pattern, parts) ?? []);
  return shortList(words.length > 0 ? words : names);
}

/** "a, b or c", and no more of them than anybody reads. */
export function shortList(words: readonly string[]): string {
  const more = words.length - MAX_WORDS;
  return more <= 0 ? anyOf(words) : anyOf([...words.slice(0, MAX_WORDS), `${more} more`]);
}

function ofPattern(pattern: string, { names, all, others, fold = false }: NameWords): string | undefined {
  const { matches } = compilePattern(pattern, { fold });
  const meant = names.filter(matches);
  if (meant.length === 0) return undefined;
  const rest = all.filter((name) => matches(name) && !names.includes(name));
  if (rest.length === 0) return pattern;
  const excepted = others
    .map((text) => compilePattern(text, { fold }))
    .filter((other) => rest.some(other.matches) && !meant.some(other.matches))
    .map(({ text }) => text);
  const all_ = rest.every((name) => excepted.some((text) => compilePattern(text, { fold }).matches(name)));
  return all_ ? `${pattern} (not ${shortList([...new Set(excepted)])})` : `some of ${pattern}, such as ${meant[0]}`;
}
