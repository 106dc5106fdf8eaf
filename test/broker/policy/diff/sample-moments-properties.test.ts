import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleMoments } from '../../../../broker/policy/diff/sample-moments.ts';
import type { TimeWindow } from '../../../../broker/policy/rule-document.ts';
import { windowsHold } from '../../../../broker/policy/time-condition.ts';

const START = Date.UTC(2027, 0, 4);
const CLOCKS = ['09:00-17:00', '22:30-06:00', '16:59-17:01'];
const windows = fc.array(
  fc.record({
    zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
    days: fc.constantFrom('mon-fri', 'sat', 'fri-mon').map((days) => [days]),
    between: fc.subarray(CLOCKS, { minLength: 1 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const moments = fc.integer({ min: 0, max: 364 * 24 * 60 }).map((minutes) => START + minutes * 60_000);

const openAt = (all: readonly TimeWindow[], now: number): string =>
  all.map((one) => (windowsHold([one])(now) ? '1' : '0')).join('');

describe('sampled moments', () => {
  it('are at every set of windows that is ever open together', () => {
    fc.assert(
      fc.property(windows, fc.array(moments, { minLength: 20, maxLength: 20 }), (all, some) => {
        const sampled = new Set(sampleMoments(all).map((one) => openAt(all, one)));
        for (const now of some) expect([...sampled]).toContain(openAt(all, now));
      }),
      { numRuns: 6 },
    );
  });
});
