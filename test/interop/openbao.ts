// `vault-secret` against a real OpenBao, which shares no line with our double: it reads our discovery document and keys, lets the broker
// in by its JWT, and keeps, makes and revokes what jobs get. Needs `bao` on the path; where it is missing it says that it did not run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { sshCertificateEnd } from '../../broker/providers/ssh-certificate.ts';
import { startIssuerSite } from '../support/issuer-site.ts';
import { showDecoy } from '../support/show-decoy.ts';
import { type Answer, newSecret, TestBroker } from '../support/test-broker.ts';
import { type OpenBao, setUp, startOpenBao } from './openbao-server.ts';

const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
projects:
  shop:
    owner: octo-org/platform
    may-offer: [ { kind: vault-secret, upstreams: [bao], roles: ["*"], paths: ["**"], requests: ["**"] } ]
guardrails: { allow-static: [shop/kv, shop/old, shop/versionless, shop/strict, shop/elsewhere, shop/missing, shop/open] }
`;

const ENTITLEMENTS: Readonly<Record<string, readonly [ttl: string, credential: string]>> = {
  kv: ['never', 'role: shop, path: kv/data/shop, values: { api-key: key }'],
  old: ['never', 'role: shop, path: old/shop, values: { api-key: key }'],
  dying: ['10m', 'role: shop, path: kv/data/shop, values: { api-key: key }'],
  versionless: ['never', 'role: shop, path: kv/shop, values: { api-key: key }'],
  web: [
    '10m',
    'role: shop, path: pki/issue/web, request: { common_name: a.example.com }, values: { cert: certificate }',
  ],
  leased: [
    '10m',
    'role: shop, path: pki/issue/leased, request: { common_name: b.example.com }, values: { cert: certificate }',
  ],
  other: ['10m', 'role: shop, path: pki/issue/web, request: { common_name: evil.test }, values: { cert: certificate }'],
  ssh: ['10m', 'role: shop, path: ssh/issue/deploy, request: { key_type: ed25519 }, values: { cert: signed_key }'],
  otp: ['10m', 'role: shop, path: otp/creds/host, request: { ip: 127.0.0.1 }, values: { otp: key }'],
  bare: ['10m', 'role: bare, path: otp/creds/host, request: { ip: 127.0.0.1 }, values: { otp: key }'],
  strict: ['never', 'role: strict, path: kv/data/shop, values: { api-key: key }'],
  elsewhere: ['never', 'role: elsewhere, path: kv/data/shop, values: { api-key: key }'],
  missing: ['never', 'role: missing, path: kv/data/shop, values: { api-key: key }'],
  open: ['never', 'role: open, path: kv/data/shop, values: { api-key: key }'],
  unbound: ['10m', 'role: shop, path: otp/creds/host, request: { ip: 127.0.0.1 }, values: { otp: key }'],
};

const policyOf = ([name, [ttl, credential]]: (typeof ENTRIES)[number]): string => `  ${name}:
    title: Interop
    risk: low
    credential: { kind: vault-secret, upstream: bao, ${credential} }
    ttl: ${ttl}
    allow: [ { branch: main, event: push } ]
`;
const ENTRIES = Object.entries(ENTITLEMENTS);
const SHOP = `
project: shop
title: Web shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:
${ENTRIES.map(policyOf).join('')}`;

/** What is tried again later is so at once. */
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };

interface Interop {
  readonly bao: OpenBao;
  readonly broker: TestBroker;
}

/** Undefined where it is not there. */
export async function interopWithOpenBao(): Promise<string | undefined> {
  const { status, stdout } = spawnSync('bao', ['version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [bao, site] = [await startOpenBao(), await startIssuerSite()];
  const broker = await TestBroker.start({
    ...{ issuer: site.url, background: 'by-hand', clock },
    policies: { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION },
    upstreams: [
      { name: 'bao', kind: 'vault', url: bao.url, audience: 'bao-interop', authMount: 'ci/jwt', privateNetwork: false },
    ],
  });
  try {
    await site.publish(broker);
    const bound = ENTRIES.map(([name]) => name).filter((name) => name !== 'unbound');
    await setUp(
      bao,
      site.url,
      bound.map((name) => `project:shop:entitlement:${name}`),
    );
    for (const story of [decoys, values, certificates, revocation, deniedLogin, refusals]) await story({ bao, broker });
    return stdout.trim();
  } finally {
    await broker.close();
    site.close();
    bao.stop();
  }
}

async function issued(broker: TestBroker, name: string, secret = newSecret()): Promise<Answer['body']> {
  const { status, body, text } = await broker.ask({ scope: `shop/${name}`, secret });
  assert.equal(status, 200, text);
  return body;
}

/** How many tokens there are beside root's. */
const logins = async ({ api }: OpenBao): Promise<number> =>
  (await api('LIST auth/token/accessors')).data.keys.length - 1;

const DECOYS: Readonly<Record<string, readonly [outcome: string, words: string]>> = {
  kv: ['subject-refused', 'does not match any associated bound claim values'],
  strict: ['subject-refused', 'invalid subject (sub) claim'],
  elsewhere: ['refused', 'audience claim does not match any'],
  missing: ['refused', 'could not be found'],
  open: ['accepted', 'that login is ended again'],
};

/** What it says to a token with a subject that no job has, and that nothing is left of it. */
async function decoys({ bao, broker }: Interop): Promise<void> {
  for (const [name, [outcome, words]] of Object.entries(DECOYS)) {
    const shown = await showDecoy(broker, `shop/${name}`);
    assert.equal(shown.outcome, outcome, shown.found);
    assert.ok(shown.found.includes(words), shown.found);
  }
  assert.equal(await logins(bao), 0);
}

async function values({ bao, broker }: Interop): Promise<void> {
  assert.deepEqual((await issued(broker, 'kv')).credential, { 'api-key': 'a-static-value' });
  assert.deepEqual((await issued(broker, 'old')).credential, { 'api-key': 'an-older-value' });
  const kept = (await broker.entries('issuance.succeeded')).map(({ kept_at }) => kept_at);
  assert.deepEqual(kept, [
    { path: 'kv/data/shop', version: '2' },
    { path: 'old/shop', version: 'unversioned' },
  ]);
  assert.equal(await logins(bao), 0);
}

async function certificates({ bao, broker }: Interop): Promise<void> {
  const web = await issued(broker, 'web');
  const certificate = new X509Certificate(web.credential.cert);
  assert.equal(certificate.checkHost('a.example.com'), 'a.example.com');
  assertEndsIn(600, Date.parse(certificate.validTo));
  const ssh = await issued(broker, 'ssh');
  assertEndsIn(600, sshCertificateEnd(ssh.credential.cert));
  assert.equal(await logins(bao), 0);
}

function assertEndsIn(seconds: number, at: number | undefined): void {
  assert.ok(Math.abs(Number(at) - Date.now() - seconds * 1000) < 20_000, `ends at ${at}`);
}

async function revocation({ bao, broker }: Interop): Promise<void> {
  const secret = newSecret();
  const leased = await issued(broker, 'leased', secret);
  const otp = await issued(broker, 'otp');
  const swept = await issued(broker, 'otp');
  const serial = new X509Certificate(leased.credential.cert).serialNumber.toLowerCase().replace(/..(?!$)/g, '$&:');
  assert.equal((await bao.api(`GET pki/cert/${serial}`)).data.revocation_time, 0);
  assert.equal((await bao.api('LIST sys/leases/lookup/otp/creds/host')).data.keys.length, 2);
  assert.equal((await broker.returnLease(leased.lease_id, secret)).body.revocation, 'immediate');
  await broker.returnLease(otp.lease_id, await broker.token());
  await broker.running.runBackground();
  assert.ok((await bao.api(`GET pki/cert/${serial}`)).data.revocation_time > 0, 'the certificate is not revoked');
  await bao.api('POST otp/verify', { otp: otp.credential.otp }, 400);
  // Somebody else ended that login: to find it gone is to find it revoked.
  const [accessor] = await otherAccessors(bao);
  await bao.api('POST auth/token/revoke-accessor', { accessor });
  await broker.returnLease(swept.lease_id, await broker.token());
  await broker.running.runBackground();
  assert.equal((await broker.entries('lease.revoked')).length, 3);
  assert.deepEqual(await broker.entries('lease.revocation_failed'), []);
  assert.equal(await logins(bao), 0);
}

/** It says the same of a login that is gone and of one that may do nothing, and what the latter made lives on. */
async function deniedLogin({ bao, broker }: Interop): Promise<void> {
  const revoked = (await broker.entries('lease.revoked')).length;
  const held = await issued(broker, 'otp');
  const [accessor] = await otherAccessors(bao);
  const { entity_id: id } = (await bao.api('POST auth/token/lookup-accessor', { accessor })).data;
  await bao.api(`POST identity/entity/id/${id}`, { disabled: true });
  await broker.returnLease(held.lease_id, await broker.token());
  await broker.running.runBackground();
  assert.equal((await broker.entries('lease.revoked')).length, revoked);
  assert.equal((await broker.entries('lease.revocation_failed')).length, 1);
  await bao.api('POST otp/verify', { otp: held.credential.otp });
  await bao.api(`POST identity/entity/id/${id}`, { disabled: false });
  await bao.api('POST auth/token/revoke-accessor', { accessor });
  clock.ahead += 10_000;
  await broker.running.runBackground();
  assert.equal((await broker.entries('lease.revoked')).length, revoked + 1);
  assert.equal(await logins(bao), 0);
}

async function otherAccessors({ api }: OpenBao): Promise<readonly string[]> {
  const own = (await api('GET auth/token/lookup-self')).data.accessor;
  return (await api('LIST auth/token/accessors')).data.keys.filter((one: string) => one !== own);
}

const REFUSALS = {
  dying: 'it never dies: the policy must say `ttl: never`',
  versionless: 'must say path \\"kv/shop\\"',
  other: 'common name evil.test not allowed by this role',
  bare: 'its tokens may not revoke themselves',
  strict: 'invalid subject (sub) claim',
  elsewhere: 'audience claim does not match any',
  missing: 'could not be found',
  unbound: 'must bind the audience \\"bao-interop\\" and the subject \\"project:shop:entitlement:unbound\\"',
};

async function refusals({ bao, broker }: Interop): Promise<void> {
  for (const [name, words] of Object.entries(REFUSALS)) {
    const { status, text } = await broker.ask({ scope: `shop/${name}` });
    assert.equal(status, 503);
    assert.ok(text.includes(words), text);
  }
  // The login of the role that may not end it is left, to die by itself.
  assert.equal(await logins(bao), 1);
}
