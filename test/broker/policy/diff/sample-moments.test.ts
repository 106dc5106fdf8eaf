import { describe, expect, it } from 'vitest';
import { sampleMoments } from '../../../../broker/policy/diff/sample-moments.ts';

const DAY = 86_400_000;
describe('sampled moments', () => {
  it('of one zone are those of one week', () => {
    const all = sampleMoments([{ zone: 'Europe/Berlin', days: ['mon-fri'], between: ['09:00-17:00'] }]);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThan(8 * DAY);
    expect(all).toHaveLength(8 * 3);
  });
});
