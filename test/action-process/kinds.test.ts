// Every kind of credential as a process hands it on: the outputs and variables that its ecosystem knows, a file where it takes one,
// and nothing left of it when the job ends.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ActionResult } from '../../broker/demo/runner.ts';
import type { KindName } from '../../shared/issued-credential.ts';
import { issuedOf, leaseReturned } from '../support/broker-answers.ts';
import { BrokerDouble } from '../support/broker-double.ts';
import { answerOf, VALUES } from '../support/kind-answers.ts';
import { leaks, runStep, type Step } from '../support/run-action.ts';
import { tell } from './tell.ts';

let broker: BrokerDouble;
let workDirectory: string;

beforeEach(async () => {
  broker = await BrokerDouble.start();
  broker.answer('DELETE /v1/leases', leaseReturned('at-expiry', '2026-11-22T14:00:00.000Z'));
  workDirectory = mkdtempSync(join(tmpdir(), 'buildpass-kinds-'));
});

afterEach(async () => {
  rmSync(workDirectory, { recursive: true });
  await broker.close();
  expect(broker.problems).toEqual([]);
});

const OF_EACH =
  'assurance expires-at issuance-id lease-id log-index receipt request-id request-url token token-hash'.split(' ');

const without = (all: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));

const aws = VALUES['aws-role'];
const google = { token: String(VALUES['gcp-service-account']['access_token']), project: 'acme-search' };
const vault = VALUES['vault-secret'];

interface Words {
  readonly outputs: Readonly<Record<string, string | undefined>>;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const WORDS: Readonly<Record<Exclude<KindName, 'kubernetes' | 'gcp-credentials-file'>, Words>> = {
  jwt: { outputs: {}, variables: {} },
  'github-token': {
    outputs: { 'installation-id': '41234567', 'app-slug': 'acme-buildpass' },
    variables: { GH_TOKEN: VALUES['github-token']['token'] },
  },
  'aws-role': {
    outputs: {
      'aws-access-key-id': aws['aws_access_key_id'],
      'aws-secret-access-key': aws['aws_secret_access_key'],
      'aws-session-token': aws['aws_session_token'],
      'aws-expiration': expect.stringMatching(/^2\d{3}-.*Z$/) as unknown as string,
      'aws-region': 'eu-west-1',
      'aws-account-id': '111122223333',
      'authenticated-arn': 'arn:aws:sts::111122223333:assumed-role/shop-deploy/buildpass-iss_1',
    },
    variables: {
      AWS_ACCESS_KEY_ID: aws['aws_access_key_id'],
      AWS_SECRET_ACCESS_KEY: aws['aws_secret_access_key'],
      AWS_SESSION_TOKEN: aws['aws_session_token'],
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    },
  },
  'gcp-service-account': {
    outputs: { access_token: google.token, project_id: google.project },
    variables: {
      CLOUDSDK_AUTH_ACCESS_TOKEN: google.token,
      GOOGLE_OAUTH_ACCESS_TOKEN: google.token,
      CLOUDSDK_CORE_PROJECT: google.project,
      CLOUDSDK_PROJECT: google.project,
      GCLOUD_PROJECT: google.project,
      GCP_PROJECT: google.project,
      GOOGLE_CLOUD_PROJECT: google.project,
    },
  },
  'azure-app': {
    outputs: {
      'client-id': '7c2a9e10-52b4-4f7c-8a53-1b8f0e6d9a42',
      'tenant-id': '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f',
    },
    variables: {},
  },
  'vault-secret': {
    outputs: vault,
    variables: { NPM_TOKEN: vault['npm-token'], SIGNING_KEY: vault['signing-key'] },
  },
};

test.for(Object.entries(WORDS))('%s comes in the words of its ecosystem', async ([name, { outputs, variables }]) => {
  const kind = name as KindName;
  broker.answer('POST /v1/token', issuedOf(kind));
  const result = await tell(broker, `kind-${kind}`, {
    inputs: { 'export-env': 'true', 'log-key': broker.log.verifierKey },
    workDirectory,
  });
  const { access_token: token } = answerOf(kind);
  expect(without(result.outputs, OF_EACH)).toEqual(outputs);
  expect([...OF_EACH, ...Object.keys(outputs)].sort()).toEqual(Object.keys(result.outputs).sort());
  expect(result.outputs['token']).toBe(token);
  expect(result.variables).toEqual({ ...variables, BUILDPASS_TOKEN: token });
  expect(readdirSync(join(workDirectory, '_temp'))).toHaveLength(1);
});

test.for(Object.keys(WORDS) as KindName[])('without export-env %s sets no variable', async (kind) => {
  broker.answer('POST /v1/token', issuedOf(kind));
  const { exitCode, variables } = await runStep(broker);
  expect([exitCode, variables]).toEqual([0, {}]);
});

test('every value is masked, and of several lines each', async () => {
  for (const kind of ['aws-role', 'vault-secret'] as const) {
    broker.answer('POST /v1/token', issuedOf(kind));
    const { masks } = await runStep(broker);
    const lines = Object.values(VALUES[kind]).flatMap((value) => [value, ...value.split('\n')]);
    expect(masks).toEqual(expect.arrayContaining(lines));
    expect(masks).not.toContain('111122223333');
  }
});

test('variables that other credentials left behind are warned of, where ours are set', async () => {
  broker.answer('POST /v1/token', issuedOf('aws-role'));
  const environment = { AWS_PROFILE: 'legacy', AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_SECURITY_TOKEN: '' };
  const { stdout } = await tell(broker, 'kind-aws-role-beside-others', {
    environment,
    inputs: { 'export-env': 'true' },
  });
  expect(stdout).toContain('AWS_PROFILE, AWS_WEB_IDENTITY_TOKEN_FILE are set in this job');
  expect((await runStep(broker, { environment })).stdout).not.toContain('::warning');
});

const KEPT = { kept_at: { path: 'kv/data/shop', version: '7' }, fingerprint: undefined, ends_at: null };
const STATIC = { answer: { expires_in: Number.MAX_SAFE_INTEGER }, entry: KEPT };

test('a value that never dies says so, and nothing that was made of it is told', async () => {
  broker.answer('POST /v1/token', issuedOf('vault-secret', STATIC));
  const { outputs, summary } = await tell(broker, 'kind-vault-secret-static', {
    inputs: { 'log-key': broker.log.verifierKey },
  });
  expect([outputs['expires-at'], outputs['token-hash']]).toEqual(['never', '']);
  expect(summary).toContain('**never**');
});

/** A step of a job that has a directory of its own, as the runner's jobs have. */
const step = (given: Step = {}): Promise<ActionResult> => runStep(broker, { workDirectory, ...given });
const inRunnerTemp = (): string[] => readdirSync(join(workDirectory, '_temp')).filter((name) => name.includes('.'));

test('a kubeconfig is a file for kubectl that nobody else can read', async () => {
  broker.answer('POST /v1/token', issuedOf('kubernetes'));
  const result = await tell(broker, 'kind-kubernetes', { inputs: { 'export-env': 'true' }, workDirectory });
  const path = result.outputs['kubeconfig'] ?? '';
  expect(result.variables).toEqual({ KUBECONFIG: path, BUILDPASS_TOKEN: VALUES.kubernetes['token'] });
  expect(path).toMatch(new RegExp(`^${workDirectory}/_temp/buildpass-[0-9a-f]{32}\\.kubeconfig$`));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { server, certificate_authority_data: authority } = answerOf('kubernetes').details;
  const context = 'cluster-eu/payments';
  expect(parse(readFileSync(path, 'utf8'))).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster-eu', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: context, user: { token: VALUES.kubernetes['token'] } }],
    contexts: [{ name: context, context: { cluster: 'cluster-eu', namespace: 'payments', user: context } }],
    'current-context': context,
  });
});

test('each use has a file of its own, and its post step removes that one and returns its lease', async () => {
  broker.answer('POST /v1/token', issuedOf('kubernetes'));
  const [first, second] = [await step(), await step()];
  expect(inRunnerTemp()).toHaveLength(2);
  const post = await step({ action: 'post', state: second.state });
  expect(post.stdout).toContain('Removed the kubeconfig.');
  expect(leaks(broker, post)).toEqual([]);
  expect(inRunnerTemp().map((name) => join(workDirectory, '_temp', name))).toEqual([first.outputs['kubeconfig']]);
  await step({ action: 'post', state: first.state, inputs: { 'skip-revoke': 'true' } });
  expect(inRunnerTemp()).toEqual([]);
  expect(broker.requestsOf('DELETE /v1/leases').map(({ path }) => path)).toHaveLength(1);
});

test('a kubeconfig that is gone already is no trouble', async () => {
  broker.answer('POST /v1/token', issuedOf('kubernetes'));
  const { state, outputs } = await step();
  rmSync(outputs['kubeconfig'] ?? '');
  const { exitCode, stdout } = await step({ action: 'post', state });
  expect(exitCode).toBe(0);
  expect(stdout).not.toContain('kubeconfig');
});

test('the post step removes nothing that the main step did not make', async () => {
  broker.answer('POST /v1/token', issuedOf('kubernetes'));
  const { state } = await step();
  const precious = join(workDirectory, 'precious.kubeconfig');
  writeFileSync(precious, 'x');
  const lease = JSON.stringify({ ...JSON.parse(state['lease'] ?? ''), files: [precious] });
  const { stdout } = await step({ action: 'post', state: { lease } });
  expect(stdout).toContain('::warning title=The kubeconfig could not be removed::');
  expect(readFileSync(precious, 'utf8')).toBe('x');
});

test('a kubeconfig that can’t be written hands nothing on, and the post step returns the lease', async () => {
  broker.answer('POST /v1/token', issuedOf('kubernetes'));
  const gone = { RUNNER_TEMP: join(workDirectory, 'nowhere') };
  const { exitCode, outputs, stdout, state } = await step({ environment: gone });
  expect([exitCode, outputs]).toEqual([1, {}]);
  expect(stdout).toContain('::error title=The kubeconfig could not be written::');
  await step({ action: 'post', state });
  expect(broker.requestsOf('DELETE /v1/leases')).toHaveLength(1);
});

test('where the runner names no place for a kubeconfig, the lease goes back at once', async () => {
  broker.answer('POST /v1/token', issuedOf('kubernetes'));
  const { exitCode, stdout, state } = await step({ environment: { RUNNER_TEMP: '' } });
  expect([exitCode, state]).toEqual([1, {}]);
  expect(stdout).toContain('RUNNER_TEMP must name the directory');
  expect(broker.requestsOf('DELETE /v1/leases')).toHaveLength(1);
});

const FILE = VALUES['gcp-credentials-file'];

test('a credentials file for Google names a token beside it, and nobody else can read either', async () => {
  broker.answer('POST /v1/token', issuedOf('gcp-credentials-file'));
  const result = await tell(broker, 'kind-gcp-credentials-file', { inputs: { 'export-env': 'true' }, workDirectory });
  const path = result.outputs['credentials_file_path'] ?? '';
  expect(path).toMatch(new RegExp(`^${workDirectory}/_temp/buildpass-[0-9a-f]{32}\\.json$`));
  const { credential_source: source, ...credentials } = JSON.parse(readFileSync(path, 'utf8'));
  const { details } = answerOf('gcp-credentials-file');
  expect(credentials).toEqual({
    type: 'external_account',
    audience: `//iam.googleapis.com/${details['provider']}`,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: details['token_url'],
    service_account_impersonation_url: details['impersonation_url'],
  });
  expect(source).toEqual({ file: path.replace(/json$/, 'jwt'), format: { type: 'text' } });
  expect(readFileSync(source.file, 'utf8')).toBe(FILE['token']);
  for (const file of [path, source.file]) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(result.variables).toEqual({
    ...{ GOOGLE_APPLICATION_CREDENTIALS: path, CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: path },
    ...{ GOOGLE_GHA_CREDS_PATH: path, CLOUDSDK_CORE_PROJECT: 'acme-search', CLOUDSDK_PROJECT: 'acme-search' },
    ...{ GCLOUD_PROJECT: 'acme-search', GCP_PROJECT: 'acme-search', GOOGLE_CLOUD_PROJECT: 'acme-search' },
    BUILDPASS_TOKEN: FILE['token'],
  });
  expect(result.summary).toContain('nobody here can revoke that');
});

test('the post step removes both files, and says what lives on', async () => {
  broker.answer('POST /v1/token', issuedOf('gcp-credentials-file'));
  const { state } = await step();
  expect(inRunnerTemp()).toHaveLength(2);
  const post = await step({ action: 'post', state });
  expect(inRunnerTemp()).toEqual([]);
  expect(post.stdout).toContain('Removed the credentials file.');
  expect(post.stdout).toContain('Removed the token of the credentials file.');
  expect(post.stdout).toContain(
    'it dies at 2026-11-22T14:00:00.000Z; what Google gives for it lives up to an hour longer',
  );
  expect(leaks(broker, post)).toEqual([]);
});

test('a credentials file is for addresses that a token may be sent to', async () => {
  const details = { token_url: 'http://sts.example.com/v1/token' };
  broker.answer('POST /v1/token', issuedOf('gcp-credentials-file', { details }));
  const { exitCode, stdout } = await step();
  expect([exitCode, inRunnerTemp()]).toEqual([1, []]);
  expect(stdout).toContain('details.token_url must be an https address');
});
