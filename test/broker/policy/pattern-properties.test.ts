import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, patternProblem } from '../../../broker/policy/pattern.ts';
import { isWithin } from '../../../broker/policy/pattern-run.ts';

const matches = (pattern: string, value: string): boolean => compilePattern(pattern).matches(value);

/** The same dialect, as slowly and obviously as it can be said. */
function slow(pattern: string, value: string): boolean {
  if (pattern === '') return value === '';
  const star = pattern.startsWith('**') ? '**' : pattern.startsWith('*') ? '*' : undefined;
  if (star === undefined) return value !== '' && pattern[0] === value[0] && slow(pattern.slice(1), value.slice(1));
  if (slow(pattern.slice(star.length), value)) return true;
  return value !== '' && (star === '**' || value[0] !== '/') && slow(pattern, value.slice(1));
}

const text = (parts: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...parts), { maxLength }).map((all) => all.join(''));

describe('pattern', () => {
  it('agrees with a slow and obvious matcher', () => {
    fc.assert(
      fc.property(text(['a', 'b', '/', '*', '**'], 7), text(['a', 'b', '/'], 8), (pattern, value) => {
        fc.pre(patternProblem(pattern) === undefined);
        expect(matches(pattern, value)).toBe(slow(pattern, value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('agrees with it wherever in a long pattern the wildcards stand', () => {
    const ends = text(['a', 'b', '/', '*', '**'], 5);
    const parts = fc.record({ head: ends, length: fc.nat(100), tail: ends, value: text(['a', 'b', '/'], 7) });
    fc.assert(
      fc.property(parts, ({ head, length, tail, value }) => {
        const [pattern, middle] = [`${head}${'x'.repeat(length)}${tail}`, 'x'.repeat(length)];
        fc.pre(patternProblem(pattern) === undefined);
        for (const at of [0, 1, 3, value.length]) {
          const given = `${value.slice(0, at)}${middle}${value.slice(at)}`;
          expect(matches(pattern, given)).toBe(slow(pattern, given));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('a pattern that is a value matches it alone', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (pattern, value) => {
        fc.pre(!pattern.includes('*'));
        expect(matches(pattern, value)).toBe(pattern === value);
      }),
    );
  });
});

describe('a pattern within another', () => {
  it('has no value that the other does not match', () => {
    const patterns = text(['a', '/', '*', '**'], 5).filter((one) => patternProblem(one) === undefined);
    fc.assert(
      fc.property(patterns, patterns, text(['a', '/', 'b'], 6), (inner, outer, value) => {
        fc.pre(isWithin(inner, outer) && matches(inner, value));
        expect(matches(outer, value)).toBe(true);
      }),
    );
  });
});
