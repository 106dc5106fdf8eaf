// The clients of Google and of Microsoft, with tokens of a real broker: they use what a job gets, and make with the broker's JWT the
// same trades as the broker, at the same doubles. Needs a Python with google-auth, requests and msal.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { googleCredentialsOf } from '../../shared/google-credentials.ts';
import { readCredential } from '../../shared/issued-credential.ts';
import { inTheirWords } from '../../shared/their-words.ts';
import { GCP_SCOPE, startClouds } from '../support/cloud-world.ts';
import { AZURE_CLIENT, AZURE_SCOPE, AZURE_TENANT } from '../support/entra-double.ts';
import { GCP_ACCOUNT, GCP_PROVIDER, principalOf } from '../support/google-double.ts';
import { TestBroker } from '../support/test-broker.ts';
import { outputOf, pythonPackages, startPython } from './counterpart.ts';

export async function interopWithVendorsClients(): Promise<string | undefined> {
  const versions = pythonPackages('google-auth', 'requests', 'msal');
  if (versions === undefined) return undefined;
  const world = await startClouds(async (options) => ({ broker: await TestBroker.start(options) }));
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-interop-'));
  try {
    const input = JSON.stringify(await given(world, directory));
    const said = await outputOf(startPython('clouds.py'), input);
    assert.deepEqual([...world.google.complaints, ...world.entra.complaints], []);
    return `${versions}: ${said}`;
  } finally {
    rmSync(directory, { recursive: true });
    await world.broker.close();
    world.google.close();
    world.entra.close();
  }
}

/** As the action writes and sets them: the file for Google's programs, the token beside it, the variables that lead there. */
async function variablesOfFile(broker: TestBroker, directory: string): Promise<Readonly<Record<string, string>>> {
  const { body } = await broker.ask({ scope: 'shop/deploy-file' });
  const credential = readCredential(body);
  assert.equal(credential.kind, 'gcp-credentials-file');
  const [file, token] = ['json', 'jwt'].map((ending) => join(directory, `credentials.${ending}`)) as [string, string];
  writeFileSync(file, googleCredentialsOf(credential, token));
  writeFileSync(token, credential.credential.token);
  return inTheirWords(credential, { expiresAt: '', file }).variables;
}

async function given(
  { broker, google, entra }: Awaited<ReturnType<typeof startClouds>>,
  directory: string,
): Promise<object> {
  const { body } = await broker.ask({ scope: 'shop/deploy' });
  await broker.ask({ scope: 'shop/deploy-azure' });
  google.account.members.push(principalOf('project:shop:entitlement:deploy-file'));
  return {
    google: {
      access_token: body.access_token,
      variables: await variablesOfFile(broker, directory),
      ...{ storage: `${google.url}/storage`, expected: { account: GCP_ACCOUNT, scopes: [GCP_SCOPE] } },
      ...{ subject_token: google.shown[0], audience: `//iam.googleapis.com/${GCP_PROVIDER}` },
      token_url: `${google.clouds.google.stsUrl}/v1/token`,
      impersonation_url: `${google.clouds.google.iamCredentialsUrl}/v1/projects/-/serviceAccounts/${GCP_ACCOUNT}:generateAccessToken`,
    },
    azure: {
      ...{ client_id: AZURE_CLIENT, tenant_id: AZURE_TENANT, scope: AZURE_SCOPE, assertion: entra.shown[0] },
      ...{ login_url: entra.clouds.azure.loginUrl, subscriptions: `${entra.url}/subscriptions` },
    },
  };
}
