// A job deploys into its namespace with a token of the broker, which the API server of the cluster trusts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssuerSite, startIssuerSite } from '../support/issuer-site.ts';
import { startCluster } from '../support/kube-apiserver.ts';
import type { MoodyServer } from '../support/moody-server.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';

const AUDIENCE = 'https://cluster-eu.example.com';
const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - { kind: kubernetes, upstreams: [cluster-eu], audiences: [ ${AUDIENCE} ], namespaces: ["shop-*"] }
`;
const shop = (namespace: string): string => `
project: shop
title: Web shop
owner: octo-org/platform
repositories:
  - { name: octo-org/octo-repo, id: "456789" }
entitlements:
  deploy:
    title: Deploy into the cluster
    risk: high
    credential: { kind: kubernetes, upstream: cluster-eu, audience: ${AUDIENCE}, namespace: ${namespace} }
    ttl: 10m
    allow: [ { branch: main, environment: production, event: push } ]
`;
const policies = (namespace: string) => ({ 'shop.yaml': shop(namespace), '_organization.yaml': ORGANIZATION });

describe('a job that deploys into a cluster', () => {
  let [broker, cluster, site]: [TestBroker, MoodyServer, IssuerSite] = [] as never;
  beforeAll(async () => {
    site = await startIssuerSite();
    const bindings = { 'shop-prod': ['buildpass:project:shop:entitlement:deploy'] };
    cluster = await startCluster({ issuer: site.url, audience: AUDIENCE, bindings });
    broker = await TestBroker.start({
      ...{ issuer: site.url, background: 'by-hand', policies: policies('shop-prod') },
      upstreams: [
        { name: 'cluster-eu', kind: 'kubernetes', url: cluster.url, audience: AUDIENCE, privateNetwork: false },
      ],
    });
    await site.publish(broker);
  });
  afterAll(async () => {
    await broker.close();
    cluster.close();
    site.close();
  });

  const ask = (secret = newSecret()) =>
    broker.ask({ scope: 'shop/deploy', secret, claims: { environment: 'production' } });
  const pods = async (namespace: string, token: string) =>
    (
      await fetch(`${cluster.url}/api/v1/namespaces/${namespace}/pods`, {
        headers: { authorization: `Bearer ${token}` },
      })
    ).status;

  it('gets a token, and where to use it, and is let into its namespace alone', async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ token_type: 'Bearer', issued_token_type: 'urn:buildpass:token-type:kubernetes' },
      ...{ credential: { token: body.access_token } },
      details: { server: cluster.url, namespace: 'shop-prod', cluster: 'cluster-eu' },
    });
    expect([await pods('shop-prod', body.access_token), await pods('shop-dev', body.access_token)]).toEqual([200, 403]);
  });

  it('is told that a return cannot call it back, and until when it lives', async () => {
    const secret = newSecret();
    const { body } = await ask(secret);
    const returned = await broker.returnLease(body.lease_id, secret);
    expect(returned.body).toEqual({ revocation: 'at-expiry', upstream_expires_at: expect.stringMatching(/Z$/) });
    expect(await pods('shop-prod', body.access_token)).toBe(200);
    const [entry] = (await broker.entries('issuance.succeeded')).filter(({ lease_id }) => lease_id === body.lease_id);
    expect(entry).toMatchObject({ kind: 'kubernetes', revocation: 'at-expiry', fingerprint: expect.any(String) });
  });

  it('asks nobody else: nothing leaves the broker before its entry is there', () => {
    expect(cluster.requests.every((request) => request.startsWith('GET /api/v1/namespaces/'))).toBe(true);
  });

  it.each([
    ['kube-system', '"kube-system" is not offered (namespaces: shop-*)'],
    ['""', 'must be the name of a namespace, not ""'],
    ['"*"', 'must be the name of a namespace, not "*"'],
  ])('has no policy for the namespace %s', async (namespace, problem) => {
    await expect(TestBroker.start({ policies: policies(namespace) })).rejects.toThrow(problem);
  });
});
