// The known word nearest to a mistyped one, for "did you mean": used by every refusal that meets a name it does not know.

/** The work grows with the square of it, and longer words are not slips of the finger. */
const LONGEST_WORD = 64;

/** Undefined where no known word is near enough to be meant: about one mistake in three letters. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const limit = Math.floor(word.length / 3);
  const near = [...known]
    // No two words differ in less than their lengths do.
    .filter((one) => Math.abs(one.length - word.length) <= limit)
    .map((one) => ({ one, distance: editDistance(word.toLowerCase(), one.toLowerCase()) }));
  near.sort((a, b) => a.distance - b.distance);
  return near[0] !== undefined && near[0].distance <= limit ? near[0].one : undefined;
}

/** Insertions, deletions, substitutions and swaps of neighbours (`evnet`) that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (beforeLast[j - 2] ?? 0) + 1 : substituted;
      row.push(Math.min(substituted, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
