// Everything that the broker writes, as stories: each prepares a world, acts once while one commit goes wrong, and then goes on as
// a job, an operator and time would. test/faults/every-commit.test.ts tells each of them once for every commit that it makes.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createKeys } from '../../broker/cli/keys.ts';
import { keyElsewhere } from '../support/key-elsewhere.ts';
import { largePolicies } from '../support/large-change.ts';
import { makeKeys } from '../support/made-keys.ts';
import { SHOP } from '../support/policy-files.ts';
import type { TestBrokerOptions } from '../support/test-broker.ts';
import { createTestProvider } from '../support/test-provider.ts';
import type { Round } from './round.ts';
import { STORIES_OF_ACCESS } from './stories-of-access.ts';
import { STORIES_OF_APPROVALS } from './stories-of-approvals.ts';
import { STORIES_OF_BREAK_GLASS } from './stories-of-break-glass.ts';
import { STORIES_OF_KEYS } from './stories-of-keys.ts';
import { STORIES_OF_PEOPLE } from './stories-of-people.ts';

export interface Story {
  readonly options?: () => TestBrokerOptions | Promise<TestBrokerOptions>;
  /** before anything goes wrong */
  prepare?(round: Round): Promise<unknown>;
  /** one of its commits goes wrong */
  act(round: Round): Promise<unknown>;
  /** all goes well again; afterwards every ask of the round is asked until it ends */
  settle?(round: Round): Promise<unknown>;
}

const UPSTREAM = 'shop/upstream';
const MINUTE_MS = 60_000;
const BEYOND_A_LEASE_MS = 11 * MINUTE_MS;
/** The commit that has the use of the token, the decision and `issuance.started`. */
const STARTED = 1;

export const STORIES: Readonly<Record<string, Story>> = {
  'a credential that the broker signs': { act: (round) => round.ask() },
  'a credential that is signed by a key held elsewhere': {
    options: keyElsewhere,
    act: (round) => round.ask(),
  },
  'a credential of another system': { act: (round) => round.ask(UPSTREAM) },
  'another system that refuses': {
    act: (round) => inMood(round, 'refuses', () => round.ask(UPSTREAM)),
  },
  'another system whose answer is lost': {
    act: (round) =>
      inMood(round, 'fails-after-acting', async () => {
        const before = round.broker.provider.issued.length;
        await round.ask(UPSTREAM);
        round.world.answersLost += round.broker.provider.issued.length - before;
      }),
  },
  'a credential that lives too long': {
    options: () => ({ provider: createTestProvider({ revocation: 'at-expiry' }) }),
    act: (round) => inMood(round, 'lives-too-long', () => round.ask(UPSTREAM)),
  },
  'a credential that comes late': {
    options: () => ({ providerTimeout: 20 }),
    act: comesLate,
  },
  'a credential that a clock which ran ahead took for dead': {
    prepare: async (round) => {
      await round.ask(UPSTREAM);
      round.pass(BEYOND_A_LEASE_MS);
      await round.background();
      round.pass(-BEYOND_A_LEASE_MS);
    },
    act: (round) => round.background(),
  },
  'a credential that is given again': {
    prepare: (round) => round.ask(),
    act: (round) => round.ask(),
  },
  'a refusal and its repetition': {
    act: async (round) => {
      await round.ask('shop/deploy');
      await round.anew().ask('shop/deploy');
    },
  },
  'a refusal of what was issued': {
    prepare: (round) => round.ask(),
    act: async (round) => {
      round.broker.writePolicy('shop.yaml', SHOP.replaceAll('branch: main', 'branch: trunk'));
      await round.broker.running.reload();
      await round.ask();
    },
    settle: reloadGood,
  },
  'a secret that another job presents': {
    prepare: (round) => round.ask(),
    act: (round) => round.otherJob().ask(),
  },
  'a token that is used twice': {
    prepare: (round) => round.askWithOneToken(),
    act: (round) => round.askWithOneToken(),
  },
  ...STORIES_OF_KEYS,
  ...STORIES_OF_PEOPLE,
  ...STORIES_OF_APPROVALS,
  ...STORIES_OF_BREAK_GLASS,
  ...STORIES_OF_ACCESS,
  'a lease that is given back': {
    prepare: (round) => round.ask(UPSTREAM),
    act: (round) => round.giveBack(),
    settle: (round) => round.giveBack(),
  },
  'a lease that is given back, and revoked': {
    prepare: async (round) => {
      await round.ask(UPSTREAM);
      await round.giveBack();
    },
    act: (round) => round.background(),
  },
  'a revocation that fails at first': {
    prepare: async (round) => {
      await round.ask(UPSTREAM);
      await round.giveBack();
      round.broker.provider.revokeFails = true;
    },
    act: (round) => round.background(),
    settle: async ({ broker }) => {
      broker.provider.revokeFails = false;
    },
  },
  'a revocation that comes too late': {
    prepare: async (round) => {
      await round.ask(UPSTREAM);
      await round.giveBack();
      round.pass(60 * MINUTE_MS);
    },
    act: (round) => round.background(),
  },
  'a lease that expires': {
    prepare: async (round) => {
      await round.ask(UPSTREAM);
      round.pass(11 * MINUTE_MS);
    },
    act: (round) => round.background(),
  },
  'policies that change': {
    act: async ({ broker, run }) => {
      broker.writePolicy('shop.yaml', `${SHOP}\n# as of ${run}\n`);
      await broker.running.reload();
    },
    settle: reloadGood,
  },
  'policies that change, more of them than one commit has room for': {
    options: () => ({ policies: largePolicies('at first') }),
    act: async ({ broker, run }) => {
      for (const [file, text] of Object.entries(largePolicies(run))) broker.writePolicy(file, text);
      await broker.running.reload();
    },
    // What was staged and did not come into force stays beside what is there now.
    settle: async ({ broker, run }) => {
      const [file, text] = ['large-0.yaml', `${largePolicies(run)['large-0.yaml']}# settled\n`];
      broker.writePolicy(file, text);
      await broker.running.reload();
    },
  },
  'policies that do not load': {
    act: async ({ broker, run }) => {
      broker.writePolicy('shop.yaml', `nonsense: ${run}`);
      await broker.running.reload();
    },
    settle: reloadGood,
  },
  'an issuance that a crash left open, found while running': {
    prepare: async (round) => {
      await leaveOpen(round);
      round.pass(MINUTE_MS);
    },
    act: (round) => round.background(),
  },
  'an issuance that a crash left open, found at start': {
    prepare: leaveOpen,
    act: (round) => round.restart(),
  },
  'the first start': {
    prepare: async (round) => {
      await round.stopAndForget();
      await makeKeys(round.broker.config);
    },
    act: (round) => round.restart(),
  },
  'keys that are made': {
    prepare: (round) => round.stopAndForget(),
    act: ({ broker, store }) => createKeys(broker.config, { openStore: store.open }),
    settle: async ({ broker }) => {
      // Made, though it did not look so: then it says that they are there.
      await createKeys(broker.config, {}).catch((error: Error) => {
        if (!error.message.includes('has its signing keys already')) throw error;
      });
    },
  },
};

async function inMood(
  { broker }: Round,
  mood: typeof broker.provider.mood,
  act: () => Promise<unknown>,
): Promise<void> {
  broker.provider.mood = mood;
  try {
    await act();
  } finally {
    broker.provider.mood = 'well';
  }
}

/** It answers when its time was given up, while nobody waits any more; what the broker does then is part of the story. */
async function comesLate(round: Round): Promise<void> {
  await inMood(round, 'hangs', () => round.ask(UPSTREAM));
  const { commits } = round.store;
  round.broker.provider.letGo();
  for (let turn = 0; turn < 50 && round.store.commits === commits; turn += 1) await nextTurn();
}

async function leaveOpen(round: Round): Promise<void> {
  round.store.arm({ at: STARTED, kind: 'failed but happened' });
  await round.ask(UPSTREAM);
}

async function reloadGood({ broker }: Round): Promise<void> {
  broker.writePolicy('shop.yaml', SHOP);
  await broker.running.reload();
}
