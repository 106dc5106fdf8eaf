import { describe, expect, it } from 'vitest';
import { createFoundOnce, type Rules } from '../../broker/found-once.ts';

const setUp = () => {
  const time = { now: 0 };
  const clock = { now: () => time.now };
  const rules: Rules<number> = { until: () => time.now + 100, keeps: (failure) => failure === 'kept' };
  let asked = 0;
  const find = async (): Promise<number> => ++asked;
  return { time, found: createFoundOnce(clock), rules, find };
};

describe('what was found', () => {
  it('is found once for all who ask at the same time, and again once it is old', async () => {
    const { time, found, rules, find } = setUp();
    const get = () => found.get('a', find, rules);
    expect(await Promise.all([get(), get()])).toEqual([1, 1]);
    time.now = 99;
    expect(await get()).toBe(1);
    time.now = 100;
    expect(await get()).toBe(2);
  });

  it('is found again after the clock was set back: it would be young for as long as that', async () => {
    const { time, found, rules, find } = setUp();
    time.now = 3_600_000;
    expect(await found.get('a', find, rules)).toBe(1);
    time.now = 3_599_999;
    expect(await found.get('a', find, rules)).toBe(2);
    expect(await found.get('a', find, rules)).toBe(2);
  });

  it('is not kept where it failed, unless the failure is an answer', async () => {
    const { found, rules, find } = setUp();
    const fails = (why: string) => found.get('a', () => Promise.reject(why), rules).catch((one: unknown) => one);
    expect(await fails('passes')).toBe('passes');
    expect(await found.get('a', find, rules)).toBe(1);
    found.forget('a');
    expect(await fails('kept')).toBe('kept');
    expect(await found.get('a', find, rules).catch((one: unknown) => one)).toBe('kept');
  });

  it('is forgotten where there is too much of it', async () => {
    const { found, rules, find } = setUp();
    for (let key = 0; key <= 10_000; key++) await found.get(String(key), find, rules);
    expect(await found.get('10000', find, rules)).toBe(10_001);
    expect(await found.get('0', find, rules)).toBe(10_002);
  });
});
