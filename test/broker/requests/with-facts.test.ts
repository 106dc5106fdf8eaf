import { describe, expect, it } from 'vitest';
import { type Facts, type FactsNeeded, NOBODY_TO_ASK } from '../../../broker/facts.ts';
import type { AskFacts } from '../../../broker/model.ts';
import { type Round, withFacts } from '../../../broker/requests/with-facts.ts';
import { buildSubject } from '../../support/build-subject.ts';

const SUBJECT = buildSubject();
const NOTHING: FactsNeeded = { run: false, commit: false, policies: [], environment: false, teams: [] };
const RUN: FactsNeeded = { ...NOTHING, run: true };
const COMMIT: FactsNeeded = { ...NOTHING, commit: true };
const LIVE: Facts = { run: { value: { startedBy: { id: '7', login: 'alice', isProgram: false }, ended: false } } };

/** Decides in rounds that come to these; what it decided with, and what was done in between, in their order. */
function setUp(rounds: readonly Round<string>[], found: Facts | undefined = LIVE) {
  const did: unknown[] = [];
  const left = [...rounds];
  const askFacts: AskFacts = async (subject, needed) => {
    did.push({ asked: subject, needed });
    return found;
  };
  const decide = async (facts: Facts): Promise<Round<string>> => {
    did.push({ decided: facts });
    return left.shift() ?? { answer: 'too late' };
  };
  const asking = { subject: SUBJECT, leave: () => void did.push('left') };
  return {
    did,
    decided: (ask: AskFacts | undefined = askFacts) => withFacts({ ...asking, askFacts: ask }, decide),
    asking,
    decide,
  };
}

describe('a decision', () => {
  it('that needs nothing else is made at once, and nobody is waited for', async () => {
    const { did, decided } = setUp([{ answer: 'yes' }]);
    expect(await decided()).toBe('yes');
    expect(did).toEqual([{ decided: {} }]);
  });

  it('that needs facts leaves its turn, asks for them, and is made with them', async () => {
    const { did, decided } = setUp([{ needed: RUN }, { answer: 'yes' }]);
    expect(await decided()).toBe('yes');
    expect(did).toEqual([{ decided: {} }, 'left', { asked: SUBJECT, needed: RUN }, { decided: LIVE }]);
  });

  it('that needs other facts by then has all of them asked for', async () => {
    const { did, decided } = setUp([{ needed: RUN }, { needed: COMMIT }, { answer: 'yes' }]);
    await decided();
    expect(did[5]).toEqual({ asked: SUBJECT, needed: { ...RUN, commit: true } });
  });

  it('that needs others with each round is made in the fourth, or not at all', async () => {
    const others = [{ needed: RUN }, { needed: COMMIT }, { needed: RUN }];
    expect(await setUp([...others, { answer: 'at last' }]).decided()).toBe('at last');
    await expect(setUp([...others, { needed: COMMIT }]).decided()).rejects.toMatchObject({
      ...{ code: 'FACT_UNREACHABLE', retryAfter: 1 },
      message: 'The policy changed while this was being decided. Ask again.',
    });
  });

  it('is told that nobody can be asked where that is so', async () => {
    const { did, asking, decide } = setUp([{ needed: RUN }, { answer: 'no' }]);
    expect(await withFacts({ ...asking, askFacts: undefined }, decide)).toBe('no');
    expect(did).toEqual([{ decided: NOBODY_TO_ASK }, 'left', { decided: NOBODY_TO_ASK }]);
  });
});
