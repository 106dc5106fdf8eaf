import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Credential, Grant } from '../../../broker/model.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import type { UpstreamSystem } from '../../../broker/providers/endpoints.ts';
import { jwtProvider } from '../../../broker/providers/jwt.ts';
import { kubernetesProvider } from '../../../broker/providers/kubernetes.ts';
import { createUpstreamFetch } from '../../../broker/upstream/fetch.ts';
import { describeLocalProvider } from '../../conformance/provider.ts';
import { buildGrant, buildKeys } from '../../support/build-grant.ts';
import { startIssuerSite } from '../../support/issuer-site.ts';
import { startCluster } from '../../support/kube-apiserver.ts';

const AUDIENCE = 'https://cluster-eu.example.com';
const PARAMETERS = { upstream: 'cluster-eu', audience: AUDIENCE, namespace: 'payments' };
const CLUSTER: UpstreamSystem = {
  ...{ name: 'cluster-eu', kind: 'kubernetes', url: 'https://api.cluster-eu.internal:6443', audience: AUDIENCE },
  privateNetwork: true,
};
const SIGNAL = new AbortController().signal;

const providerOf = (issuer = 'https://keys.example.com', authorities?: string) =>
  kubernetesProvider({
    ...{ issuer, keys: buildKeys(), fetchFrom: createUpstreamFetch },
    upstreams: [
      authorities === undefined ? CLUSTER : { ...CLUSTER, authorities },
      { ...CLUSTER, name: 'vault-prod', kind: 'vault' },
    ],
  });

const issue = (parameters: object = {}, grant: Partial<Grant> = {}): Promise<Credential> =>
  providerOf().issue(buildGrant(grant), { ...PARAMETERS, ...parameters }, SIGNAL);

describeLocalProvider('kubernetes', async () => ({
  provider: providerOf(),
  parameters: PARAMETERS,
  values: ['token'],
}));

describe('a token for a cluster', () => {
  it('is signed by RSA for its audience, says its namespace, and ends with the grant', async () => {
    const { accessToken, values, upstreamExpiresAt } = await issue({}, { ttl: 600 });
    const token = accessToken.reveal();
    expect(values['token']?.reveal()).toBe(token);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    const { iat = 0, exp = 0, ...claims } = decodeJwt(token);
    expect([exp - iat, exp * 1000]).toEqual([600, upstreamExpiresAt]);
    expect(claims).toMatchObject({
      ...{ iss: 'https://keys.example.com', aud: AUDIENCE, sub: 'project:shop:entitlement:deploy', jti: 'iss_1' },
      kubernetes_namespace: 'payments',
    });
  });

  it('comes with what a kubeconfig needs, the authority where it is not a public one', async () => {
    const server = { server: CLUSTER.url, namespace: 'payments', cluster: 'cluster-eu' };
    expect((await issue()).details).toEqual(server);
    const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
    const { details } = await providerOf(undefined, pem).issue(buildGrant(), PARAMETERS, SIGNAL);
    expect(details).toEqual({ ...server, certificate_authority_data: Buffer.from(pem).toString('base64') });
  });

  it.each<[string, object, Partial<Grant>]>([
    ['for a cluster that is not configured', { upstream: 'cluster-us' }, {}],
    ['for an upstream that is no cluster', { upstream: 'vault-prod' }, {}],
    ['without a namespace', { namespace: '' }, {}],
    ['without an audience', { audience: '' }, {}],
  ])('is not made %s', async (_what, parameters, grant) => {
    await expect(issue(parameters, grant)).rejects.toBeInstanceOf(TypeError);
  });
});

describe('an API server', () => {
  const start = async () => {
    const site = await startIssuerSite();
    site.publishKeys(buildKeys());
    const bindings = {
      payments: ['buildpass:project:shop:entitlement:deploy'],
      orders: ['buildpass:namespace:orders'],
    };
    const cluster = await startCluster({ issuer: site.url, audience: AUDIENCE, bindings });
    onTestFinished(site.close);
    onTestFinished(cluster.close);
    const pods = async (namespace: string, { accessToken }: Credential) => {
      const headers = { authorization: `Bearer ${accessToken.reveal()}` };
      return (await fetch(`${cluster.url}/api/v1/namespaces/${namespace}/pods`, { headers })).status;
    };
    return { issuer: site.url, pods };
  };

  it('lets it into the namespace that its subject is bound to, and into no other', async () => {
    const { issuer, pods } = await start();
    const credential = await providerOf(issuer).issue(buildGrant(), PARAMETERS, SIGNAL);
    expect([await pods('payments', credential), await pods('kube-system', credential)]).toEqual([200, 403]);
    const other = await providerOf(issuer).issue(buildGrant({ entitlement: 'try' }), PARAMETERS, SIGNAL);
    expect(await pods('payments', other)).toBe(403);
  });

  it('can bind the namespace that the policy names, which no other kind of token can say', async () => {
    const { issuer, pods } = await start();
    const credential = await providerOf(issuer).issue(buildGrant(), { ...PARAMETERS, namespace: 'orders' }, SIGNAL);
    expect(await pods('orders', credential)).toBe(200);
    const jwt = jwtProvider({ issuer, keys: buildKeys() });
    const parameters = { audience: AUDIENCE, algorithm: 'RS256' };
    expect(await pods('orders', await jwt.issue(buildGrant(), parameters, SIGNAL))).toBe(403);
    const named = credentialKinds(['jwt'])
      .get('jwt')
      ?.parse(
        { ...parameters, claims: { kubernetes_namespace: 'orders' } },
        {
          ...{
            repositories: [],
            vouched: { ids: [], where: 'repositories' },
            upstreams: undefined,
            where: 'may-offer',
          },
          offered: [{ audiences: [AUDIENCE], claims: ['kubernetes_namespace'] }],
        },
      );
    expect(JSON.stringify(named)).toContain('is set by the broker: choose another name');
  });

  it('turns away a token of another audience, of another issuer, and one that ended', async () => {
    const { issuer, pods } = await start();
    const elsewhere = await providerOf(issuer).issue(
      buildGrant(),
      { ...PARAMETERS, audience: 'https://other' },
      SIGNAL,
    );
    const foreign = await providerOf().issue(buildGrant(), PARAMETERS, SIGNAL);
    const old = await providerOf(issuer).issue(buildGrant({ issuedAt: Date.now() - 3_600_000 }), PARAMETERS, SIGNAL);
    for (const credential of [elsewhere, foreign, old]) expect(await pods('payments', credential)).toBe(401);
  });
});
