// Whether two patterns can match one name. Reads both side by side in as many steps as their lengths multiplied: what a guardrail
// asks of every rule of every policy must not take longer.
import { foldCase } from './pattern.ts';
import { isWildcard, tokenize } from './pattern-run.ts';

/** Letters A–Z and a–z are equal, as in names of environments. */
export function canMatchOneName(one: string, other: string): boolean {
  const [a, b] = [tokenize(foldCase(one)), tokenize(foldCase(other))] as const;
  // Whether there is a text that the first i tokens and the first j tokens can both stand for.
  const reached = Array.from({ length: a.length + 1 }, () => new Uint8Array(b.length + 1));
  for (const [i, row] of reached.entries()) {
    for (const j of row.keys()) {
      const [left, above, before] = [row[j - 1] === 1, reached[i - 1]?.[j] === 1, reached[i - 1]?.[j - 1] === 1];
      row[j] = isReached(a[i - 1], b[j - 1], { left, above, before }) || (i === 0 && j === 0) ? 1 : 0;
    }
  }
  return reached[a.length]?.[b.length] === 1;
}

/** `left`: without the last token of the other; `above`: without that of the one; `before`: without both. */
function isReached(
  one: string | undefined,
  other: string | undefined,
  { left, above, before }: { left: boolean; above: boolean; before: boolean },
): boolean {
  // A wildcard stands for nothing, or takes in what the other asks for.
  return (
    (above && one !== undefined && (isWildcard(one) || takes(other, one))) ||
    (left && other !== undefined && (isWildcard(other) || takes(one, other))) ||
    (before && one !== undefined && one === other)
  );
}

const takes = (wildcard: string | undefined, token: string): boolean =>
  wildcard === '**' || (wildcard === '*' && token !== '/');
