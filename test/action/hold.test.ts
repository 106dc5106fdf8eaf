import { expect, test } from 'vitest';
import type { Answered } from '../../action/ask.ts';
import { hold } from '../../action/hold.ts';
import { returnLease } from '../../action/return-lease.ts';
import { inputs, issuedAnswer } from '../support/issued-answer.ts';
import { answering, CLAIMS, type JobOptions, jobDouble } from '../support/job-double.ts';

const RETURNED = answering(200, { revocation: 'immediate', upstream_expires_at: null });

const issued = async (): Promise<Answered> => ({
  answer: { outcome: 'issued', issued: await issuedAnswer() },
  requestSecret: 'S'.repeat(43),
  claims: CLAIMS,
});

const jobThatReturns = (options: JobOptions = {}) => jobDouble({ answers: [RETURNED], ...options });

test('a lease that can’t be kept is returned before the step fails', async () => {
  const job = jobThatReturns();
  Object.assign(job.toolkit, {
    saveState: () => {
      throw new Error('Missing file at path: /runner/state');
    },
  });
  await expect(hold(job, inputs(), await issued())).rejects.toMatchObject({
    message: 'The lease could not be kept for the post step',
    lines: [
      "The state of this step can't be written: Missing file at path: /runner/state.",
      expect.stringContaining('Lease lse_1 returned'),
    ],
  });
  expect(job.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'DELETE https://broker.example.com/v1/leases/lse_1',
  ]);
});

test('a credential that comes after the job was cancelled goes back', async () => {
  const job = jobThatReturns({ cancelled: AbortSignal.abort() });
  await expect(hold(job, inputs(), await issued())).rejects.toMatchObject({
    message: 'The job was cancelled',
    lines: ['The credential came too late and is not used.', expect.stringContaining('Lease lse_1 returned')],
  });
  expect(job.events.filter((event) => event.startsWith('state '))).toEqual([]);
});

test('a cancelled job tries to give back once, in the seconds that it has', async () => {
  const job = jobThatReturns({ cancelled: AbortSignal.abort(), answers: [answering(503, '')] });
  await expect(hold(job, inputs(), await issued())).rejects.toMatchObject({
    lines: [expect.any(String), expect.stringContaining('Lease lse_1 could not be returned: Tried once')],
  });
  expect(job.sent).toMatchObject([{ method: 'DELETE', timeoutMs: 3_000 }]);
});

test('what could not be given back is left to the post step, which returns it even with skip-revoke', async () => {
  const main = jobThatReturns({ cancelled: AbortSignal.abort(), answers: [answering(503, '')] });
  await expect(hold(main, inputs(), await issued())).rejects.toMatchObject({
    lines: [expect.any(String), expect.stringContaining('The post step tries again.')],
  });
  const kept = main.events.find((event) => event.startsWith('state lease = '));
  const state = { lease: String(kept).replace('state lease = ', '') };
  const post = jobThatReturns({ state, inputs: { 'skip-revoke': 'true' } });
  await returnLease(post);
  expect(post.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'DELETE https://broker.example.com/v1/leases/lse_1',
  ]);
});

test('where it can’t be left to the post step either, that is not promised', async () => {
  const job = jobThatReturns({ cancelled: AbortSignal.abort(), answers: [answering(503, '')] });
  Object.assign(job.toolkit, {
    saveState: () => {
      throw new Error('Missing file at path: /runner/state');
    },
  });
  await expect(hold(job, inputs(), await issued())).rejects.toMatchObject({
    lines: [expect.any(String), expect.stringMatching(/could not be returned: .* It ends by itself\.$/u)],
  });
});
