// The token of a credentials file, before the double of Google that takes it in trade.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, it, onTestFinished } from 'vitest';
import type { Grant } from '../../../broker/model.ts';
import { gcpCredentialsFileProvider } from '../../../broker/providers/gcp-credentials-file.ts';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { describeLocalProvider } from '../../conformance/provider.ts';
import { startTestIssuer } from '../../support/broker-trust.ts';
import { buildGrant } from '../../support/build-grant.ts';
import { GCP_ACCOUNT, GCP_PROVIDER, startGoogleDouble } from '../../support/google-double.ts';

const PARAMETERS = { provider: GCP_PROVIDER, 'service-account': GCP_ACCOUNT };

async function open() {
  const { issuer, keys, close } = await startTestIssuer();
  const google = await startGoogleDouble({ issuer });
  onTestFinished(() => {
    google.close();
    close();
  });
  const provider = gcpCredentialsFileProvider({ issuer, keys, clouds: google.clouds, fetchFrom: createUpstreamFetch });
  const issue = (grant: Partial<Grant> = {}) =>
    provider.issue(buildGrant(grant), PARAMETERS, new AbortController().signal);
  return { issuer, google, provider, issue };
}

describeLocalProvider('gcp-credentials-file', async () => ({
  provider: (await open()).provider,
  parameters: PARAMETERS,
  values: ['token'],
}));

it('is for the workload identity provider, about the job, and dies at the end of the ttl', async () => {
  const { issuer, issue } = await open();
  const grant = buildGrant({ ttl: 900 });
  const { accessToken, upstreamExpiresAt } = await issue({ ttl: 900 });
  const { exp, iat, ...claims } = decodeJwt(accessToken.reveal());
  expect(claims).toMatchObject({
    ...{ iss: issuer, aud: `https://iam.googleapis.com/${GCP_PROVIDER}`, sub: 'project:shop:entitlement:deploy' },
    jti: grant.issuanceId,
  });
  expect([Number(exp) - Number(iat), upstreamExpiresAt]).toEqual([900, Number(exp) * 1000]);
  expect(decodeProtectedHeader(accessToken.reveal())).toMatchObject({ alg: 'ES256', typ: 'JWT' });
});

it('says where Google takes it, and asks Google for nothing itself', async () => {
  const { google, issue } = await open();
  const { details } = await issue();
  expect(details).toEqual({
    ...{ project_id: 'acme-shop', service_account: GCP_ACCOUNT, provider: GCP_PROVIDER },
    token_url: `${google.url}/sts/v1/token`,
    impersonation_url: `${google.url}/iam/v1/projects/-/serviceAccounts/${GCP_ACCOUNT}:generateAccessToken`,
  });
  expect(google.requests).toEqual([]);
});
