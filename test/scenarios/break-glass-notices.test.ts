// Everybody is told of break-glass at once, and louder each time.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordsOf } from '../../broker/notify/notice-words.ts';
import type { ApprovalStory } from '../support/approval-story.ts';
import { invoke, startEmergencies, steppedUp } from '../support/break-glass-story.ts';
import { NoticeReceiver } from '../support/notice-receivers.ts';

let [receiver, story]: [NoticeReceiver, ApprovalStory] = [] as never;
beforeAll(async () => {
  receiver = await NoticeReceiver.start();
  story = await startEmergencies({
    notify: (directory) => {
      const secretFile = join(directory, 'webhook.secret');
      writeFileSync(secretFile, `whsec_${Buffer.alloc(32, 7).toString('base64')}`, { mode: 0o600 });
      return [{ kind: 'webhook', name: 'webhook', url: receiver.url, secretFile, privateNetwork: false }];
    },
  });
});
afterAll(async () => {
  await story.close();
  await receiver.close();
});

describe('a notice of break-glass', () => {
  it('says who may invoke it, then who did, why, and how often in this incident', async () => {
    for (const run of ['1', '2']) {
      const job = await story.ask('rescue', { check_run_id: run });
      await invoke(await steppedUp(story, 'Alex'), job);
    }
    await story.broker.running.runBackground();
    const told = receiver.received.map(({ body }) => body);
    const waiting = told.filter(({ type }) => type === 'request.waiting');
    expect(waiting[0].data).toMatchObject({ by: [], break_glass: ['octo-org/on-call'] });
    const invoked = told.filter(({ type }) => type === 'break-glass.invoked').map(({ data }) => data);
    expect(invoked.map(({ number }) => number).toSorted()).toEqual([1, 2]);
    expect(invoked[0]).toMatchObject({
      ...{ by: 'Alex', team: 'octo-org/on-call', because: 'The shop is down.', incident: 'INC-7' },
      ...{ notify: ['octo-org/security'], actor: 'robin', project: 'shop', entitlement: 'rescue' },
    });
    const second = invoked.find(({ number }) => number === 2);
    const { title } = wordsOf({ kind: 'break-glass.invoked', fields: second }, 'https://buildpass.example.com');
    expect(title).toBe('BREAK-GLASS, 2 times in this incident: shop/rescue');
  });
});
