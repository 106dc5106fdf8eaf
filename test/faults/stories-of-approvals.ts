// What people decide and what they are told of it, as stories: see stories.ts. Each asks by itself: what waits for people is no ask
// of the round, which would end it as a job alone can.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORGANIZATION, PEOPLE, ROBIN, SHOP } from '../support/approval-story.ts';
import { NoticeReceiver } from '../support/notice-receivers.ts';
import { signIn } from '../support/person-browser.ts';
import { newSecret, type TestBrokerOptions } from '../support/test-broker.ts';
import type { Round } from './round.ts';
import type { Story } from './stories.ts';

const OPTIONS: TestBrokerOptions = {
  people: PEOPLE,
  policies: { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION },
};
const WITHIN_MS = 31 * 60_000;

/** Lives as long as the process that tells the story; it takes nothing until it is told to. */
async function withReceiver(status: number): Promise<TestBrokerOptions> {
  const receiver = await NoticeReceiver.start();
  receiver.status = status;
  return {
    ...OPTIONS,
    notify: (directory) => {
      const secretFile = join(directory, 'webhook.secret');
      writeFileSync(secretFile, `whsec_${Buffer.alloc(32).toString('base64')}`, { mode: 0o600 });
      return [{ kind: 'webhook', name: 'webhook', url: receiver.url, secretFile, privateNetwork: false }];
    },
  };
}

interface Waiting {
  readonly id: string;
  readonly secret: string;
}

/** Every telling has a run of its own, and so an approval of its own. */
async function ask({ broker, run }: Round): Promise<Waiting> {
  const secret = newSecret();
  const { body } = await broker.ask({ scope: 'shop/deploy', secret, claims: { ...ROBIN, run_id: run } });
  return { id: body.request_id, secret };
}

async function decide({ broker }: Round, { id }: Waiting, verdict: 'approve' | 'reject'): Promise<void> {
  const alex = await signIn(broker, 'Alex');
  const { body } = await alex.get(`/v1/requests/${id}`);
  await alex.post(`/v1/requests/${id}/verdicts`, { verdict, reason: 'So be it.', binding: body.approval.binding });
}

/** The request of a telling, for what comes after it. */
function remembering(story: (waiting: Waiting, round: Round) => Promise<unknown>, options?: Story['options']): Story {
  let waiting: Waiting = { id: '', secret: '' };
  return {
    options: options ?? (() => OPTIONS),
    prepare: async (round) => {
      waiting = await ask(round);
    },
    act: (round) => story(waiting, round),
  };
}

export const STORIES_OF_APPROVALS: Readonly<Record<string, Story>> = {
  'an ask that people must decide': { options: () => OPTIONS, act: ask },
  'an approval': remembering((waiting, round) => decide(round, waiting, 'approve')),
  'a rejection': remembering((waiting, round) => decide(round, waiting, 'reject')),
  'a request that its job takes back': remembering(({ id, secret }, { broker }) =>
    broker.fetch(`/v1/requests/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${secret}` } }),
  ),
  'a request that who asked takes back': remembering(async ({ id }, { broker }) =>
    (await signIn(broker, 'Robin')).post(`/v1/requests/${id}/withdraw`),
  ),
  'an approval that nobody gives': remembering(async (_waiting, round) => {
    round.pass(WITHIN_MS);
    await round.background();
  }),
  'a notice that is taken': remembering(
    (_waiting, round) => round.background(),
    () => withReceiver(200),
  ),
  'a notice that is not taken': remembering(
    (_waiting, round) => round.background(),
    () => withReceiver(503),
  ),
};
