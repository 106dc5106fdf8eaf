import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../broker/policy/pattern.ts';
import { canMatchOneName } from '../../../broker/policy/pattern-overlap.ts';

describe('canMatchOneName', () => {
  it('is true wherever some name shows it', () => {
    const parts = fc.array(fc.constantFrom('a', 'b', '/', '*', '**'), { minLength: 1, maxLength: 5 });
    const pattern = parts.map((all) => all.join('').replace(/\*{3,}/g, '**'));
    const name = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 6 }).map((all) => all.join(''));
    fc.assert(
      fc.property(pattern, pattern, name, (one, other, value) => {
        fc.pre([one, other].every((text) => compilePattern(text).matches(value)));
        expect(canMatchOneName(one, other)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
