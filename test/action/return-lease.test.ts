import { expect, test } from 'vitest';
import { returnLease } from '../../action/return-lease.ts';
import { answering, jobDouble } from '../support/job-double.ts';

const held = JSON.stringify({
  broker: 'https://broker.example.com',
  leaseId: 'lse_1',
  requestSecret: 'S'.repeat(43),
  expiresAt: '2026-11-22T12:10:00.000Z',
});

test('the broker has only queued the revocation: no more than that is said', async () => {
  const returned = answering(200, { revocation: 'immediate', upstream_expires_at: '2026-11-22T13:00:00.000Z' });
  const job = jobDouble({ state: { lease: held }, answers: [returned] });
  await returnLease(job);
  expect(job.events.at(-1)).toBe(
    'Lease lse_1 returned: the broker revokes the credential now; its log says when that is done.',
  );
});

test('a garbled state is a warning, and shows nothing of itself', async () => {
  const job = jobDouble({ state: { lease: '"S3CR3TVALUE' } });
  await returnLease(job);
  expect(job.events).toEqual([
    'warning The lease of this step could not be returned: What the main step kept of it (STATE_lease) is garbled. The lease ends by itself.',
  ]);
});

test('a garbled state fails the job that wants to know', async () => {
  const job = jobDouble({ state: { lease: '{' }, inputs: { 'fail-on-revoke-error': 'true' } });
  await expect(returnLease(job)).rejects.toThrow('The lease of this step could not be returned');
});

test('the secret of a request is not sent where certificates are not checked', async () => {
  const job = jobDouble({ state: { lease: held }, environment: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
  await returnLease(job);
  expect(job.sent).toEqual([]);
  expect(job.events.at(-1)).toContain('warning Lease lse_1 could not be returned: ');
  expect(job.events.at(-1)).toContain('NODE_TLS_REJECT_UNAUTHORIZED is "0" in this job');
});
