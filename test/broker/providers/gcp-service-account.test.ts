import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../broker/clock.ts';
import type { Credential, Grant } from '../../../broker/model.ts';
import { gcpServiceAccountProvider } from '../../../broker/providers/gcp-service-account.ts';
import { UpstreamRefused } from '../../../broker/providers/provider.ts';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { describeProvider } from '../../conformance/provider.ts';
import { startTestIssuer } from '../../support/broker-trust.ts';
import { buildGrant } from '../../support/build-grant.ts';
import {
  GCP_ACCOUNT,
  GCP_PROVIDER,
  type GoogleDouble,
  principalOf,
  startGoogleDouble,
} from '../../support/google-double.ts';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_only';
const PARAMETERS = { provider: GCP_PROVIDER, 'service-account': GCP_ACCOUNT, scopes: [SCOPE] };

async function start() {
  const { issuer, keys, close } = await startTestIssuer();
  const google = await startGoogleDouble({ issuer });
  const { clouds } = google;
  const provider = gcpServiceAccountProvider({ issuer, keys, clouds, fetchFrom: createUpstreamFetch });
  const closeGoogle = google.close;
  google.close = () => [closeGoogle(), close()];
  return {
    ...{ issuer, provider, google, double: google, parameters: PARAMETERS },
    ...{ values: ['access_token'], cannotCompare: 'scopes' },
  };
}

describeProvider('gcp-service-account', start);
describeProvider('gcp-service-account', async () => {
  const world = await start();
  world.google.moodFrom = ({ path }) => path.endsWith(':generateAccessToken');
  return world;
});

async function open() {
  const { provider, google, issuer } = await start();
  onTestFinished(() => google.close());
  const issue = (grant: Partial<Grant> = {}, parameters: Partial<typeof PARAMETERS> = {}): Promise<Credential> =>
    provider.issue(buildGrant(grant), { ...PARAMETERS, ...parameters }, new AbortController().signal);
  const whyNot = async (grant: Partial<Grant> = {}): Promise<string> => {
    const error = await issue(grant).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(UpstreamRefused);
    return (error as Error).message;
  };
  return { google, issuer, issue, whyNot };
}

describe('a token of a service account', () => {
  it.each([60, 900, 3_600])('lives the %i seconds of the ttl', async (ttl) => {
    const { issue } = await open();
    const { upstreamExpiresAt } = await issue({ ttl });
    expect(Math.abs(Number(upstreamExpiresAt) - systemClock.now() - ttl * 1000)).toBeLessThan(5_000);
  });

  it('is for the scopes of the policy, and Google takes it', async () => {
    const { google, issue } = await open();
    const { accessToken } = await issue({}, { scopes: [SCOPE, `${SCOPE}x`] });
    const headers = { authorization: `Bearer ${accessToken.reveal()}` };
    const used = await fetch(`${google.url}/storage`, { headers });
    expect(await used.json()).toEqual({ account: GCP_ACCOUNT, scopes: [SCOPE, `${SCOPE}x`] });
  });

  it('goes with what is no secret: its project, account and provider', async () => {
    const { issue } = await open();
    expect((await issue()).details).toEqual({
      ...{ project_id: 'acme-shop', service_account: GCP_ACCOUNT, provider: GCP_PROVIDER },
    });
  });

  it('is in the audit logs under the id of the issuance, and under the subject of our token', async () => {
    const { google, issue } = await open();
    expect((await issue({ issuanceId: 'iss_7' })).provenance).toEqual({
      ...{ system: 'iamcredentials.googleapis.com', id: 'iss_7' },
    });
    expect(google.auditLog).toEqual([
      { method: 'GenerateAccessToken', principal: principalOf('project:shop:entitlement:deploy'), reason: 'iss_7' },
    ]);
  });

  it('is all that leaves the provider: the federated token stays', async () => {
    const { google, issue } = await open();
    const { accessToken, values } = await issue();
    const [federated, generated] = google.issued;
    expect(federated).toMatch(/^ya29\.d\./);
    expect([accessToken, ...Object.values(values)].map((one) => one.reveal())).toEqual([generated, generated]);
  });

  it('needs an end and a scope', async () => {
    const { google, issue } = await open();
    await expect(issue({ ttl: 'never' })).rejects.toThrow('a token of Google needs an end');
    await expect(issue({}, { scopes: [] })).rejects.toThrow('a token of Google needs a scope');
    expect(google.requests.filter((request) => request.includes('generate'))).toEqual([]);
  });

  it('ends when Google says, to the millisecond of its nanoseconds', async () => {
    const { google, issue } = await open();
    google.account.expireTime = '2030-10-02T15:01:23.045123456Z';
    expect((await issue()).upstreamExpiresAt).toBe(Date.UTC(2030, 9, 2, 15, 1, 23, 45));
  });

  it('is none without a sound time of its end', async () => {
    const { google, issue } = await open();
    google.account.expireTime = 'tomorrow';
    await expect(issue()).rejects.toThrow('Google IAM Credentials answered with something else');
  });
});

describe('a project', () => {
  it.each([
    ['shop-deploy@acme-shop.iam.gserviceaccount.com', 'acme-shop'],
    ['shop-deploy@acme-shop.example.com.iam.gserviceaccount.com', 'example.com:acme-shop'],
    ['acme-shop@appspot.gserviceaccount.com', 'acme-shop'],
    ['123456789-compute@developer.gserviceaccount.com', undefined],
  ])('of %s is %s', async (account, project) => {
    const { google, issue } = await open();
    google.account.email = account;
    expect((await issue({}, { 'service-account': account })).details?.project_id).toBe(project);
  });
});

describe('a refusal of Google', () => {
  it.each<[what: string, change: (google: GoogleDouble) => unknown, says: string]>([
    [
      'a provider that is off',
      ({ pool }) => Object.assign(pool, { enabled: false }),
      `Google STS refused (400): "invalid_target The target service indicated by the "audience" parameters is invalid". Compare the project number, the pool and the provider of ${GCP_PROVIDER}: it must exist and be enabled`,
    ],
    [
      'another audience',
      ({ pool }) => Object.assign(pool, { allowedAudiences: ['https://elsewhere.example'] }),
      `take the audience https://iam.googleapis.com/${GCP_PROVIDER} (it does where it lists none)`,
    ],
    [
      'an attribute condition',
      ({ pool }) => Object.assign(pool, { condition: () => false }),
      'The attribute condition of the provider must take the subject project:shop:entitlement:deploy',
    ],
    [
      'a missing binding',
      ({ account }) => Object.assign(account, { members: [] }),
      `Grant roles/iam.workloadIdentityUser on ${GCP_ACCOUNT} to principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/subject/project:shop:entitlement:deploy`,
    ],
  ])('for %s says what to do', async (_what, change, says) => {
    const { google, whyNot } = await open();
    change(google);
    expect(await whyNot()).toContain(says);
  });

  it('for keys that Google cannot read names the issuer', async () => {
    const { google, issuer, whyNot } = await open();
    google.trust.servedAt = () => 'http://127.0.0.1:1';
    expect(await whyNot()).toContain(`The provider must trust the issuer ${issuer} and its keys`);
  });

  it('for more than an hour names the policy that would allow it, which then does', async () => {
    const { google, issue, whyNot } = await open();
    expect(await whyNot({ ttl: 7_200 })).toContain('constraints/iam.allowServiceAccountCredentialLifetimeExtension');
    google.account.extended = true;
    expect(Number((await issue({ ttl: 7_200 })).upstreamExpiresAt)).toBeGreaterThan(systemClock.now() + 7_000_000);
  });

  it.each(['/sts/', '/iam/'])('that repeats a token repeats it to nobody: %s', async (path) => {
    const { google, whyNot } = await open();
    google.mood = 'refuses';
    google.moodFrom = (request) => request.path.startsWith(path);
    const said = await whyNot();
    expect(said).not.toMatch(/[\w-]{60}/);
    expect(google.issued.filter((token) => said.includes(token))).toEqual([]);
  });
});
