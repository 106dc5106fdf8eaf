// Answers that no honest broker gives, met by the action as a process: nothing is written, nothing leaks, nothing in them
// acts, and a lease that may exist goes back.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KindName } from '../../shared/issued-credential.ts';
import { type Changes, issued, issuedOf, leaseReturned, refused, says } from '../support/broker-answers.ts';
import { type Answer, BrokerDouble } from '../support/broker-double.ts';
import type { Differing } from '../support/kind-answers.ts';
import { LogDouble } from '../support/log-double.ts';
import { leaks, runStep } from '../support/run-action.ts';
import { tell } from './tell.ts';

let broker: BrokerDouble;

beforeEach(async () => {
  broker = await BrokerDouble.start();
  broker.answer('DELETE /v1/leases', leaseReturned('immediate'));
});

afterEach(async () => {
  await broker.close();
  expect(broker.problems).toEqual([]);
});

/** The step fails, and nothing of the answer is handed on: what is kept is at most a lease that is still to return. */
async function expectNothingWritten(answer: Answer, inputs: Record<string, string> = {}) {
  broker.answer('POST /v1/token', answer);
  const result = await runStep(broker, { inputs });
  const { exitCode, outputs, variables, summary, stderr } = result;
  expect({ exitCode, outputs, variables, summary, stderr }).toEqual({
    exitCode: 1,
    outputs: {},
    variables: {},
    summary: '',
    stderr: '',
  });
  expect(Object.keys(result.state)).toEqual(result.stdout.includes('could not be returned') ? ['lease'] : []);
  expect(leaks(broker, result)).toEqual([]);
  return result;
}

const returned = (): string[] => broker.requestsOf('DELETE /v1/leases').map(({ path }) => path);

test('the credential of a receipt by another key is returned', async () => {
  const other = new LogDouble(broker.log.origin);
  broker.answer('POST /v1/token', issued());
  const { exitCode, outputs, state } = await tell(broker, 'bad-receipt', {
    inputs: { 'log-key': other.verifierKey },
  });
  expect({ exitCode, outputs, state }).toEqual({ exitCode: 1, outputs: {}, state: {} });
  expect(returned()).toEqual(['/v1/leases/lse_1']);
});

test.for([
  ['type', 'issuance.started'],
  ['issuance_id', 'iss_other'],
  ['lease_id', 'lse_other'],
  ['request_id', 'req_other'],
  ['fingerprint', 'a'.repeat(64)],
  ['entitlement', 'another'],
  ['repository_id', '2002'],
  ['run_id', '1'],
  ['run_attempt', '2'],
])('a genuine receipt of something else is refused: %s', async ([member = '', value = '']) => {
  const { stdout } = await expectNothingWritten(issued({ entry: { [member]: value } }), {
    'log-key': broker.log.verifierKey,
  });
  expect(stdout).toContain(`its entry in the log says ${member} "${value}"`);
  expect(returned()).toEqual(['/v1/leases/lse_1']);
});

test('where the lease can’t be returned either, that is said', async () => {
  broker.answer('DELETE /v1/leases', says(404, { code: 'NOT_FOUND', title: 'No such lease' }));
  const { stdout } = await expectNothingWritten(issued({ answer: { scope: 'shop/other' } }));
  expect(stdout).toContain('it is for "shop/other", and shop/publish-preview was asked for');
  expect(stdout).toContain('Lease lse_1 could not be returned');
  expect(stdout).toContain('The post step tries again.');
});

test('an answer without a part of it is refused, and its lease returned', async () => {
  const { stdout } = await expectNothingWritten(issued({ answer: { expires_in: undefined } }));
  expect(stdout).toContain('expires_in');
  expect(returned()).toEqual(['/v1/leases/lse_1']);
});

test('a lease id that would lead elsewhere is not followed', async () => {
  const { stdout } = await expectNothingWritten(issued({ answer: { lease_id: '../token' } }));
  expect(stdout).toContain('The answer names no lease that could be returned');
  expect(returned()).toEqual([]);
});

test('a token that is not the credential of the answer is refused', async () => {
  await expectNothingWritten(issued({ answer: { credential: { token: 'another' } } }));
});

test('a token of several lines is refused', async () => {
  const token = 'first\n::set-output name=x::y';
  await expectNothingWritten(issued({ answer: { access_token: token, credential: { token } } }));
});

test('no name in an answer becomes an output or a variable', async () => {
  const token = 'a-token-of-a-hostile-broker-0123456789';
  const credential = { token, 'PATH\nNODE_OPTIONS=--import=x': 'hostile value 1', NODE_OPTIONS: 'hostile value 2' };
  const answer = { access_token: token, credential };
  const { masks } = await expectNothingWritten(issued({ answer }), { 'export-env': 'true' });
  expect(masks).toEqual(expect.arrayContaining([token, 'hostile value 1', 'hostile value 2']));
  expect(returned()).toEqual(['/v1/leases/lse_1']);
});

test.for<[KindName, Differing & Changes, string]>([
  ['aws-role', { values: { aws_session_token: undefined } }, 'for aws-role, credential.aws_session_token is missing'],
  ['aws-role', { answer: { details: undefined } }, 'for aws-role, details.aws_region is missing'],
  ['aws-role', { answer: { token_type: 'Bearer' } }, 'access_token is not the credential'],
  ['github-token', { values: { extra: 'one too many' } }, 'credential holds "extra", which is none of its values'],
  ['kubernetes', { details: { server: undefined } }, 'details.server is missing'],
  ['kubernetes', { details: { server: 'http://cluster.example.com' } }, 'details.server must be an https address'],
  ['kubernetes', { details: { certificate_authority_data: 'Tm8gUEVN' } }, 'must be the base64 of certificates in PEM'],
  ['kubernetes', { details: { cluster: '::add-mask::x' } }, 'details.cluster must be made of'],
  ['gcp-service-account', { details: { project_id: 'a\n::set-env name=x::y' } }, 'details.project_id must be one line'],
  ['vault-secret', { values: { 'aws-region': 'x' } }, `credential holds "aws-region", which can't be an output`],
  ['vault-secret', { values: { 'node-options': '--import=x' } }, `"node-options" of shop/publish-preview can't be an`],
  ['jwt', { answer: { issued_token_type: 'urn:buildpass:token-type:later' } }, 'is of no kind that this version knows'],
])('%s with %j is not handed on, and its lease goes back', async ([kind, differing, message]) => {
  const { stdout } = await expectNothingWritten(issuedOf(kind, differing), { 'export-env': 'true' });
  expect(stdout).toContain(message);
  expect(returned()).toEqual(['/v1/leases/lse_1']);
});

const KEPT = { kept_at: { path: 'kv/data/shop', version: '7' }, fingerprint: undefined };

test.for<[string, KindName, NonNullable<Changes['entry']>, string]>([
  ['another kind', 'aws-role', KEPT, 'says fingerprint undefined'],
  ['no place', 'vault-secret', { fingerprint: undefined }, 'says fingerprint undefined'],
  ['half a place', 'vault-secret', { ...KEPT, kept_at: { path: 'kv' } }, 'says fingerprint undefined'],
  ['a wrong fingerprint beside it', 'vault-secret', { ...KEPT, fingerprint: 'a'.repeat(64) }, 'says fingerprint "aaaa'],
  ['the kind of another', 'aws-role', { kind: 'vault-secret', ...KEPT }, 'says kind "vault-secret"'],
  ['another run', 'vault-secret', { ...KEPT, run_id: '1' }, 'says run_id "1"'],
])('an entry without fingerprint is refused with %s', async ([, kind, entry, message]) => {
  const { stdout } = await expectNothingWritten(issuedOf(kind, { entry }), { 'log-key': broker.log.verifierKey });
  expect(stdout).toContain(message);
});

test('a page instead of an answer is not printed', async () => {
  const { stdout } = await expectNothingWritten(
    says(404, '<html>::error::gotcha</html>', { 'content-type': 'text/html' }),
  );
  expect(stdout).toContain('answered 404.%0AIs broker-url the address of a Buildpass broker?');
  expect(stdout).not.toContain('gotcha');
});

test('an answer that is too large is not read to its end', async () => {
  const { stdout } = await expectNothingWritten(says(200, { access_token: 'x'.repeat(300 * 1024) }));
  expect(stdout).toContain('larger than 256 KiB');
});

test('a redirect is not followed', async () => {
  const { stdout } = await expectNothingWritten(says(307, '', { location: `${broker.url}/v1/elsewhere` }));
  expect(stdout).toContain('Redirects are not followed');
  expect(broker.requests).toHaveLength(1);
});

test('text of the broker can neither give commands nor show secrets', async () => {
  broker.answer('POST /v1/token', (asked) =>
    refused('access_denied', {
      error_description: 'x',
      reasons: [
        { code: 'POLICY_NO_MATCH', message: 'no\n::stop-commands::x\r\n##[add-mask]main' },
        { code: 'POLICY_NO_MATCH', message: `you sent ${asked.request.parameters['subject_token']}` },
        { code: 'POLICY_NO_MATCH', message: `and ${asked.request.parameters['request_secret']}` },
      ],
    })(asked),
  );
  const { stdout } = await tell(broker, 'hostile-denial');
  expect(stdout).not.toMatch(/^\s*::stop-commands|##\[/mu);
});
