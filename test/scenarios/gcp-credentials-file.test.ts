// A job whose tools know only files gets one for Google's libraries, by opt-in: what it makes of it is Google's, and nothing here says
// that anybody could take that back.
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { googleCredentialsOf } from '../../shared/google-credentials.ts';
import { readCredential } from '../../shared/issued-credential.ts';
import { cloudStory } from '../support/cloud-story.ts';
import { cloudPolicies } from '../support/cloud-world.ts';
import { buildpass } from '../support/command-line.ts';
import { GCP_ACCOUNT, GCP_PROVIDER, principalOf } from '../support/google-double.ts';
import { type Answer, newSecret } from '../support/test-broker.ts';
import { writtenPolicies } from '../support/written-policies.ts';

const scope = 'shop/deploy-file';
const SUBJECT = 'project:shop:entitlement:deploy-file';
const BEYOND = 'what Google gives for it lives up to an hour longer (or twelve, where the organization allows that)';
const WIDE = 'https://www.googleapis.com/auth/cloud-platform';

const post = async (url: string, init: RequestInit) => {
  const response = await fetch(url, { method: 'POST', ...init });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};

/** What a library of Google does with the file. */
async function tradedBy(body: Answer['body']) {
  const credential = readCredential(body);
  if (credential.kind !== 'gcp-credentials-file') throw new Error(`it is a ${credential.kind}`);
  const file = JSON.parse(googleCredentialsOf(credential, '/token'));
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: file.audience,
    scope: WIDE,
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token_type: file.subject_token_type,
    subject_token: body.access_token,
  });
  const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
  const federated = await post(file.token_url, { body: form.toString(), headers: asForm });
  if (federated.status !== 200) return federated;
  const headers = { authorization: `Bearer ${federated.body['access_token']}`, 'content-type': 'application/json' };
  const ask = JSON.stringify({ scope: [WIDE], lifetime: '3600s' });
  return post(file.service_account_impersonation_url, { body: ask, headers });
}

describe('a credentials file for Google', () => {
  it('becomes a token of the service account, of scopes and a life that the job chose', async () => {
    const { broker, google } = await cloudStory();
    google.account.members.push(principalOf(SUBJECT));
    const { status, body } = await broker.ask({ scope });
    expect([status, body.token_type, body.issued_token_type]).toEqual([
      ...[200, 'Bearer', 'urn:buildpass:token-type:gcp-credentials-file'],
    ]);
    expect(body.expires_in).toBeLessThanOrEqual(900);
    const { body: given } = await tradedBy(body);
    const headers = { authorization: `Bearer ${given['accessToken']}` };
    const used = await fetch(`${google.url}/storage`, { headers });
    expect(await used.json()).toEqual({ account: GCP_ACCOUNT, scopes: [WIDE] });
    expect(google.complaints).toEqual([]);
    expect(await broker.entries('issuance.succeeded')).toMatchObject([
      {
        kind: 'gcp-credentials-file',
        revocation: 'at-expiry',
        ends_at: expect.any(String),
        key_id: expect.any(String),
      },
    ]);
  });

  it('gets nothing from Google any more after its end, and what it got before lives on', async () => {
    let now = Date.now();
    const { broker, google } = await cloudStory({ now: () => now });
    google.account.members.push(principalOf(SUBJECT));
    const { body } = await broker.ask({ scope });
    const { body: given } = await tradedBy(body);
    now += 1_000_000;
    expect(await tradedBy(body)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const headers = { authorization: `Bearer ${given['accessToken']}` };
    expect((await fetch(`${google.url}/storage`, { headers })).status).toBe(200);
  });

  it('is said to live on wherever its end is said, and nobody calls any of it revoked', async () => {
    const { broker } = await cloudStory();
    const secret = newSecret();
    const { body } = await broker.ask({ scope, secret });
    const { body: catalog } = await broker.catalog();
    const offered = catalog.entitlements.find((one: { scope: string }) => one.scope === scope);
    expect(offered).toMatchObject({
      gives: expect.stringContaining(BEYOND),
      lifetime: expect.stringContaining(BEYOND),
    });
    expect(JSON.stringify(offered.risk_figure)).toContain('past the log');
    const directory = writtenPolicies({
      ...cloudPolicies(),
      'claims.json': JSON.stringify(decodeJwt(await broker.token())),
    });
    const words = ['--claims', join(directory, 'claims.json'), '--entitlement', scope];
    const explained = await buildpass('policy', 'explain', ...words, directory);
    expect(explained).toMatchObject({ code: 0, out: expect.stringContaining(BEYOND) });
    const list = () => buildpass('leases', 'list', '--state', 'all', '--config', broker.config.file);
    expect((await list()).out).toContain(`cannot be revoked: dies at`);
    expect((await list()).out).toContain(BEYOND);
    const { body: returned } = await broker.returnLease(body.lease_id, secret);
    expect(returned).toEqual({ revocation: 'at-expiry', upstream_expires_at: expect.any(String) });
    await buildpass('revoke', '--lease', body.lease_id, '--reason', 'test', '--config', broker.config.file);
    expect(await broker.entries('lease.revoked')).toEqual([]);
    expect((await list()).out).toContain(BEYOND);
  });

  it('is told of by a decoy as its neighbour is, and `trust gcp` has both in one condition', async () => {
    const { broker, google } = await cloudStory();
    const directory = writtenPolicies(cloudPolicies());
    const { code, out } = await buildpass(
      'trust',
      'gcp',
      scope,
      directory,
      '--issuer',
      'https://buildpass.example.com',
      '--json',
    );
    const { provider, binding } = JSON.parse(out).documents;
    expect([code, provider.attributeCondition, binding.members]).toEqual([
      0,
      `assertion.sub in ["project:shop:entitlement:deploy", "${SUBJECT}"]`,
      [principalOf(SUBJECT)],
    ]);
    expect(google.shown).toEqual([]);
    expect(broker.origin).not.toBe('');
  });
});

describe('a policy with a credentials file', () => {
  it('needs an offer of its own: one of tokens is none', async () => {
    const files = cloudPolicies();
    const organization = files['_organization.yaml']?.replace(/ *- \{ kind: gcp-credentials-file.*\n/, '') ?? '';
    const { code, out } = await buildpass(
      'policy',
      'check',
      writtenPolicies({ ...files, '_organization.yaml': organization }),
    );
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('offers this project no `gcp-credentials-file` credential'),
    ]);
    expect(out).toContain(GCP_PROVIDER);
  });

  it('is warned of by lint, as are its risk and what lives on', async () => {
    const { out } = await buildpass('policy', 'check', writtenPolicies(cloudPolicies()));
    expect(out).toMatch(/LINT_OUTLIVES_TTL/);
    expect(out).toContain('it is said to be of low risk, and the job gets itself tokens');
  });
});
