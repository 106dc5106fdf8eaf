import { describe, expect, it } from 'vitest';
import { sampleNames } from '../../../../broker/policy/diff/sample-names.ts';

const named = (...texts: string[]): readonly string[] => sampleNames(texts.map((text) => ({ text }))).names.toSorted();

describe('sampled names', () => {
  it('are one for each set of patterns that a name can match, the shortest', () => {
    expect(named('main', 'release/*')).toEqual(['main', 'release/x', 'x']);
    expect(named('release/*', 'release/1.*')).toEqual(['release/1.', 'release/x', 'x']);
    expect(named('*a*', '*b*')).toEqual(['a', 'ab', 'b', 'x']);
    expect(named()).toEqual(['x']);
  });

  it('are such as Git would take wherever there is one', () => {
    expect(named('**', '*')).toEqual(['x', 'x/x']);
    expect(named('a/**')).toEqual(['a/x', 'x']);
    expect(named('a//b')).toEqual(['a//b', 'x']);
    expect(named('/a')).toEqual(['/a', 'x']);
    expect(named('a/')).toEqual(['a/', 'x']);
    expect(named('**/b')).toEqual(['x', 'x/b']);
    expect(named('**/', '/**')).toEqual(['/', '/x', 'x', 'x/']);
  });

  it('of a folded pattern match it whatever its letters are cased like', () => {
    expect(sampleNames([{ text: 'MAIN', fold: true }]).names.toSorted()).toEqual(['main', 'x']);
    expect(named('MAIN')).toEqual(['MAIN', 'x']);
  });

  it('stand behind what a full ref starts with', () => {
    const refs = ['refs/heads/a', 'refs/*/b', 'refs/tags/c'].map((text) => ({ text, after: 'refs/heads/' }));
    expect(sampleNames(refs).names.toSorted()).toEqual(['a', 'b', 'x']);
  });

  it('of numbers have no leading zero', () => {
    const numbers = (...texts: string[]) =>
      sampleNames(
        texts.map((text) => ({ text, after: 'refs/pull/' })),
        { end: '/merge', numbers: true },
      ).names;
    expect(numbers('refs/pull/1*/merge').toSorted()).toEqual(['1', '2']);
    expect(numbers('refs/pull/0*/merge')).toEqual(['1']);
    expect(numbers('refs/pull/*0/merge').toSorted()).toEqual(['1', '10']);
    expect(numbers('refs/pull/7/merge', 'refs/pull/7*/merge').toSorted()).toEqual(['1', '7', '70']);
    expect(numbers('refs/pull/7/head')).toEqual(['1']);
  });

  it('have one that no pattern waits for, also where patterns wait for every letter', () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
    const names = named(...letters.map((letter) => `${letter}*`));
    expect(names).toHaveLength(letters.length + 1);
    expect(names.filter((name) => !/^[a-z0-9]$/.test(name))).toEqual(['\u4e00']);
  });

  it('are found whole for hundreds of names', () => {
    const many = Array.from({ length: 300 }, (_, at) => ({ text: `${at}/release-of-the-year` }));
    const { names, complete } = sampleNames(many);
    expect(complete).toBe(true);
    expect(names.toSorted()).toEqual([...many.map(({ text }) => text), 'x'].toSorted());
  });

  it('say so where there are too many to look at', () => {
    const many = Array.from({ length: 14 }, (_, at) => ({ text: `**${String.fromCharCode(97 + at)}**` }));
    const { names, complete } = sampleNames(many);
    expect(complete).toBe(false);
    expect(names).toContain('abc');
  });
});
