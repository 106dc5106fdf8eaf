// Jobs that get what lies in a vault, over HTTP from a broker that the vault trusts by its issuer's address.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssuerSite, startIssuerSite } from '../support/issuer-site.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';
import { startVault, type VaultDouble } from '../support/vault-double.ts';

const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - { kind: vault-secret, upstreams: [vault-prod], roles: [shop], paths: ["kv/data/*", database/creds/shop, pki/issue/web], requests: ["common_name=*.example.com"] }
guardrails: { allow-static: [shop/static] }
`;

const ENTITLEMENTS = {
  database: ['database/creds/shop', '{ db-user: username, db-password: password }', '10m'],
  static: ['kv/data/shop', '{ api-key: key }', 'never'],
  mistaken: ['kv/data/shop', '{ api-key: key }', '10m'],
  incomplete: ['database/creds/shop', '{ db-password: pass }', '10m'],
  nameless: ['pki/issue/web', '{ key: pem }, request: { common_name: a.example.com }', '10m'],
  forbidden: ['kv/data/other', '{ api-key: key }', '10m'],
  certificate: [
    'pki/issue/web',
    '{ cert: certificate, key: private_key }, request: { common_name: a.example.com }',
    '10m',
  ],
};

const shop = (entitlements: Readonly<Record<string, readonly string[]>>): string => `
project: shop
title: Web shop
owner: octo-org/platform
repositories:
  - { name: octo-org/octo-repo, id: "456789" }
entitlements:
${Object.entries(entitlements)
  .map(
    ([name, [path, values, ttl]]) => `  ${name}:
    title: From the vault
    risk: low
    credential: { kind: vault-secret, upstream: vault-prod, role: shop, path: ${path}, values: ${values} }
    ttl: ${ttl}
    allow: [ { branch: main, event: push } ]
`,
  )
  .join('')}`;

describe('a job gets from a vault', () => {
  let [broker, vault, site]: [TestBroker, VaultDouble, IssuerSite] = [] as never;
  let later = 0;
  beforeAll(async () => {
    site = await startIssuerSite();
    const subjects = Object.keys(ENTITLEMENTS).map((name) => `project:shop:entitlement:${name}`);
    vault = await startVault({
      issuer: site.url,
      roles: {
        shop: {
          ...{ audience: 'vault-prod', subject: subjects },
          paths: { 'database/creds/shop': 'read', 'kv/data/shop': 'read', 'pki/issue/web': 'update' },
        },
      },
      engines: {
        database: { 'database/creds/shop': 3600 },
        kv2: { 'kv/data/shop': { version: 3, fields: { key: 'a-static-value' } } },
        pki: { 'pki/issue/web': { domain: 'example.com', maxTtl: 86_400 } },
      },
    });
    const upstream = { name: 'vault-prod', kind: 'vault', url: vault.url, audience: 'vault-prod' } as const;
    broker = await TestBroker.start({
      ...{ issuer: site.url, background: 'by-hand', clock: { now: () => Date.now() + later } },
      upstreams: [{ ...upstream, privateNetwork: false }],
      policies: { 'shop.yaml': shop(ENTITLEMENTS), '_organization.yaml': ORGANIZATION },
    });
    await site.publish(broker);
  });
  afterAll(async () => {
    await broker.close();
    vault.close();
    site.close();
  });

  it('a user of a database, which is gone when the lease is returned', async () => {
    const secret = newSecret();
    const { status, body } = await broker.ask({ scope: 'shop/database', secret });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ token_type: 'N_A', issued_token_type: 'urn:buildpass:token-type:vault-secret' },
      ...{ details: { upstream: 'vault-prod' } },
      credential: { 'db-user': expect.stringMatching(/^v-jwt-/), 'db-password': expect.any(String) },
    });
    expect(body.expires_in).toBeGreaterThan(590);
    expect(body.expires_in).toBeLessThanOrEqual(600);
    expect(JSON.parse(body.access_token)).toEqual(body.credential);
    expect(await broker.entries('issuance.succeeded')).toContainEqual(
      expect.objectContaining({
        ...{ lease_id: body.lease_id, revocation: 'immediate', fingerprint: expect.any(String) },
        provenance: { system: 'vault-prod', id: vault.audited.at(-1) },
      }),
    );
    expect((await broker.returnLease(body.lease_id, secret)).body.revocation).toBe('immediate');
    await broker.running.runBackground();
    expect(vault.revoked).toContain(body.credential['db-password']);
    expect(await broker.entries('lease.revoked')).toContainEqual(expect.objectContaining({ lease_id: body.lease_id }));
  });

  it('no more than ten minutes of it, although the vault gives an hour', async () => {
    const { body } = await broker.ask({ scope: 'shop/database' });
    later = 10 * 60_000 + 1000;
    await broker.running.runBackground();
    await broker.running.runBackground();
    expect(vault.revoked).toContain(body.credential['db-password']);
    later = 0;
  });

  it('a value that never dies, and everything says so', async () => {
    const secret = newSecret();
    const { body } = await broker.ask({ scope: 'shop/static', secret });
    expect(body).toMatchObject({ credential: { 'api-key': 'a-static-value' }, expires_in: Number.MAX_SAFE_INTEGER });
    const [entry] = (await broker.entries('issuance.succeeded')).filter(({ lease_id }) => lease_id === body.lease_id);
    expect(entry).toMatchObject({
      ...{
        kept_at: { path: 'kv/data/shop', version: '3' },
        revocation: 'none',
        ends_at: null,
        upstream_expires_at: null,
      },
    });
    expect(entry).not.toHaveProperty('fingerprint');
    expect((await broker.returnLease(body.lease_id, secret)).body).toEqual({
      revocation: 'none',
      upstream_expires_at: null,
    });
  });

  it('a certificate for the name in the policy, which dies by itself', async () => {
    const { body } = await broker.ask({ scope: 'shop/certificate', parameters: { ttl: '300' } });
    expect(body.credential).toEqual({ cert: expect.any(String), key: expect.any(String) });
    expect(body.expires_in).toBeGreaterThan(290);
    expect(body.expires_in).toBeLessThanOrEqual(301);
    expect(vault.complaints).toEqual([]);
  });

  it.each([
    [
      'a value that the policy gives an end, which it does not have',
      'mistaken',
      'it never dies: the policy must say `ttl: never`',
    ],
    ['what its role may not read, and is told what is missing', 'forbidden', 'must say path "kv/data/other"'],
    ['half of what the policy names', 'incomplete', 'it has no field "pass"'],
  ])('never %s', async (_what, name, why) => {
    const { status, body } = await broker.ask({ scope: `shop/${name}` });
    expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
    expect(body.error_description).toContain(why);
  });

  it('what was withheld is gone there too', async () => {
    await broker.ask({ scope: 'shop/incomplete' });
    await broker.running.runBackground();
    expect(await broker.entries('issuance.withheld')).toContainEqual(
      expect.objectContaining({ reason: expect.stringContaining('it has no field "pass"') }),
    );
    expect(vault.revoked).toContain(vault.issued.at(-1));
  });

  it('no half of a certificate, which nobody can revoke: nobody tries, and it dies by itself', async () => {
    await broker.ask({ scope: 'shop/nameless' });
    await broker.running.runBackground();
    expect(await broker.entries('issuance.withheld')).toContainEqual(
      expect.objectContaining({
        entitlement: 'nameless',
        revocation: 'at-expiry',
        upstream_expires_at: expect.any(String),
      }),
    );
    expect(await broker.entries('lease.revocation_failed')).toEqual([]);
  });

  it.each(['forbidden', 'incomplete'])('nothing of why not, in a public repository: %s', async (name) => {
    const { status, text } = await broker.ask({ scope: `shop/${name}`, claims: { repository_visibility: 'public' } });
    expect(status).toBe(503);
    expect(text).not.toMatch(/kv\/data|database|pass"|vault-prod/);
  });
});

describe('a policy about a vault does not load', () => {
  it.each([
    ['without an offer of its path', 'path: secret/data/shop', '"secret/data/shop" is not offered'],
    [
      'that asks for a name beyond the offer',
      'path: pki/issue/web, request: { common_name: evil.test }',
      '"common_name=evil.test" is not offered',
    ],
    ['that never dies and is not named in the guardrails', 'path: kv/data/shop', 'allow-static'],
    ['that hands out nothing', 'path: kv/data/shop, values: {}', 'is empty: nothing would be handed out'],
    ['with a key that nobody knows', 'path: kv/data/shop, paths: [a]', 'unknown key'],
  ])('%s', async (_what, changed, problem) => {
    const values = changed.includes('values') ? '' : ', values: { api-key: key }';
    const text = shop({ other: ['PATH', 'VALUES', 'never'] }).replace('path: PATH, values: VALUES', changed + values);
    const starting = TestBroker.start({ policies: { 'shop.yaml': text, '_organization.yaml': ORGANIZATION } });
    await expect(starting).rejects.toThrow(problem);
  });
});
