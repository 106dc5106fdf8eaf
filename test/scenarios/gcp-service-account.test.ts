// A job deploys to Google Cloud: it gets a token of a service account for minutes, and holds no key and no federated token.
import { describe, expect, it } from 'vitest';
import { cloudStory } from '../support/cloud-story.ts';
import { cloudPolicies, GCP_SCOPE } from '../support/cloud-world.ts';
import { buildpass } from '../support/command-line.ts';
import { GCP_ACCOUNT, GCP_PROVIDER } from '../support/google-double.ts';
import { newSecret } from '../support/test-broker.ts';
import { writtenPolicies } from '../support/written-policies.ts';

const scope = 'shop/deploy';

describe('a job that deploys to Google Cloud', () => {
  it('gets a token of the service account, and Google takes it', async () => {
    const { broker, google } = await cloudStory();
    const { status, body } = await broker.ask({ scope });
    expect([status, body.token_type, body.issued_token_type]).toEqual([
      ...[200, 'Bearer', 'urn:buildpass:token-type:gcp-service-account'],
    ]);
    expect(body.credential).toEqual({ access_token: body.access_token });
    expect(body.details).toEqual({
      ...{ project_id: 'acme-shop', service_account: GCP_ACCOUNT, provider: GCP_PROVIDER },
    });
    expect(body.expires_in).toBeGreaterThan(890);
    expect(body.expires_in).toBeLessThanOrEqual(900);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const used = await fetch(`${google.url}/storage`, { headers });
    expect(await used.json()).toEqual({ account: GCP_ACCOUNT, scopes: [GCP_SCOPE] });
    expect(google.complaints).toEqual([]);
  });

  it('has its issuance in the log, and in Google’s under the same id', async () => {
    const { broker, google } = await cloudStory();
    const { body } = await broker.ask({ scope });
    const [entry] = await broker.entries('issuance.succeeded');
    expect(entry).toMatchObject({
      ...{ issuance_id: body.issuance_id, kind: 'gcp-service-account', revocation: 'at-expiry' },
      provenance: { system: 'iamcredentials.googleapis.com', id: body.issuance_id },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(google.auditLog.map(({ reason }) => reason)).toEqual([body.issuance_id]);
  });

  it('gets a shorter token where it asks for one', async () => {
    const { broker } = await cloudStory();
    const { body } = await broker.ask({ scope, parameters: { ttl: '120' } });
    expect(body.expires_in).toBeLessThanOrEqual(120);
  });

  it('is told what a return means: nobody can call the token back', async () => {
    let now = Date.now();
    const { broker } = await cloudStory({ now: () => now });
    const secret = newSecret();
    const { body } = await broker.ask({ scope, secret });
    const { body: returned } = await broker.returnLease(body.lease_id, secret);
    expect(returned).toEqual({ revocation: 'at-expiry', upstream_expires_at: expect.stringMatching(/Z$/) });
    const kept = await broker.ask({ scope });
    now += 901_000;
    await broker.running.runBackground();
    expect(await broker.entries('lease.expired')).toMatchObject([{ lease_id: kept.body.lease_id }]);
  });

  it('gets nothing where Google lets it live too long, and the log says that nobody can call it back', async () => {
    const { broker, google } = await cloudStory();
    google.mood = 'longer';
    const { status, body } = await broker.ask({ scope });
    expect([status, body.error_description]).toEqual([
      503,
      'The credential was not handed out: the other side made it live longer than the policy allows.',
    ]);
    expect(await broker.entries('issuance.withheld')).toMatchObject([
      { reason: expect.stringContaining('longer'), revocation: 'at-expiry' },
    ]);
  });
});

describe('a refusal of Google', () => {
  it('reaches the job with its next step, and nothing was issued', async () => {
    const { broker, google } = await cloudStory();
    google.account.members = [];
    const { status, body } = await broker.ask({ scope });
    expect(status).toBe(503);
    expect(body.error_description).toContain(`Grant roles/iam.workloadIdentityUser on ${GCP_ACCOUNT} to principal://`);
    expect(await broker.entries('issuance.failed')).toMatchObject([{ reason: 'the other side refused' }]);
  });

  it('says nothing of itself in the log of a public repository’s job', async () => {
    const { broker, google } = await cloudStory();
    google.account.members = [];
    const { body } = await broker.ask({ scope, claims: { repository_visibility: 'public' } });
    expect(body.error_description).toBe('The system that issues this credential refused.');
  });

  it('is over once it is set right: the same request asks again', async () => {
    const { broker, google } = await cloudStory();
    const secret = newSecret();
    google.pool.enabled = false;
    expect((await broker.ask({ scope, secret })).status).toBe(503);
    google.pool.enabled = true;
    expect((await broker.ask({ scope, secret })).status).toBe(200);
  });
});

describe('a policy', () => {
  it.each([
    ['without scopes', `scopes: [${GCP_SCOPE}]`, 'scopes: []', 'scopes'],
    [
      'for an account that was not offered',
      GCP_ACCOUNT,
      'billing@acme-shop.iam.gserviceaccount.com',
      'is not offered (service-accounts: ',
    ],
    [
      'for more than was offered',
      GCP_SCOPE,
      'https://www.googleapis.com/auth/cloud-platform',
      'is not offered (scopes: ',
    ],
    ['with a key that there is not', 'scopes:', 'scope: x, scopes:', 'scope: unknown key'],
    ['that lives longer than Google lets it', 'ttl: 15m', 'ttl: 13h', 'ttl: '],
  ])('%s does not load', async (_what, line, ...[other, says]) => {
    const { code, out, err } = await buildpass('policy', 'check', writtenPolicies(cloudPolicies(line, other)));
    expect([code, out + err]).toEqual([1, expect.stringContaining(says)]);
  });
});
