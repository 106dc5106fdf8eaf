// Whether this broker would decide an ask now, as `/readyz` says it: to everybody ready or not, to the operator check by check.
// It is looked up once a second at most, whoever asks how often, and costs no commit.
import type { Clock, Millis } from '../clock.ts';
import type { Store } from '../store/store.ts';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** a sentence */
  readonly says: string;
  /** an operator should know, and nobody is kept from being served */
  readonly informs?: true;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly Check[];
}

export interface ReadinessDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** false from the moment a shutdown began */
  readonly accepting: () => boolean;
  /** how late the event loop was lately */
  readonly lateness: () => Millis;
  /** what an operator should know, and what keeps nobody from being served */
  readonly informs: () => readonly Omit<Check, 'informs'>[];
}

const FRESH_MS: Millis = 1_000;
const STUCK_MS: Millis = 2_000;

export function createReadiness(deps: ReadinessDeps): () => Promise<Readiness> {
  const { clock, accepting } = deps;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looked: Promise<readonly Check[]> = Promise.resolve([]);
  return async () => {
    const age = clock.now() - lookedAt;
    if (age < 0 || age >= FRESH_MS) {
      lookedAt = clock.now();
      looked = checkStore(deps.store);
    }
    const informs = deps.informs().map((check) => ({ ...check, informs: true as const }));
    const own = [stopping(accepting()), whole(deps.store.broken()), ...(await looked), loop(deps.lateness())];
    return { ready: own.every(({ ok }) => ok), checks: [...own, ...informs] };
  };
}

async function checkStore(store: Store): Promise<readonly Check[]> {
  try {
    const row = await store.read((tx) => tx.policies.inForce());
    const policy =
      row === undefined
        ? 'No policy is in force.'
        : `The policies ${row.digest} are in force, the ${row.sequence}. set.`;
    return [
      { name: 'store', ok: true, says: 'The store answers.' },
      { name: 'policy', ok: row !== undefined, says: policy },
    ];
  } catch (error) {
    return [{ name: 'store', ok: false, says: `The store does not answer: ${(error as Error).message}` }];
  }
}

const stopping = (accepting: boolean): Check => ({
  name: 'serving',
  ok: accepting,
  says: accepting ? 'No stop has begun.' : 'A stop has begun: what is under way is finished, nothing new is begun.',
});

const whole = (broken: boolean): Check => ({
  name: 'store-whole',
  ok: !broken,
  says: broken
    ? 'The disk answered with an error: nothing is read or written any more, and the broker ends itself.'
    : 'The store may be written to.',
});

const loop = (lateness: Millis): Check => ({
  name: 'event-loop',
  ok: lateness < STUCK_MS,
  says: `The process gets round to its work within ${Math.ceil(lateness)} ms.`,
});
