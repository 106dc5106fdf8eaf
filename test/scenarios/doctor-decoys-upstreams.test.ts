// What a vault and a cluster make of a decoy, and what `doctor` makes of their answers.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DecoyShown } from '../../broker/open/decoys.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { startIssuerSite } from '../support/issuer-site.ts';
import { startCluster } from '../support/kube-apiserver.ts';
import { DECOY, showDecoy } from '../support/show-decoy.ts';
import { TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';
import { startVault, type VaultRole } from '../support/vault-double.ts';

const policiesOf = (credential: string, offer: string, ttl = '10m'): NonNullable<TestBrokerOptions['policies']> => ({
  'shop.yaml': `
project: shop
title: Web shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:
  deploy: { title: Deploy, risk: low, credential: ${credential}, ttl: ${ttl}, allow: [ { branch: main } ] }
`,
  '_organization.yaml': `
teams: { octo-org/platform: { github: "4710" } }
projects: { shop: { owner: octo-org/platform, may-offer: [ ${offer} ] } }
`,
});

/** A broker whose keys a system of one upstream reads at a site of its own. */
async function upstreamStory<T extends { readonly url: string; close(): void }>(
  start: (issuer: string) => Promise<T>,
  options: (url: string) => TestBrokerOptions,
): Promise<{ broker: TestBroker; double: T }> {
  const site = await startIssuerSite();
  const double = await start(site.url);
  const broker = await TestBroker.start({ issuer: site.url, background: 'by-hand', ...options(double.url) });
  await site.publish(broker);
  onTestFinished(async () => {
    await broker.close();
    double.close();
    site.close();
  });
  return { broker, double };
}

describe('a decoy at a vault', () => {
  const story = (role: Partial<VaultRole>, name = 'shop') =>
    upstreamStory(
      (issuer) => startVault({ issuer, roles: { [name]: { audience: 'vault-prod', paths: {}, ...role } } }),
      (url) => ({
        policies: policiesOf(
          '{ kind: vault-secret, upstream: vault-prod, role: shop, path: kv/data/shop, values: { key: key } }',
          '{ kind: vault-secret, upstreams: [vault-prod], roles: [shop], paths: ["kv/**"] }',
        ),
        upstreams: [{ name: 'vault-prod', kind: 'vault', url, audience: 'vault-prod', privateNetwork: false }],
      }),
    );
  const subject = 'project:shop:entitlement:deploy';

  it.each<[string, Partial<VaultRole>, readonly [DecoyShown['outcome'], string]]>([
    ['binds one subject', { subject }, ['subject-refused', 'a vault looks at the audience after the subject']],
    [
      'binds several subjects',
      { subject: [subject, 'x'] },
      ['subject-refused', 'the issuer, the keys and the audience are right'],
    ],
    ['binds another audience', { subject: [subject], audience: 'other' }, ['refused', 'invalid audience (aud) claim']],
  ])('meets a role that %s', async (_what, role, [outcome, found]) => {
    const { broker, double } = await story(role);
    expect(await showDecoy(broker)).toMatchObject({
      outcome,
      found: expect.stringContaining(found),
      target: 'the role shop at auth/jwt',
    });
    expect([double.issued, double.complaints]).toEqual([[], []]);
  });

  it('is told of a role that is not there', async () => {
    const { broker } = await story({ subject }, 'other');
    expect(await showDecoy(broker)).toMatchObject({
      outcome: 'refused',
      found: expect.stringContaining('role "shop" could not be found'),
      next: expect.stringContaining('must bind'),
    });
  });

  it('that is let in ends its login at once, and has read nothing', async () => {
    const { broker, double } = await story({});
    expect(await showDecoy(broker)).toMatchObject({
      outcome: 'accepted',
      found: expect.stringContaining('that login is ended again'),
      next: expect.stringContaining('`bound_subject`'),
    });
    expect(double.live()).toEqual([]);
    expect((await broker.entries('decoy.ended'))[0]).not.toHaveProperty('may_live_until');
  });

  it('whose login cannot be ended says until when that may live', async () => {
    const { broker, double } = await story({ withoutDefault: true });
    expect(await showDecoy(broker)).toMatchObject({
      outcome: 'accepted',
      found: expect.stringContaining('could not be ended'),
      lives_until: expect.any(String),
    });
    expect(double.live()).toHaveLength(1);
  });
});

describe('a decoy at a cluster', () => {
  const audience = 'https://cluster-eu.example.com';
  const story = (options: { subjects?: readonly string[]; audience?: string }) =>
    upstreamStory(
      (issuer) => startCluster({ issuer, audience, bindings: {}, ...options }),
      (url) => ({
        policies: policiesOf(
          `{ kind: kubernetes, upstream: cluster-eu, audience: ${audience}, namespace: shop }`,
          `{ kind: kubernetes, upstreams: [cluster-eu], audiences: [ ${audience} ], namespaces: [shop] }`,
        ),
        upstreams: [{ name: 'cluster-eu', kind: 'kubernetes', url, audience, privateNetwork: false }],
      }),
    );
  const subjects = ['project:shop:entitlement:deploy'];

  it.each([
    ['as `trust kubernetes` says', { subjects }],
    ['for another audience', { subjects, audience: 'other' }],
  ])('meets the same word of one that is set up %s', async (_what, options) => {
    const { broker } = await story(options);
    expect(await showDecoy(broker)).toMatchObject({
      outcome: 'refused-without-reason',
      found: expect.stringContaining('a cluster says the same'),
    });
  });

  it('is known to one without a rule on the subject', async () => {
    const { broker } = await story({});
    expect(await showDecoy(broker)).toMatchObject({
      outcome: 'accepted',
      found: expect.stringContaining(
        `it takes the caller for "buildpass:${DECOY}", in the groups buildpass:namespace:shop, system:authenticated`,
      ),
      next: expect.stringContaining('claimValidationRules'),
    });
  });
});

it('nothing is shown for a kind that no other system is asked about', async () => {
  const broker = await TestBroker.start({ background: 'by-hand' });
  onTestFinished(() => broker.close());
  expect(await showDecoy(broker, 'shop/publish-preview')).toMatchObject({
    outcome: 'not-shown',
    found: expect.stringContaining('`jwt`'),
  });
  expect(await broker.entries('decoy.started')).toEqual([]);
});

it('nothing leaves where it cannot be put on record', async () => {
  const store = new FaultyStore();
  const broker = await TestBroker.start({ background: 'by-hand', openStore: store.open });
  onTestFinished(() => broker.close());
  store.arm({ at: 1, kind: 'failed' });
  await expect(showDecoy(broker, 'shop/upstream')).rejects.toThrow('the broker did not do it');
  expect(broker.provider.shown).toEqual([]);
  store.arm();
  await showDecoy(broker, 'shop/upstream');
  expect((await broker.entries('decoy.started')).map(({ decoy_id: id }) => id)).toEqual(broker.provider.shown);
});
