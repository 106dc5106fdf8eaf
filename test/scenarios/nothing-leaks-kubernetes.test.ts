// P6 for clusters: the token that a job gets for one is in the answers that deliver it, and nowhere else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretStory } from '../support/secret-story.ts';
import { newSecret } from '../support/test-broker.ts';

const AUDIENCE = 'https://cluster-eu.example.com';
const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
projects:
  shop:
    owner: octo-org/platform
    may-offer: [ { kind: kubernetes, upstreams: [cluster-eu], audiences: [ ${AUDIENCE} ], namespaces: [shop] } ]
`;
const SHOP = `
project: shop
title: Web shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:
  deploy:
    title: Deploy into the cluster
    risk: low
    credential: { kind: kubernetes, upstream: cluster-eu, audience: ${AUDIENCE}, namespace: shop }
    ttl: 10m
    allow: [ { branch: main, event: push } ]
`;

async function tell(story: SecretStory): Promise<void> {
  const { broker } = story;
  const secret = newSecret();
  const { body } = await story.ask('a job', { scope: 'shop/deploy', secret });
  await story.ask('the same job again', { scope: 'shop/deploy', secret });
  story.keep(await broker.returnLease(body.lease_id, secret));
  story.keep(await broker.returnLease(body.access_token, secret));
  await story.ask('a job of another branch', { scope: 'shop/deploy', claims: { ref: 'refs/heads/x' } });
  await broker.running.runBackground();
  await story.visitAll(`/requests/${body.request_id}`);
}

describe('no token for a cluster is', () => {
  let story: SecretStory;
  beforeAll(async () => {
    story = await SecretStory.start({
      policies: { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION },
      upstreams: [
        {
          ...{ name: 'cluster-eu', kind: 'kubernetes', url: 'https://cluster-eu.example.com:6443' },
          ...{ audience: AUDIENCE, privateNetwork: false },
        },
      ],
    });
    await tell(story);
  });
  afterAll(() => story.broker.close());

  it('missing from the search', () => {
    const [first, again] = story.answers;
    expect([first?.status, again?.body.access_token]).toEqual([200, first?.body.access_token]);
    expect(story.search.find(first?.text ?? '')).not.toEqual([]);
  });

  it('in a line of the broker’s own log', () => {
    expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
  });

  it('in an answer, but the ones that delivered it', () => {
    expect(story.answers.flatMap((answer) => story.leaksOf(answer))).toEqual([]);
  });

  it('in a byte of any file but the one that holds the key-encryption key', () => {
    const { directory, config } = story.broker;
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((file) => file !== config.keys.encryptionKeyFile);
    expect(files.flatMap((file) => story.search.find(readFileSync(file)))).toEqual([]);
  });
});
