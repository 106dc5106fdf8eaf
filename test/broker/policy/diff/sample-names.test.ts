import { describe, expect, it } from 'vitest';
import { sampleNames } from '../../../../broker/policy/diff/sample-names.ts';

describe('sampled names', () => {
  it('are no more than there are sets of patterns to match', () => {
    expect(sampleNames([{ text: 'main' }, { text: 'release/*' }]).names.toSorted()).toEqual(['main', 'release/x', 'x']);
    expect(sampleNames([]).names).toEqual(['x']);
  });

  it('are such as Git would take wherever there is one', () => {
    expect(sampleNames([{ text: '**' }, { text: '*' }]).names.toSorted()).toEqual(['x', 'x/x']);
    expect(sampleNames([{ text: 'a//b' }]).names).toContain('a//b');
  });

  it('of numbers have no leading zero', () => {
    const sampled = sampleNames([{ text: 'refs/pull/1*/merge', after: 'refs/pull/' }], { end: '/merge', of: 'number' });
    expect(sampled.names.map((one) => one.startsWith('1')).toSorted()).toEqual([false, true]);
    expect(sampled.names.every((one) => /^[1-9][0-9]*$/.test(one))).toBe(true);
  });

  it('say so where there are too many to look at', () => {
    const many = Array.from({ length: 14 }, (_, at) => ({ text: `**${String.fromCharCode(97 + at)}**` }));
    expect(sampleNames(many).complete).toBe(false);
  });
});
