// A condition that wants a value of the token to match a pattern. Nearly every entitlement has some of its own, so each keeps its
// patterns and nothing else: what it says and does is its sort's, of which there is one a key.
import type { Condition, Subject } from '../model.ts';
import { compilePatterns, matchesAny, type Patterns } from './pattern.ts';
import { expectedOf } from './wanting.ts';

/** What the conditions of a key have in common. */
export interface PatternSort {
  readonly key: string;
  readonly remedy: string;
  /** whether GitHub takes values for the same that differ in the case of their letters */
  readonly fold?: true;
  /** the value that must match; undefined where the subject has none that may */
  readonly of: (subject: Subject) => string | undefined;
  readonly got: (subject: Subject) => string | undefined;
  /** what is wanted, as people would say it; left out, the patterns */
  readonly inWords?: (patterns: readonly string[]) => string;
}

export const patternCondition = (sort: PatternSort, patterns: readonly string[]): Condition =>
  new PatternCondition(sort, patterns);

/** With methods instead of functions of its own, which would take five times as much memory. */
class PatternCondition implements Condition {
  readonly #sort: PatternSort;
  readonly #texts: readonly string[];
  readonly #patterns: Patterns;

  constructor(sort: PatternSort, texts: readonly string[]) {
    this.#sort = sort;
    this.#texts = texts;
    this.#patterns = compilePatterns(texts, sort);
  }

  get key(): string {
    return this.#sort.key;
  }

  get remedy(): string {
    return this.#sort.remedy;
  }

  get code(): Condition['code'] {
    return 'POLICY_NO_MATCH';
  }

  get expected(): string {
    const { inWords } = this.#sort;
    return expectedOf(inWords === undefined ? this.#texts : [inWords(this.#texts)]);
  }

  holds(subject: Subject): boolean {
    const value = this.#sort.of(subject);
    return value !== undefined && matchesAny(this.#patterns, value, this.#sort);
  }

  got(subject: Subject): string | undefined {
    return this.#sort.got(subject);
  }
}
