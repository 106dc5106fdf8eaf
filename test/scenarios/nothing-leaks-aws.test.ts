// P6 for roles at AWS: after sessions that were given, refused, withheld and unclear, no key of any is where it must not be.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsStory, prepareAws } from '../support/aws-story.ts';
import type { UpstreamMood } from '../support/moody-server.ts';
import { SecretStory } from '../support/secret-story.ts';

const MOODS: readonly UpstreamMood[] = ['well', 'wider', 'longer', 'truncated', 'no-json', 'refuses', 'breaks'];

describe('after sessions at AWS no key of any is', () => {
  let aws: AwsStory;
  let story: SecretStory;
  beforeAll(async () => {
    aws = await prepareAws();
    story = await SecretStory.start(aws.options);
    aws.publishAt(story.broker.origin);
    for (const mood of MOODS) {
      aws.sts.mood = mood;
      await story.ask(`an AWS that is ${mood}`, { scope: 'shop/tagged' });
    }
    await story.broker.running.runBackground();
    await story.visitAll();
    for (const secret of aws.sts.issued) story.search.add('a key of AWS', secret);
    for (const token of aws.sts.tokens) story.search.addToken('a token that was traded', token);
  });
  afterAll(async () => {
    await story.broker.close();
    aws.sts.close();
  });

  it('missing from the search', () => {
    expect(aws.sts.tokens.length).toBeGreaterThan(4);
    expect(story.search.find(aws.sts.issued.join())).toContain('a key of AWS');
  });

  it('in a line of the broker’s own log', () => {
    expect(story.search.find(story.broker.logLines.join(''))).toEqual([]);
  });

  it('in an answer, but in the one that delivered it', () => {
    expect(story.answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 503]));
    expect(story.answers.flatMap((answer) => story.leaksOf(answer))).toEqual([]);
  });

  it('in the store', () => {
    const { path } = story.broker.config.store;
    for (const file of [path, `${path}-wal`]) expect(story.search.find(readFileSync(file))).toEqual([]);
  });
});
