// The world of the clouds, for one test.
import { onTestFinished } from 'vitest';
import { type CloudStory, startClouds } from './cloud-world.ts';
import { TestBroker, type TestBrokerOptions } from './test-broker.ts';

/** Until the test ends. */
export async function cloudStory(
  options: TestBrokerOptions & { readonly now?: () => number } = {},
): Promise<CloudStory> {
  const story = await startClouds(async (given) => ({ broker: await TestBroker.start(given) }), options);
  onTestFinished(async () => {
    await story.broker.close();
    story.google.close();
    story.entra.close();
  });
  return story;
}
