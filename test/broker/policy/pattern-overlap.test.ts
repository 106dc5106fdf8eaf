import { describe, expect, it } from 'vitest';
import { canMatchOneName } from '../../../broker/policy/pattern-overlap.ts';

describe('canMatchOneName', () => {
  it.each([
    ['production', 'PRODUCTION', true],
    ['prod*', '*-eu', true],
    ['prod*', '*/eu', false],
    ['prod**', '*/eu', true],
    ['**', '*', true],
    ['a*b', 'a*c', false],
    ['a**b', 'ab', true],
    ['a', 'ab', false],
    ['*a*', '*b*', true],
  ])('%s and %s: %s', (one, other, can) => {
    expect(canMatchOneName(one, other)).toBe(can);
    expect(canMatchOneName(other, one)).toBe(can);
  });

  it('is quick for the longest patterns there are', () => {
    const [one, other] = ['**a'.repeat(42), '**b'.repeat(42)];
    expect(canMatchOneName(one, `${other}x`)).toBe(false);
  });
});
