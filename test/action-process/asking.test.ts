// The main step as a process: environment in, commands, files and requests out. Each story is a file to read.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  issued,
  leaseReturned,
  pending,
  refused,
  reset,
  says,
  silence,
  unavailable,
  waits,
} from '../support/broker-answers.ts';
import { BrokerDouble } from '../support/broker-double.ts';
import { temporaryDirectory } from '../support/config-file.ts';
import { leaks, runStep } from '../support/run-action.ts';
import { FAST_FORWARD, tell } from './tell.ts';

let broker: BrokerDouble;

beforeEach(async () => {
  broker = await BrokerDouble.start();
});

afterEach(async () => {
  await broker.close();
  expect(broker.problems).toEqual([]);
});

test('a permitted job gets its credential, masked before it is written', async () => {
  broker.answer('POST /v1/token', issued());
  const { exitCode, outputs } = await tell(broker, 'issued');
  expect(exitCode).toBe(0);
  expect(outputs['lease-id']).toBe('lse_1');
});

test('everything that a job can say with its ask reaches the broker', async () => {
  broker.answer('POST /v1/token', issued({ answer: { expires_in: 300 } }));
  const { variables } = await tell(broker, 'issued-with-all-inputs', {
    inputs: { ttl: '5m', reason: 'Preview of the new cart', ticket: 'SHOP-17', 'export-env': 'true' },
  });
  expect(Object.keys(variables)).toEqual(['BUILDPASS_TOKEN']);
});

test('with a pinned log key the receipt is verified', async () => {
  broker.answer('POST /v1/token', issued());
  const { outputs } = await tell(broker, 'issued-with-receipt', { inputs: { 'log-key': broker.log.verifierKey } });
  expect(outputs['log-index']).toBe('6');
});

test('while the log changes its key the job is told to take up the new one', async () => {
  broker.log.changeKey();
  broker.answer('POST /v1/token', issued());
  const { exitCode } = await tell(broker, 'issued-while-the-log-key-changes', {
    inputs: { 'log-key': broker.log.verifierKey },
  });
  expect(exitCode).toBe(0);
});

test('in a public repository the summary says only that a credential was granted', async () => {
  broker.claims = { ...broker.claims, repository_visibility: 'public' };
  broker.answer('POST /v1/token', issued());
  const { summary } = await tell(broker, 'issued-in-public');
  expect(summary).not.toContain('rule of policy');
});

test('a denied job reads what to change, the nearest rule first', async () => {
  const reasons = [
    {
      code: 'POLICY_NO_MATCH',
      message: 'The branch is another.',
      rule: 1,
      condition: 'branch',
      expected: 'main or release/*',
      got: 'feature/cart',
    },
    { code: 'POLICY_NO_MATCH', rule: 0, condition: 'branch', expected: 'main', got: 'feature/cart' },
    { code: 'EVENT_NOT_ALLOWED', rule: 0, condition: 'event', expected: 'push', got: 'workflow_run' },
  ];
  broker.answer('POST /v1/token', refused('access_denied', { error_description: 'No rule allows this.', reasons }));
  const { exitCode, stdout } = await tell(broker, 'denied');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('expected main or release/*, got "feature/cart"');
});

test('where the broker gives codes only, they and the link are shown', async () => {
  broker.answer('POST /v1/token', refused('access_denied', { reasons: [{ code: 'POLICY_NO_MATCH' }] }));
  const { stdout } = await tell(broker, 'denied-in-public');
  expect(stdout).toContain('POLICY_NO_MATCH');
});

test('a stranger reads what the broker says to strangers', async () => {
  const body = { error: 'access_denied', error_description: 'No such entitlement for this job.', request_id: 'req_1' };
  broker.answer('POST /v1/token', says(400, body));
  const { stdout } = await tell(broker, 'denied-stranger');
  expect(stdout).toContain('No such entitlement for this job.');
});

test('an entitlement that needs approval says that this broker has nobody to ask', async () => {
  broker.answer(
    'POST /v1/token',
    refused('access_denied', { reasons: [{ code: 'APPROVAL_UNAVAILABLE', message: 'Approval is not available.' }] }),
  );
  const { stdout } = await tell(broker, 'denied-approval-unavailable');
  expect(stdout).toContain('needs approval, and this broker has nobody who could give it');
});

test('a job that people must approve waits, prints the link once, and goes on with what they approved', async () => {
  broker.answer('POST /v1/token', pending(), issued());
  broker.answer('GET /v1/requests', waits('pending'), waits('approved'));
  const { exitCode, stdout, outputs } = await tell(broker, 'approved', { environment: FAST_FORWARD });
  expect(exitCode).toBe(0);
  expect(stdout.split('/requests/req_1')).toHaveLength(2);
  expect(outputs['token']).toBeDefined();
});

test('a job that people reject says who to talk to', async () => {
  broker.answer('POST /v1/token', pending());
  broker.answer('GET /v1/requests', waits('rejected', 'Not on a Friday.'));
  const { exitCode, stdout } = await tell(broker, 'rejected');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('An approver said no: Not on a Friday.');
});

test('a bad request shows the description and the code of the broker', async () => {
  broker.answer(
    'POST /v1/token',
    says(400, { error: 'invalid_request', error_description: `The token is for "x".`, code: 'AUDIENCE_MISMATCH' }),
  );
  const { stdout } = await tell(broker, 'invalid-request');
  expect(stdout).toContain('AUDIENCE_MISMATCH');
});

test('after a lost answer and a busy broker the same request asks again with fresh tokens', async () => {
  broker.answer('POST /v1/token', reset, unavailable('0'), issued());
  const { exitCode } = await tell(broker, 'issued-after-trouble');
  const asks = broker.requestsOf('POST /v1/token');
  expect(exitCode).toBe(0);
  expect(new Set(asks.map(({ parameters }) => parameters['request_secret'])).size).toBe(1);
  expect(new Set(asks.map(({ parameters }) => parameters['subject_token'])).size).toBe(3);
});

test('a spent request is asked anew, once', async () => {
  broker.answer('POST /v1/token', says(400, { error: 'invalid_request', code: 'REQUEST_SPENT' }), issued());
  await tell(broker, 'issued-after-spent-request');
  expect(new Set(broker.requestsOf('POST /v1/token').map(({ parameters }) => parameters['request_secret'])).size).toBe(
    2,
  );
});

test('a broker that is down is tried five times, and the end says which and why', async () => {
  const down = 'http://127.0.0.1:9';
  const { exitCode, stdout } = await tell(broker, 'broker-down', {
    inputs: { 'broker-url': down, audience: broker.url },
    environment: FAST_FORWARD,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`Tried 5 times`);
  expect(stdout).toContain(`${down} could not be reached`);
});

test('a broker that does not answer is given up within two minutes', async () => {
  broker.answer('POST /v1/token', silence);
  const result = await runStep(broker, { environment: FAST_FORWARD });
  expect(result.exitCode).toBe(1);
  expect(result.stdout).toContain('no answer within');
  expect(leaks(broker, result)).toEqual([]);
  expect(broker.requests.length).toBeLessThanOrEqual(5);
});

test('a dry run shows claims and decision, and asks for nothing', async () => {
  broker.answer('POST /v1/explain', says(200, { decision: 'permit', reasons: [] }));
  const { outputs } = await tell(broker, 'dry-run', { inputs: { 'dry-run': 'true' } });
  expect(outputs).toEqual({});
  expect(broker.requestsOf('POST /v1/token')).toEqual([]);
});

test('a denial in a dry run warns, and the step succeeds', async () => {
  const reasons = [{ code: 'POLICY_NO_MATCH', rule: 0, condition: 'branch', expected: 'main', got: 'feature/cart' }];
  broker.answer('POST /v1/explain', says(200, { decision: 'deny', reasons }));
  const { exitCode } = await tell(broker, 'dry-run-denied', { inputs: { 'dry-run': 'true' } });
  expect(exitCode).toBe(0);
});

test('a wrong input ends the step before anything is asked', async () => {
  const { exitCode } = await tell(broker, 'wrong-input', { inputs: { entitlement: 'Shop/preview' } });
  expect(exitCode).toBe(1);
  expect(broker.requests).toEqual([]);
});

test('a credential that was on its way when the job was cancelled is returned', async () => {
  const [cancelling, told] = [new AbortController(), join(await temporaryDirectory(), 'told')];
  const note = `process.on('SIGINT', () => process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(told)}, ''))`;
  broker.answer('POST /v1/token', async (asked) => {
    cancelling.abort();
    // The signal goes another way than the answer, and must be there first.
    await expect.poll(() => existsSync(told)).toBe(true);
    return issued()(asked);
  });
  broker.answer('DELETE /v1/leases', leaseReturned('immediate'));
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(note)}` };
  const { outputs, state, exitCode } = await tell(broker, 'cancelled', { signal: cancelling.signal, environment });
  expect({ outputs, state, exitCode }).toEqual({ outputs: {}, state: {}, exitCode: 1 });
  expect(broker.requestsOf('DELETE /v1/leases').map(({ path }) => path)).toEqual(['/v1/leases/lse_1']);
});

test('a cancelled job does not wait for a silent broker', async () => {
  const cancelling = new AbortController();
  broker.answer('POST /v1/token', () => {
    cancelling.abort();
    return 'silence';
  });
  const result = await runStep(broker, { signal: cancelling.signal, environment: FAST_FORWARD });
  expect(result).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('::error title=The job was cancelled::'),
  });
  expect(Object.keys(result.outputs)).toEqual([]);
  expect(leaks(broker, result)).toEqual([]);
  expect(broker.requests).toHaveLength(1);
});

test('a cancelled job does not wait for its next attempt', async () => {
  const cancelling = new AbortController();
  broker.answer('POST /v1/token', (asked) => {
    setTimeout(() => cancelling.abort(), 200);
    return unavailable('60')(asked);
  });
  const result = await runStep(broker, { signal: cancelling.signal });
  expect(result.exitCode).toBe(1);
  expect(result.stdout).toContain('Buildpass was still asking, and holds no credential.');
  expect(leaks(broker, result)).toEqual([]);
  expect(broker.requests).toHaveLength(1);
});
