import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../broker/limits/rate-limit.ts';

function limited(count: number, per: number) {
  const state = { now: 1_000_000 };
  const limit = new RateLimit({ count, per, elapsed: () => state.now });
  const takes = (key: string, times: number) => Array.from({ length: times }, () => limit.take(key));
  const pass = (millis: number): void => {
    state.now += millis;
  };
  return { limit, takes, pass };
}

describe('a rate', () => {
  it('lets its count through at once, and then says how long to wait', () => {
    const { takes } = limited(3, 3_000);
    expect(takes('a', 5)).toEqual([0, 0, 0, 1_000, 1_000]);
  });

  it('is refilled evenly, and never beyond its count', () => {
    const { takes, pass } = limited(3, 3_000);
    takes('a', 3);
    pass(1_000);
    expect(takes('a', 2)).toEqual([0, 1_000]);
    pass(100_000);
    expect(takes('a', 4)).toEqual([0, 0, 0, 1_000]);
  });

  it('counts each key by itself', () => {
    const { takes } = limited(1, 1_000);
    takes('a', 1);
    expect(takes('b', 1)).toEqual([0]);
  });

  it('takes nothing where it is only asked', () => {
    const { limit, takes } = limited(2, 1_000);
    expect([limit.wait('a'), limit.wait('a'), limit.wait('a')]).toEqual([0, 0, 0]);
    takes('a', 2);
    expect(limit.wait('a')).toBe(500);
  });

  it('is exact where its interval is no whole number', () => {
    const { takes } = limited(7, 1_000);
    expect(takes('a', 8).filter((wait) => wait === 0)).toHaveLength(7);
  });

  it('remembers a busy key however many others come, and at most so many of them', () => {
    const { limit, takes, pass } = limited(2, 60_000);
    takes('busy', 2);
    pass(1);
    for (let at = 0; at < 8_000; at += 1) limit.take(`other ${at}`);
    expect(limit.wait('busy')).toBeGreaterThan(0);
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < 400_000; at += 1) limit.take(`stranger ${at}`);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000);
  });
});
