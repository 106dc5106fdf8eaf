import { describe, expect, test } from 'vitest';
import { run } from '../../action/run.ts';
import { NoAnswer } from '../../action/send.ts';
import { issuedAnswer } from '../support/issued-answer.ts';
import { answering, INPUTS, type JobDouble, jobDouble } from '../support/job-double.ts';

const PAGE = 'https://broker.example.com/requests/req_1';
const pending = (request_url = PAGE) =>
  answering(400, { error: 'authorization_pending', request_id: 'req_1', request_url, interval: 5, expires_in: 1800 });
const status = (state: string, more = {}) =>
  answering(200, { request_id: 'req_1', state, request_url: PAGE, expires_in: 900, ...more });
const sentTo = (job: JobDouble, path: string) => job.sent.filter(({ url }) => url.includes(path));
const parameters = (job: JobDouble, at: number) =>
  Object.fromEntries(new URLSearchParams(sentTo(job, '/v1/token')[at]?.body));

describe('a job that people must approve', () => {
  test('prints the link once, waits at the request, and collects with a fresh token and the same secret', async () => {
    const answers = [pending(), status('pending'), status('pending'), status('approved')];
    const job = jobDouble({ answers: [...answers, answering(200, await issuedAnswer({ assurance: 'approved' }))] });
    await run(job);
    const printed = job.events.filter((event) => !event.startsWith('output '));
    expect(printed.filter((event) => event.includes(PAGE))).toHaveLength(1);
    expect(sentTo(job, '/v1/requests/').map(({ url }) => new URL(url).search)).toEqual(Array(3).fill('?wait=25'));
    const [first, second] = [parameters(job, 0), parameters(job, 1)];
    expect(second['request_secret']).toBe(first['request_secret']);
    expect(second['subject_token']).not.toBe(first['subject_token']);
    expect(sentTo(job, '/v1/requests/')[0]?.headers['authorization']).toBe(`Bearer ${first['request_secret']}`);
  });

  test('says now and then that it still waits', async () => {
    const answers = [pending(), ...Array(130).fill(status('pending')), status('approved')];
    const job = jobDouble({ answers: [...answers, answering(200, await issuedAnswer())] });
    await run(job);
    expect(job.events.filter((event) => event.startsWith('Still waiting'))).toHaveLength(2);
  });

  test('goes on waiting where the broker restarts meanwhile', async () => {
    const down = [new NoAnswer('reset'), answering(503, '')];
    const job = jobDouble({
      answers: [pending(), ...down, status('approved'), answering(200, await issuedAnswer())],
    });
    await run(job);
    expect(job.events.at(-1)).toContain('Issued');
  });

  test('shows no address that is not of its broker', async () => {
    const job = jobDouble({
      answers: [
        pending('https://evil.example/requests/req_1'),
        status('approved'),
        answering(200, await issuedAnswer()),
      ],
    });
    await run(job);
    expect(job.events.join('\n')).not.toContain('evil.example');
    expect(job.events.join('\n')).toContain('The request is req_1.');
  });
});

describe('the wait ends without a credential', () => {
  test.each([
    ['rejected', { reason: 'Not on a Friday.' }, 'An approver said no: Not on a Friday.'],
    ['rejected', {}, 'An approver said no.'],
    ['expired', {}, 'Tell the approvers'],
    ['withdrawn', {}, 'Run the job again if it is still needed'],
    ['void', {}, 'Its policy was changed while this job waited'],
  ])('where it was %s %o', async (state, more, said) => {
    const job = jobDouble({ answers: [pending(), status(state, more)] });
    const failure = await run(job).catch((error: Error & { lines: string[] }) => error);
    expect(failure?.lines.join('\n')).toContain(said);
    expect(failure?.lines.at(-1)).toBe(`What was decided: ${PAGE}`);
  });

  test('when its own patience does, and takes the request back', async () => {
    const answers = [pending(), status('pending'), status('pending'), status('withdrawn')];
    const job = jobDouble({ inputs: { ...INPUTS, 'approval-timeout': '10s' }, answers });
    await expect(run(job)).rejects.toMatchObject({
      message: 'shop/publish-preview was not approved in time',
      lines: [expect.stringContaining('(approval-timeout)'), 'The request was withdrawn.'],
    });
    expect(job.sent.at(-1)).toMatchObject({ method: 'DELETE', url: 'https://broker.example.com/v1/requests/req_1' });
  });

  test('when the job is cancelled, and takes the request back', async () => {
    const cancel = new AbortController();
    const job = jobDouble({ answers: [pending(), status('withdrawn')], cancelled: cancel.signal });
    const { send } = job;
    const held: JobDouble = {
      ...job,
      send: (request) => {
        if (request.method !== 'GET') return send(request);
        cancel.abort();
        return new Promise(() => undefined);
      },
    };
    await expect(run(held)).rejects.toMatchObject({
      message: 'The job was cancelled',
      lines: ['It was waiting for approval.', 'The request was withdrawn.'],
    });
  });

  test('when the broker names no request to wait for', async () => {
    const job = jobDouble({ answers: [answering(400, { error: 'authorization_pending' })] });
    await expect(run(job)).rejects.toMatchObject({ lines: [expect.stringContaining('names no request')] });
  });
});
