// A session of which an order ended what its job was about to have, while the store was in trouble.
import { describe, expect, it, onTestFinished } from 'vitest';
import { askControl } from '../../broker/cli/ask-control.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { approvedJob, askAnew, startSessions } from '../support/session-story.ts';

describe('a session whose renewal an order named', () => {
  it('is over, also where that credential was withheld and its lease ended before that was on record', async () => {
    const store = new FaultyStore();
    const story = await startSessions({ openStore: store.open, background: 'by-hand' });
    onTestFinished(() => story.close());
    const { broker } = story;
    const claims = { run_id: '7', check_run_id: '1' };
    const { secret } = await approvedJob(story, 'upstream', claims);
    await broker.returnLease((await broker.entries('issuance.succeeded'))[0]?.['lease_id'] as string, secret);
    store.arm({ at: 2, kind: 'failed but happened' }, { at: 3, kind: 'failed' });
    expect((await askAnew(story, 'upstream', { claims })).status).toBe(503);
    const body = { of: { scope: 'everything' }, reason: 'INC-7' };
    await askControl(broker.config.store.path, 'POST /revocations', { body });
    await broker.running.runBackground();
    expect(await broker.entries('issuance.withheld')).toHaveLength(1);
    expect((await askAnew(story, 'upstream', { claims })).body).toMatchObject({ error: 'authorization_pending' });
    await broker.entries();
  });
});
