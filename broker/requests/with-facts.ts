// Asks for the facts that a decision needs, before it is made and outside of any transaction. What is needed follows from the
// policy in force, which only the transaction knows: it says so and changes nothing, the facts are fetched, and it is run again.
import { BrokerError } from '../errors.ts';
import { type Facts, type FactsNeeded, NOBODY_TO_ASK, NOTHING_NEEDED } from '../facts.ts';
import type { AskFacts, Subject } from '../model.ts';
import { allNeeded } from '../policy/facts-needed.ts';

/** What a transaction came to: an answer, or that it cannot decide without these. */
export type Round<T> = { readonly answer: T } | { readonly needed: FactsNeeded };

interface Asking {
  /** undefined where nobody can be asked */
  readonly askFacts: AskFacts | undefined;
  readonly subject: Subject;
  /** called before anybody else is waited for */
  readonly leave: () => void;
}

/** A policy may change between two rounds, and then need other facts; one that changes with each of them is no state to decide in. */
const ROUNDS = 4;

export async function withFacts<T>(
  { askFacts, subject, leave }: Asking,
  decide: (facts: Facts) => Promise<Round<T>>,
): Promise<T> {
  let facts = askFacts === undefined ? NOBODY_TO_ASK : NOTHING_NEEDED;
  const asked: FactsNeeded[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const came = await decide(facts);
    if ('answer' in came) return came.answer;
    leave();
    asked.push(came.needed);
    facts = askFacts === undefined ? NOBODY_TO_ASK : await askFacts(subject, allNeeded(asked) ?? came.needed);
  }
  throw new BrokerError('FACT_UNREACHABLE', 'The policy changed while this was being decided. Ask again.', {
    retryAfter: 1,
  });
}
