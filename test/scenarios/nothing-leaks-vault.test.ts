// P6 for what a vault gives: neither a value, nor the broker's own login there, is in a line, an answer or the store, whatever happens.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssuerSite, startIssuerSite } from '../support/issuer-site.ts';
import { SecretStory } from '../support/secret-story.ts';
import { newSecret } from '../support/test-broker.ts';
import { startVault, type VaultDouble } from '../support/vault-double.ts';

const STATIC = 'a-static-value-of-many-characters';
const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
projects:
  shop: { owner: octo-org/platform, may-offer: [ { kind: vault-secret, upstreams: [vault-prod], roles: [shop], paths: ["**"], requests: ["common_name=*.example.com"] } ] }
guardrails: { allow-static: [shop/static] }
`;
const SHOP = `
project: shop
title: Web shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:
  database:
    title: A user of the database
    risk: low
    credential: { kind: vault-secret, upstream: vault-prod, role: shop, path: database/creds/shop, values: { pass: password } }
    ttl: 10m
    allow: [ { branch: main, event: push } ]
  certificate:
    title: A certificate with its key
    risk: low
    credential: { kind: vault-secret, upstream: vault-prod, role: shop, path: pki/issue/web, request: { common_name: a.example.com }, values: { key: private_key } }
    ttl: 10m
    allow: [ { branch: main, event: push } ]
  static:
    title: A value
    risk: low
    credential: { kind: vault-secret, upstream: vault-prod, role: shop, path: kv/data/shop, values: { key: key } }
    ttl: never
    allow: [ { branch: main, event: push } ]
`;

async function tell(story: SecretStory, vault: VaultDouble): Promise<void> {
  const { broker, search } = story;
  search.add('the static value', STATIC);
  for (const name of ['static', 'database', 'certificate'])
    for (const mood of [
      'well',
      'refuses',
      'truncated',
      'no-json',
      'empty',
      'breaks',
      'redirects',
      'wider',
      'longer',
    ] as const) {
      vault.mood = mood;
      const secret = newSecret();
      const answer = story.keep(await broker.ask({ scope: `shop/${name}`, secret }));
      if (answer.status === 200) story.keep(await broker.returnLease(answer.body.lease_id, secret));
      await broker.running.runBackground();
    }
  // The lines around a key in PEM are no secret: those of the log's public keys end alike.
  const bare = (value: string) => value.replace(/-----[A-Z ]+-----/g, '');
  vault.issued.forEach((value, index) => void search.add(`what the vault gave, ${index}`, bare(value)));
  await story.visitAll();
}

describe('nothing of a vault is', () => {
  let [story, vault, site]: [SecretStory, VaultDouble, IssuerSite] = [] as never;
  beforeAll(async () => {
    site = await startIssuerSite();
    vault = await startVault({
      issuer: site.url,
      roles: {
        shop: {
          ...{
            audience: 'vault-prod',
            subject: ['static', 'database', 'certificate'].map((name) => `project:shop:entitlement:${name}`),
          },
          paths: { 'kv/data/shop': 'read', 'database/creds/shop': 'read', 'pki/issue/web': 'update' },
        },
      },
      engines: {
        kv2: { 'kv/data/shop': { version: 1, fields: { key: STATIC } } },
        database: { 'database/creds/shop': 900 },
        pki: { 'pki/issue/web': { domain: 'example.com', maxTtl: 86_400 } },
      },
    });
    const upstream = { name: 'vault-prod', kind: 'vault', url: vault.url, audience: 'vault-prod' } as const;
    story = await SecretStory.start({
      ...{ issuer: site.url, upstreams: [{ ...upstream, privateNetwork: false }] },
      policies: { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION },
    });
    await site.publish(story.broker);
    await tell(story, vault);
  });
  afterAll(async () => {
    await story.broker.close();
    vault.close();
    site.close();
  });

  it('missing from the search: logins, passwords, keys and the value', () => {
    expect(vault.issued.length).toBeGreaterThan(10);
    expect(story.answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 503]));
    expect(story.search.find(story.answers[0]?.text ?? '')).toContain('the static value');
  });

  it('in a line of the broker’s own log', () => {
    expect(story.broker.logLines.join('')).toContain('vault');
    expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
  });

  it('in an answer, but the value in the one that delivered it', () => {
    // A key has several lines: as JSON, and in `access_token` as JSON in JSON.
    const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
    const values = (body: { credential?: object } | undefined) =>
      (Object.values(body?.credential ?? {}) as string[]).flatMap((one) => [one, inJson(one), inJson(inJson(one))]);
    const leaks = story.answers.flatMap(({ text, body }) => story.search.find(text, values(body)));
    expect(leaks).toEqual([]);
  });

  it('in the clear in the store, where the login of a live lease is sealed', async () => {
    vault.mood = 'well';
    await story.broker.ask({ scope: 'shop/database' });
    story.search.add('a login that is kept', vault.live()[0] ?? '');
    const { directory, config } = story.broker;
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    expect(files.filter((file) => /\.db(-wal)?$/.test(file))).toHaveLength(2);
    const searched = files.filter((file) => file !== config.keys.encryptionKeyFile);
    expect(searched.flatMap((file) => story.search.find(readFileSync(file)))).toEqual([]);
  });
});
