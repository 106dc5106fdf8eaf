import { describe, expect, it } from 'vitest';
import {
  compilePattern,
  compilePatterns,
  foldCase,
  matchesAny,
  patternProblem,
} from '../../../broker/policy/pattern.ts';
import { canStartWith, isWithin } from '../../../broker/policy/pattern-run.ts';

const matches = (pattern: string, value: string): boolean => compilePattern(pattern).matches(value);

describe('pattern', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'Main', false],
    ['Main', 'Main', true],
    ['main', 'main2', false],
    ['main', 'a/main', false],
    ['release/*', 'release/1', true],
    ['release/*', 'release/', true],
    ['release/*', 'release/1/2', false],
    ['*', 'feature/x', false],
    ['**', 'feature/x', true],
    ['**', '', true],
    ['a/**', 'a', false],
    ['a/**', 'a/', true],
    ['**/x', 'a/b/x', true],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['*-*', 'a-b-c', true],
    ['*-*', 'a*c', false],
    ['*y s*', 'my shop', true],
    ['*y s*', 'myshop', false],
    ['*😀*', 'a😀b', true],
    ['*😀*', 'a😁b', false],
    ['v*.*', 'v1.2.3', true],
    ['a.c', 'abc', false],
    ['a+', 'aa', false],
    ['*a', 'ab', false],
    ['my *', 'my shop', true],
    ['my *', 'myshop', false],
  ])('%s on "%s"', (pattern, value, expected) => {
    expect(matches(pattern, value)).toBe(expected);
  });

  it('is one of a list on its own terms, whatever stands beside it', () => {
    const patterns = compilePatterns(['main', 'r*-*']);
    expect(['main', 'r1-2', 'r1', 'r1/-2'].map((value) => matchesAny(patterns, value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  // Rows of 32 tokens: the wildcard stands before, on and behind the end of the first and of the second.
  it.each([28, 29, 30, 31, 32, 33, 60, 61, 62, 63, 64, 65])(
    'reads a wildcard behind one and %i characters like any other',
    (length) => {
      const run = 'a'.repeat(length);
      const on = (value: string) => [`*${run}*b*`, `**${run}**b**`].map((pattern) => matches(pattern, value));
      for (const value of [`${run}b`, `a${run}b`, `x${run}xbx`]) expect(on(value)).toEqual([true, true]);
      for (const value of [`${run}/b`, `/${run}b`, `${run}b/`]) expect(on(value)).toEqual([false, true]);
      for (const value of [`${run.slice(1)}b`, `${run}a`, `${run.slice(1)}xb`, 'b'])
        expect(on(value)).toEqual([false, false]);
    },
  );

  it.each([...'?[]{}!()\\'])('%s is an error, wherever it stands', (sign) => {
    expect(patternProblem(`a${sign}b`)).toContain(`has \`${sign}\``);
  });

  it.each([
    ['', 'is empty'],
    ['!main', 'there is no negation'],
    ['a***', 'has `***`'],
    ['a'.repeat(129), 'is longer than 128 characters'],
  ])('"%s" is no pattern', (pattern, problem) => {
    expect(patternProblem(pattern)).toContain(problem);
  });

  it('has at most 128 characters, and a value of more than 1,024 matches nothing', () => {
    expect(patternProblem('a'.repeat(128))).toBeUndefined();
    expect(matches('**', 'a'.repeat(1_024))).toBe(true);
    expect(matches('**', 'a'.repeat(1_025))).toBe(false);
  });

  it.each([
    ['*a', 'a'],
    ['**a', 'a/'],
    ['*a*', 'ab'],
    ['**/', 'a/'],
  ])('is not hung by %s again and again, which hangs published glob libraries', (part, fill) => {
    const pattern = `${part.repeat(Math.floor(127 / part.length))}.`;
    expect(matches(pattern, fill.repeat(1_024 / fill.length))).toBe(false);
  });

  it('folds ASCII letters only: a letter that looks like k is not k', () => {
    expect(compilePattern('Prod-*', { fold: true }).matches('PROD-eu')).toBe(true);
    expect(compilePattern('worker', { fold: true }).matches('wor\u212Aer')).toBe(false);
    expect(foldCase('ÄZ')).toBe('Äz');
  });

  it.each([
    ['refs/*', 'refs/heads/', false],
    ['refs/**', 'refs/heads/', true],
    ['refs/heads/main', 'refs/heads/', true],
    ['*/heads/x', 'refs/heads/', true],
    ['main', 'refs/heads/', false],
  ])('%s can match something that starts with %s: %s', (pattern, start, expected) => {
    expect(canStartWith(pattern, start)).toBe(expected);
  });
});

describe('a pattern within another', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'Main', false],
    ['main', '*', true],
    ['a/b', '*', false],
    ['a/b', '**', true],
    ['release/*', 'release/**', true],
    ['release/**', 'release/*', false],
    ['**', '*', false],
    ['*', '**', true],
    ['v1.*', 'v*', true],
    ['v*', 'v1.*', false],
    ['a*b', 'a*c*b', false],
    ['my shop', 'myshop', false],
    ['my\nshop', 'my*shop', true],
  ])('%s in %s: %s', (inner, outer, is) => {
    expect(isWithin(inner, outer)).toBe(is);
  });

  it('folds letters where names do', () => {
    expect([isWithin('Prod-1', 'pROD-*'), isWithin('Prod-1', 'pROD-*', { fold: true })]).toEqual([false, true]);
  });
});
