// The post step as a process: every lease goes back, what that means is said honestly, and a failure is loud but does not
// fail the job unless the workflow asks for that.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { issued, leaseReturned, reset, says, unavailable } from '../support/broker-answers.ts';
import { BrokerDouble } from '../support/broker-double.ts';
import { runStep } from '../support/run-action.ts';
import { tell } from './tell.ts';

let broker: BrokerDouble;

beforeEach(async () => {
  broker = await BrokerDouble.start();
  broker.answer('POST /v1/token', issued());
});

afterEach(async () => {
  await broker.close();
  expect(broker.problems).toEqual([]);
});

/** The post step of a use that got its credential. */
async function post(name: string, inputs: Record<string, string> = {}) {
  const { state } = await runStep(broker);
  broker.requests.length = 0;
  return tell(broker, name, { action: 'post', state, inputs });
}

test('the post step returns the lease', async () => {
  broker.answer('DELETE /v1/leases', leaseReturned('immediate'));
  const { exitCode, stdout } = await post('returned');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('the broker revokes the credential now; its log says when that is done');
});

test('a credential that can’t be revoked is not called revoked', async () => {
  broker.answer('DELETE /v1/leases', leaseReturned('at-expiry', '2026-11-22T14:00:00.000Z'));
  const { stdout } = await post('returned-dies-at-expiry');
  expect(stdout).toContain("can't be revoked; it dies at 2026-11-22T14:00:00.000Z");
});

test('a lease that ended before is no failure', async () => {
  broker.answer('DELETE /v1/leases', says(204));
  const { exitCode, stdout } = await post('returned-before');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('it had ended already');
});

test('a lost answer is asked for again', async () => {
  broker.answer('DELETE /v1/leases', reset, says(204));
  const { stdout } = await post('returned-after-reset');
  expect(stdout).toContain('it had ended already');
});

test('a lease that the broker does not take back is a warning', async () => {
  broker.answer('DELETE /v1/leases', says(404, { code: 'NOT_FOUND', title: 'No such lease' }));
  const { exitCode, stdout } = await post('not-returned');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('::warning title=Lease lse_1 could not be returned::');
  expect(stdout).toContain('https://github.com/acme/shop/actions/runs/15987654321');
});

test('with fail-on-revoke-error it fails the job', async () => {
  broker.answer('DELETE /v1/leases', unavailable('0'));
  const { exitCode, stdout } = await post('not-returned-fails', { 'fail-on-revoke-error': 'true' });
  expect(exitCode).toBe(1);
  expect(stdout).toContain('::error title=Lease lse_1 could not be returned::');
});

test('with skip-revoke the lease is left to end by itself', async () => {
  const { exitCode } = await post('skip-revoke', { 'skip-revoke': 'true' });
  expect(exitCode).toBe(0);
  expect(broker.requests).toEqual([]);
});

test('a use that got nothing returns nothing', async () => {
  const { exitCode } = await tell(broker, 'nothing-to-return', { action: 'post' });
  expect(exitCode).toBe(0);
  expect(broker.requests).toEqual([]);
});

test('two uses in one job hold and return a lease each', async () => {
  broker.answer('DELETE /v1/leases', leaseReturned('immediate'));
  const first = await runStep(broker);
  const second = await runStep(broker);
  for (const { state } of [second, first]) await runStep(broker, { action: 'post', state });
  expect(first.outputs['token']).not.toBe(second.outputs['token']);
  expect(broker.requestsOf('DELETE /v1/leases').map(({ path }) => path)).toEqual([
    '/v1/leases/lse_2',
    '/v1/leases/lse_1',
  ]);
});
