// Access that security ends and gives back, and jobs that are over, as stories: see stories.ts.
import { askControl } from '../../broker/cli/ask-control.ts';
import { accessOptions } from '../support/access-story.ts';
import { type PersonBrowser, signIn } from '../support/person-browser.ts';
import type { Round } from './round.ts';
import type { Story } from './stories.ts';

const UPSTREAM = 'shop/upstream';
/** As every job of the stories is called by its platform. */
const JOB = { issuer: 'github', checkRunId: '50123456789' };

/** Signed in before anything goes wrong. */
const signedIn = new WeakMap<Round, readonly PersonBrowser[]>();

async function issuedAndWatched(round: Round): Promise<void> {
  await round.ask(UPSTREAM);
  const people = [await signIn(round.broker, 'Sam'), await signIn(round.broker, 'Rita')];
  for (const person of people) await person.follow('/sign-in/demo?step-up=1');
  signedIn.set(round, people);
}

const people = (round: Round): readonly PersonBrowser[] => signedIn.get(round) ?? [];

/** Everything that is paused, by two people. */
async function resumeAll(round: Round): Promise<void> {
  const [sam, rita] = people(round);
  const { body } = (await sam?.get('/v1/pauses')) ?? { body: { pauses: [] } };
  for (const { id } of body.pauses)
    for (const person of [sam, rita, sam]) await person?.post(`/v1/pauses/${id}/resume`, { reason: 'It is over.' });
}

/** Whatever becomes of it, the other system answers then. */
async function whileItActs(round: Round, act: () => Promise<unknown>): Promise<void> {
  const { provider } = round.broker;
  provider.mood = 'hangs';
  const asking = round.anew().ask(UPSTREAM);
  await Promise.race([provider.hanging(), asking]);
  await act().catch(() => undefined);
  provider.letGo();
  provider.mood = 'well';
  await asking;
}

export const STORIES_OF_ACCESS: Readonly<Record<string, Story>> = {
  'a decoy that an operator has shown': {
    act: (round) => askControl(round.broker.config.store.path, 'POST /decoys', { body: { entitlement: UPSTREAM } }),
  },
  'leases that security revokes': {
    options: accessOptions,
    prepare: issuedAndWatched,
    act: async (round) => {
      const [sam] = people(round);
      await sam?.post('/v1/revocations', { of: { scope: 'project', target: 'shop' }, reason: 'It leaked.' });
      await round.background();
    },
  },
  'a pause with all that is live, and how it is resumed': {
    options: accessOptions,
    prepare: issuedAndWatched,
    act: async (round) => {
      const of = { scope: 'entitlement', target: UPSTREAM };
      await people(round)[0]?.post('/v1/pauses', { of, reason: 'Under attack.', revoke: true });
      await round.anew().ask(UPSTREAM);
      await resumeAll(round);
      await round.background();
    },
    settle: resumeAll,
  },
  'another system that is paused while it acts': {
    options: accessOptions,
    prepare: issuedAndWatched,
    act: (round) =>
      whileItActs(round, async () => {
        const of = { scope: 'project', target: 'shop' };
        await people(round)[0]?.post('/v1/pauses', { of, reason: 'Under attack.' });
      }),
    settle: resumeAll,
  },
  'another system whose credentials security revokes while it makes one': {
    options: accessOptions,
    prepare: issuedAndWatched,
    act: (round) =>
      whileItActs(round, async () => {
        const of = { scope: 'entitlement', target: UPSTREAM };
        await people(round)[0]?.post('/v1/revocations', { of, reason: 'It leaked.' });
      }),
  },
  'a job whose end is told while another system makes its credential': {
    options: accessOptions,
    act: (round) => whileItActs(round, () => round.broker.running.jobEnded(JOB)),
  },
  'a job whose end is told': {
    options: accessOptions,
    prepare: (round) => round.ask(UPSTREAM),
    act: async (round) => {
      await round.broker.running.jobEnded(JOB);
      await round.background();
    },
  },
};
