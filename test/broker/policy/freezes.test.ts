import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { buildAsk, buildPolicies, outcomeOf } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

function at(moment: string, from: string, to: string): string {
  const freeze = [{ from, to, zone: 'Europe/Berlin', reason: 'Holidays' }];
  const policies = buildPolicies({ organization: { guardrails: { freeze } } });
  return outcomeOf(evaluate(policies, buildSubject(), buildAsk({ now: Date.parse(moment) })));
}

describe('a freeze where clocks change', () => {
  it('lasts until the second of two hours that are called the same', () => {
    const [from, to] = ['2026-10-24T00:00', '2026-10-25T02:30'] as const;
    expect(at('2026-10-25T00:31:00Z', from, to)).toBe('FROZEN');
    expect(at('2026-10-25T01:29:00Z', from, to)).toBe('FROZEN');
    expect(at('2026-10-25T01:30:00Z', from, to)).toBe('permit');
  });

  it('starts at the first of the two', () => {
    const [from, to] = ['2026-10-25T02:30', '2026-11-01T00:00'] as const;
    expect(at('2026-10-25T00:29:00Z', from, to)).toBe('permit');
    expect(at('2026-10-25T00:30:00Z', from, to)).toBe('FROZEN');
  });

  it('starts with the change where its hour is left out', () => {
    const [from, to] = ['2027-03-28T02:30', '2027-04-25T00:00'] as const;
    expect(at('2027-03-28T00:59:00Z', from, to)).toBe('permit');
    expect(at('2027-03-28T01:00:00Z', from, to)).toBe('FROZEN');
  });
});
