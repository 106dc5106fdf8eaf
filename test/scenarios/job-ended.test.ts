// A runner that is killed never gets to the step that gives its lease back: what it held ends at its end at the latest, and at once
// where the broker is told that the job is over.
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccessStory, MINUTE } from '../support/access-story.ts';

async function start(): Promise<AccessStory> {
  const story = await AccessStory.start();
  onTestFinished(() => story.close());
  return story;
}

describe('a job whose runner was killed', () => {
  it('holds its credential until its end and no longer, on record', async () => {
    const story = await start();
    story.broker.provider.mood = 'lives-too-long';
    const { lease, token } = await story.issue();
    story.pass(10 * MINUTE);
    await story.background();
    expect(story.broker.provider.revoked).toEqual([token]);
    const said = (await story.broker.entries()).filter((entry) => entry['lease_id'] === lease).map(({ type }) => type);
    expect(said.slice(-2)).toEqual(['lease.expired', 'lease.revoked']);
  });

  it('loses all that it holds at once where its end is told, and nobody else does', async () => {
    const story = await start();
    const held = [
      await story.issue({ check_run_id: '501' }),
      await story.issue({ check_run_id: '501' }, 'publish-preview'),
    ];
    const other = await story.issue({ check_run_id: '502' });
    const { jobEnded } = story.broker.running;
    expect(await jobEnded({ issuer: 'elsewhere', checkRunId: '501' })).toBe(0);
    expect(await jobEnded({ issuer: 'github', checkRunId: '501' })).toBe(2);
    expect(await jobEnded({ issuer: 'github', checkRunId: '501' })).toBe(0);
    await story.background();
    expect(story.broker.provider.revoked).toEqual([held[0]?.token]);
    const ended = await story.broker.entries('lease.ended');
    expect(ended.map((entry) => entry['lease_id']).toSorted()).toEqual(held.map(({ lease }) => lease).toSorted());
    expect(ended.map((entry) => entry['because'])).toEqual(['job-ended', 'job-ended']);
    expect((await story.lease(other.lease)).state).toBe('live');
  });
});
