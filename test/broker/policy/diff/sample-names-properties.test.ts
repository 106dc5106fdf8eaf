import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleNames } from '../../../../broker/policy/diff/sample-names.ts';
import { compilePattern } from '../../../../broker/policy/pattern.ts';

const pieces = (...from: string[]) => fc.array(fc.constantFrom(...from), { minLength: 1, maxLength: 6 });
const patterns = fc.array(
  pieces('a', 'b', '/', '*', '**').map((parts) => parts.join('').replace(/\*{3,}/g, '**')),
  { maxLength: 5 },
);
const names = pieces('a', 'b', 'c', 'A', '/').map((parts) => parts.join(''));

/** Which of the patterns a name matches. */
const matchesOf = (texts: readonly string[], name: string, options = {}): string =>
  texts.map((text) => (compilePattern(text, options).matches(name) ? '1' : '0')).join('');

describe('sampled names', () => {
  it('match every set of patterns that any name matches', () => {
    fc.assert(
      fc.property(patterns, names, (texts, name) => {
        const sampled = sampleNames(texts.map((text) => ({ text })));
        expect(sampled.complete).toBe(true);
        expect(sampled.names.map((one) => matchesOf(texts, one))).toContain(matchesOf(texts, name));
      }),
      { numRuns: 2_000 },
    );
  });

  it('do so whatever the letters are cased like, and behind what a full ref starts with', () => {
    fc.assert(
      fc.property(patterns, names, (texts, name) => {
        const folded = sampleNames(texts.map((text) => ({ text, fold: true })));
        expect(folded.names.map((one) => matchesOf(texts, one, { fold: true }))).toContain(
          matchesOf(texts, name, { fold: true }),
        );
        const behind = sampleNames(texts.map((text) => ({ text, after: 'a/' })));
        expect(behind.names.map((one) => matchesOf(texts, `a/${one}`))).toContain(matchesOf(texts, `a/${name}`));
      }),
      { numRuns: 500 },
    );
  });
});
