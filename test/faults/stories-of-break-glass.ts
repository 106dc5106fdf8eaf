// Emergencies, and what waits beside them, as stories: see stories.ts.
import { emergencyOptions, invoke, review } from '../support/break-glass-story.ts';
import { type PersonBrowser, signIn } from '../support/person-browser.ts';
import type { TestBrokerOptions } from '../support/test-broker.ts';
import type { Round } from './round.ts';
import type { Story } from './stories.ts';

const MINUTE_MS = 60_000;
/** The account that every job here is of. */
const ASKS = { name: 'Mona', id: '583231', groups: ['on-call'] };

function options(): TestBrokerOptions {
  const { people = [], ...rest } = emergencyOptions();
  return { ...rest, people: [...people, ASKS], roles: { security: ['octo-org/security'], operators: [] } };
}

/** Signed in before anything goes wrong. */
const signedIn = new WeakMap<Round, ReadonlyMap<string, PersonBrowser>>();

const waitsBefore =
  (scope: string, ...names: readonly string[]) =>
  async (round: Round): Promise<void> => {
    await round.ask(scope);
    const browsers = new Map<string, PersonBrowser>();
    for (const name of names) {
      const browser = await signIn(round.broker, name);
      await browser.follow('/sign-in/demo?step-up=1');
      browsers.set(name, browser);
    }
    signedIn.set(round, browsers);
  };

function of(round: Round, name: string): PersonBrowser {
  const browser = signedIn.get(round)?.get(name);
  if (browser === undefined) throw new Error(`${name} is not signed in`);
  return browser;
}

async function decide(round: Round, verdict: 'approve' | 'reject'): Promise<void> {
  const kim = of(round, 'Kim');
  const { id } = round.waits;
  const { body } = await kim.get(`/v1/requests/${id}`);
  await kim.post(`/v1/requests/${id}/verdicts`, { verdict, reason: 'As agreed.', binding: body.approval.binding });
}

export const STORIES_OF_BREAK_GLASS: Readonly<Record<string, Story>> = {
  'a job that waits, is approved and collects': {
    options,
    prepare: waitsBefore('shop/either', 'Kim'),
    act: async (round) => {
      await decide(round, 'approve');
      await round.ask('shop/either');
    },
  },
  'a job that waits and is rejected': {
    options,
    prepare: waitsBefore('shop/either', 'Kim'),
    act: (round) => decide(round, 'reject'),
  },
  'a job that begins to wait, and takes it back': {
    options,
    act: async (round) => {
      await round.ask('shop/either');
      await round.takeBack();
    },
  },
  'a request beside break-glass that who asked takes back': {
    options,
    prepare: waitsBefore('shop/either', 'Mona'),
    act: (round) => of(round, 'Mona').post(`/v1/requests/${round.waits.id}/withdraw`),
  },
  'a request that nobody decides': {
    options,
    prepare: async (round) => {
      await round.ask('shop/either');
      round.pass(31 * MINUTE_MS);
    },
    act: (round) => round.background(),
  },
  'break-glass, and its review': {
    options,
    prepare: waitsBefore('shop/rescue', 'Mona', 'Sam'),
    act: async (round) => {
      await invoke(of(round, 'Mona'), round.waits);
      await round.ask('shop/rescue');
      await review(of(round, 'Sam'));
    },
    // The next round begins without an incident.
    settle: (round) => review(of(round, 'Sam')),
  },
};
