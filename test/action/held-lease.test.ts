import { expect, test } from 'vitest';
import { heldLease, keepLease } from '../../action/held-lease.ts';
import { jobDouble } from '../support/job-double.ts';

const LEASE = {
  broker: 'https://broker.example.com',
  leaseId: 'lse_1',
  requestSecret: 'S'.repeat(43),
  expiresAt: '2026-11-22T12:10:00.000Z',
};

test('what the main step keeps is what the post step reads', () => {
  const main = jobDouble();
  keepLease(main, LEASE);
  const lease = main.events[0]?.replace('state lease = ', '') ?? '';
  expect(heldLease(jobDouble({ state: { lease } }))).toEqual(LEASE);
});

test('a step that kept nothing holds nothing', () => {
  expect(heldLease(jobDouble())).toBeUndefined();
});

test.for([
  ['cut off', '{"requestSecret":"S3CR3T'],
  ['another thing', '"S3CR3T-VALUE"'],
  ['of a broker without TLS', JSON.stringify({ ...LEASE, broker: 'http://broker.example.com' })],
  ['without its lease', JSON.stringify({ ...LEASE, leaseId: undefined })],
])('a kept lease that is %s is told without a word of it', ([, lease = '']) => {
  const job = jobDouble({ state: { lease } });
  expect(() => heldLease(job)).toThrow(
    expect.objectContaining({
      message: 'The lease of this step could not be returned',
      lines: ['What the main step kept of it (STATE_lease) is garbled. The lease ends by itself.'],
    }),
  );
});
