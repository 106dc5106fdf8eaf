import { expect, test } from 'vitest';
import { run } from '../../action/run.ts';
import { NoAnswer } from '../../action/send.ts';
import { issuedAnswer, TOKEN } from '../support/issued-answer.ts';
import { answering, type JobDouble, jobDouble } from '../support/job-double.ts';

const parameters = (job: JobDouble, at: number) => Object.fromEntries(new URLSearchParams(job.sent[at]?.body));

test('every mask precedes every output, and the lease is kept before the token is written', async () => {
  const job = jobDouble({ answers: [answering(200, await issuedAnswer())] });
  await run(job);
  const { events } = job;
  const lastMask = events.findLastIndex((event) => event.startsWith('mask '));
  const state = events.findIndex((event) => event.startsWith('state lease = '));
  expect(events.indexOf(`mask ${TOKEN}`)).toBeGreaterThan(0);
  expect(lastMask).toBeLessThan(state);
  expect(state).toBeLessThan(events.indexOf(`output token = ${TOKEN}`));
});

test('a lost answer is asked for with the same secret and a fresh token', async () => {
  const job = jobDouble({
    answers: [new NoAnswer('reset'), answering(503, '', { 'retry-after': '3' }), answering(200, await issuedAnswer())],
  });
  await run(job);
  expect(parameters(job, 0)['request_secret']).toBe(parameters(job, 2)['request_secret']);
  expect(new Set([0, 1, 2].map((at) => parameters(job, at)['subject_token'])).size).toBe(3);
  expect(job.events).toContain('wait 3000 ms');
});

test.for([429, 502, 503, 504])('%i is tried again', async (status) => {
  const job = jobDouble({ answers: [answering(status, ''), answering(200, await issuedAnswer())] });
  await run(job);
  expect(job.sent).toHaveLength(2);
});

test.for([401, 403, 404, 413, 500])('%i is not tried again', async (status) => {
  const job = jobDouble({ answers: [answering(status, { error: 'server_error', request_id: 'req_9' })] });
  await expect(run(job)).rejects.toMatchObject({
    lines: [`https://broker.example.com answered ${status}: server_error, request req_9.`],
  });
  expect(job.sent).toHaveLength(1);
});

test('a broker that asks to slow down is asked again after its interval', async () => {
  const job = jobDouble({
    answers: [answering(400, { error: 'slow_down', interval: 7 }), answering(200, await issuedAnswer())],
  });
  await run(job);
  expect(job.events).toContain('wait 7000 ms');
});

test('a request that is spent twice is a refusal', async () => {
  const spent = answering(400, {
    error: 'invalid_request',
    error_description: 'This request is spent.',
    code: 'REQUEST_SPENT',
  });
  const job = jobDouble({ answers: [spent, spent] });
  await expect(run(job)).rejects.toMatchObject({ lines: ['This request is spent. (REQUEST_SPENT)'] });
});

test('without the files of the runner nothing is asked for', async () => {
  const job = jobDouble({ environment: { GITHUB_OUTPUT: '' } });
  await expect(run(job)).rejects.toMatchObject({ lines: [expect.stringContaining('GITHUB_OUTPUT must name')] });
  expect(job.sent).toEqual([]);
});

test('a 200 that is no JSON says so', async () => {
  const job = jobDouble({ answers: [answering(200, 'Welcome to the hotel')] });
  await expect(run(job)).rejects.toMatchObject({
    lines: [
      expect.stringContaining('it is no JSON object'),
      'The answer names no lease that could be returned; if one was issued, it ends by itself.',
    ],
  });
});

test('a dry run asks for the decision alone', async () => {
  const job = jobDouble({
    inputs: { 'dry-run': 'true', ttl: '5m' },
    answers: [answering(200, { decision: 'permit', reasons: [] })],
  });
  await run(job);
  expect(job.sent.map(({ url, body }) => `${url} ${body}`)).toEqual([
    'https://broker.example.com/v1/explain scope=shop%2Fpublish-preview&ttl=300',
  ]);
});

test('a problem of the dry run is told in the broker’s words', async () => {
  const job = jobDouble({
    inputs: { 'dry-run': 'true' },
    answers: [answering(401, { code: 'TOKEN_EXPIRED', detail: 'The token expired.' })],
  });
  await expect(run(job)).rejects.toMatchObject({
    lines: ['https://broker.example.com answered 401: The token expired (TOKEN_EXPIRED).'],
  });
});

test('where certificates are not checked, no token is even asked for', async () => {
  const asked: unknown[] = [];
  const job = jobDouble({
    environment: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    getIDToken: async (audience) => String(asked.push(audience)),
  });
  await expect(run(job)).rejects.toMatchObject({
    message: 'Certificate checks are off',
    lines: [
      expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED is "0"'),
      expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    ],
  });
  expect([asked, job.sent]).toEqual([[], []]);
});
