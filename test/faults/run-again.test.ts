// A unit of work is safe to run again: each story is told once on a store that runs every unit twice and keeps the second run.
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { openRunAgainStore } from '../support/run-again-store.ts';
import { newSecret, TestBroker } from '../support/test-broker.ts';
import { Round } from './round.ts';
import { STORIES } from './stories.ts';

describe('a unit that is run again', () => {
  it.each(Object.entries(STORIES))(
    'leaves nothing wrong in the story of %s',
    { timeout: 60_000 },
    async (_name, story) => {
      const time = { now: Date.now() };
      const options = { background: 'by-hand', clock: { now: () => time.now }, ...(await story.options?.()) } as const;
      const broker = await TestBroker.start({ ...options, openStore: openRunAgainStore });
      onTestFinished(() => broker.close());
      const [store, handed] = [new FaultyStore(), new Map()];
      const round = new Round({ broker, store, time, handed, running: true, rounds: 0, answersLost: 0 });
      await story.prepare?.(round);
      await story.act(round).catch(() => undefined);
      await story.settle?.(round);
      await round.end();
    },
  );

  it('hands out one credential, the one on record', async () => {
    const broker = await TestBroker.start({ background: 'by-hand', openStore: openRunAgainStore });
    onTestFinished(() => broker.close());
    const ask = { secret: newSecret() };
    const [first, second] = [await broker.ask(ask), await broker.ask(ask)];
    expect([first.status, second.body.access_token]).toEqual([200, first.body.access_token]);
    expect(await broker.entries('issuance.succeeded')).toMatchObject([{ issuance_id: first.body.issuance_id }]);
    await expectBooksInOrder(broker);
  });
});
