// A job deploys to Azure: it gets a token of an app, which lives as long as Entra says and never longer than the policy does.
import { describe, expect, it } from 'vitest';
import { cloudStory } from '../support/cloud-story.ts';
import { cloudPolicies } from '../support/cloud-world.ts';
import { buildpass } from '../support/command-line.ts';
import { AZURE_CLIENT, AZURE_SCOPE, AZURE_TENANT } from '../support/entra-double.ts';
import { newSecret } from '../support/test-broker.ts';
import { writtenPolicies } from '../support/written-policies.ts';

const scope = 'shop/deploy-azure';

describe('a job that deploys to Azure', () => {
  it('gets a token of the app, and Azure takes it', async () => {
    const { broker, entra } = await cloudStory();
    const { status, body } = await broker.ask({ scope });
    expect([status, body.token_type, body.issued_token_type]).toEqual([
      ...[200, 'Bearer', 'urn:buildpass:token-type:azure-app'],
    ]);
    expect(body.credential).toEqual({ access_token: body.access_token });
    expect(body.details).toEqual({ tenant_id: AZURE_TENANT, client_id: AZURE_CLIENT, scope: AZURE_SCOPE });
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await fetch(`${entra.url}/subscriptions`, { headers })).status).toBe(200);
    expect(entra.complaints).toEqual([]);
  });

  it('is not kept waiting for a handshake each time: the connection to Entra is kept', async () => {
    const { broker, entra } = await cloudStory();
    const connections: unknown[] = [];
    entra.moodFrom = ({ headers }) => connections.push(headers.connection) > 0;
    await broker.ask({ scope });
    expect(connections).toEqual(['keep-alive']);
  });

  it('is told how long it really lives: Entra decides', async () => {
    const { broker, entra } = await cloudStory();
    Object.assign(entra.token, { lives: 3_700, extended: undefined });
    const { body } = await broker.ask({ scope });
    expect(body.expires_in).toBeLessThanOrEqual(3_700);
    expect(body.expires_in).toBeGreaterThan(3_600);
  });

  it('has its issuance in the log, under the id by which Entra’s sign-in logs have the token', async () => {
    const { broker, entra } = await cloudStory();
    await broker.ask({ scope });
    expect(await broker.entries('issuance.succeeded')).toMatchObject([
      {
        ...{ kind: 'azure-app', revocation: 'at-expiry' },
        provenance: { system: 'login.microsoftonline.com', id: entra.signIns[0]?.uniqueTokenIdentifier },
      },
    ]);
  });

  it('is told what a return means: nobody can call the token back', async () => {
    let now = Date.now();
    const { broker } = await cloudStory({ now: () => now });
    const secret = newSecret();
    const { body } = await broker.ask({ scope, secret });
    expect((await broker.returnLease(body.lease_id, secret)).body.revocation).toBe('at-expiry');
    const kept = await broker.ask({ scope });
    now += 5_400_000;
    await broker.running.runBackground();
    expect(await broker.entries('lease.expired')).toMatchObject([{ lease_id: kept.body.lease_id }]);
  });

  it.each([
    ['lives too long', 'longer', 'the other side made it live longer than the policy allows'],
    ['is of another tenant', 'wider', 'the token that Entra gave is of another tenant'],
  ] as const)('gets no token that %s, and the log says that nobody can call it back', async (_what, mood, reason) => {
    const { broker, entra } = await cloudStory();
    entra.mood = mood;
    const { status, body } = await broker.ask({ scope });
    expect([status, body.error_description]).toEqual([503, `The credential was not handed out: ${reason}.`]);
    expect(await broker.entries('issuance.withheld')).toMatchObject([{ reason, revocation: 'at-expiry' }]);
  });

  it('leaves an unknown outcome with the longest life that Entra may give, whatever the TTL', async () => {
    const { broker, entra } = await cloudStory();
    entra.mood = 'truncated';
    expect((await broker.ask({ scope })).body.code).toBe('UPSTREAM_FAILED');
    const [entry] = await broker.entries('issuance.unknown');
    const left = Date.parse(String(entry?.['may_live_until'])) - Date.parse(String(entry?.time));
    expect(left).toBeGreaterThanOrEqual(86_400_000);
  });

  it('is told before it asks how long it would live, and that nobody could end it', async () => {
    const { broker } = await cloudStory();
    const { body } = await broker.catalog();
    expect(body.entitlements.find((one: { scope: string }) => one.scope === scope)).toMatchObject({
      gives: expect.stringContaining('which lives as long as Entra says: 60 to 90 minutes'),
      ...{ revocation: 'at-expiry', lifetime: 'dies 1 h 30 min after it was issued, and cannot be revoked before' },
    });
  });

  it('is refused a life that Entra would not keep', async () => {
    const { broker, entra } = await cloudStory();
    const { body } = await broker.ask({ scope, parameters: { ttl: '900' } });
    expect(body.reasons).toMatchObject([{ code: 'TTL_TOO_SHORT' }]);
    expect(entra.requests).toEqual([]);
  });
});

describe('a refusal of Entra', () => {
  it('reaches the job with its next step, and nothing was issued', async () => {
    const { broker, entra } = await cloudStory();
    entra.app.federated.subject = 'project:shop:entitlement:deploy';
    const { status, body } = await broker.ask({ scope });
    expect(status).toBe(503);
    expect(body.error_description).toContain('the subject project:shop:entitlement:deploy-azure and the audience');
    expect(await broker.entries('issuance.failed')).toMatchObject([{ reason: 'the other side refused' }]);
  });

  it('says nothing of itself in the log of a public repository’s job', async () => {
    const { broker, entra } = await cloudStory();
    entra.app.exists = false;
    const { body } = await broker.ask({ scope, claims: { repository_visibility: 'public' } });
    expect(body.error_description).toBe('The system that issues this credential refused.');
  });
});

describe('a policy', () => {
  it.each([
    ['without a scope', AZURE_SCOPE, '""', 'scope: must be a scope that ends with /.default'],
    [
      'for an app that was not offered',
      `client-id: ${AZURE_CLIENT}`,
      `client-id: ${AZURE_TENANT}`,
      'is not offered (client-ids: ',
    ],
    [
      'for a resource that was not offered',
      AZURE_SCOPE,
      'https://graph.microsoft.com/.default',
      'is not offered (scopes: ',
    ],
    ['with a key that there is not', 'tenant:', 'secret: x, tenant:', 'secret: unknown key'],
    ['that promises what Entra would not keep', 'ttl: 90m', 'ttl: 15m', 'ttl: '],
  ])('%s does not load', async (_what, line, ...[other, says]) => {
    const { code, out, err } = await buildpass('policy', 'check', writtenPolicies(cloudPolicies(line, other)));
    expect([code, out + err]).toEqual([1, expect.stringContaining(says)]);
  });
});
