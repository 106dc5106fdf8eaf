// P6 with clouds: neither what they hand out nor what they are shown for it is written anywhere, on good days and on bad ones.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CloudStory, startClouds } from '../support/cloud-world.ts';
import type { UpstreamMood } from '../support/moody-server.ts';
import { SecretStory } from '../support/secret-story.ts';
import { newSecret } from '../support/test-broker.ts';

const FILE = 'urn:buildpass:token-type:gcp-credentials-file';
const MOODS: readonly UpstreamMood[] = [
  'well',
  'refuses',
  'truncated',
  'no-json',
  'empty',
  'wider',
  'longer',
  'breaks',
];

async function tell({ story, google, entra }: { story: SecretStory } & Omit<CloudStory, 'broker'>): Promise<void> {
  const secret = newSecret();
  const { body } = await story.ask('a credentials file', { scope: 'shop/deploy-file', secret });
  await story.ask('a credentials file once more', { scope: 'shop/deploy-file', secret });
  story.keep(await story.broker.returnLease(body.access_token, secret));
  story.keep(await story.broker.returnLease(body.lease_id, secret));
  for (const mood of MOODS) {
    for (const part of ['/sts/', '/iam/']) {
      Object.assign(google, { mood, moodFrom: ({ path }: { path: string }) => path.startsWith(part) });
      await story.ask(`Google that ${mood} at ${part}`, { scope: 'shop/deploy' });
    }
    entra.mood = mood;
    await story.ask(`Entra that ${mood}`, { scope: 'shop/deploy-azure' });
  }
  for (const token of google.issued) story.search.add('a token of Google', token.slice('ya29.x.'.length));
  for (const token of entra.issued) story.search.addToken('a token of Entra', token);
  for (const assertion of [...google.shown, ...entra.shown]) story.search.addToken('a token of ours', assertion);
  await story.visitAll();
}

describe('after days good and bad with clouds no secret is', () => {
  let world: { story: SecretStory } & CloudStory;
  beforeAll(async () => {
    world = await startClouds(async (options) => {
      const story = await SecretStory.start(options);
      return { story, broker: story.broker };
    });
    await tell(world);
  });
  afterAll(async () => {
    await world.broker.close();
    world.google.close();
    world.entra.close();
  });

  it('missing from the search', () => {
    const { google, entra, story } = world;
    expect(Math.min(google.issued.length, google.shown.length)).toBeGreaterThan(8);
    expect(Math.min(entra.issued.length, entra.shown.length)).toBeGreaterThan(4);
    const file = story.answers.map(({ body }) => body?.issued_token_type).filter((type) => type === FILE);
    expect(file).toHaveLength(2);
    expect(new Set(story.answers.map(({ status }) => status))).toEqual(new Set([200, 404, 503]));
  });

  it('in a line of the broker’s own log', () => {
    expect(world.story.search.find(world.broker.logLines.join(''))).toEqual([]);
  });

  it('in an answer, but the credential in the one that delivered it', () => {
    expect(world.story.answers.flatMap((answer) => world.story.leaksOf(answer))).toEqual([]);
  });

  it('in a byte of any file but the one that holds the key-encryption key', () => {
    const { directory, config } = world.broker;
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => file !== config.keys.encryptionKeyFile);
    expect(files.length).toBeGreaterThan(3);
    expect(files.flatMap((file) => world.story.search.find(readFileSync(file)))).toEqual([]);
  });
});
