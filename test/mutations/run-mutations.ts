// Applies mutations one by one, each to a fresh copy of a store or of its export, and verifies the copy against what somebody
// kept: the anchor, or a receipt. A mutation that leaves everything the log vouches for as it was is counted apart.
import { copyFileSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { knownFields, verifyStore } from '../../broker/log/verify-store.ts';
import { openSqliteReader } from '../../broker/store/sqlite.ts';
import { openDirectory } from '../../broker/verifier/directory-source.ts';
import { type Trust, trustOf } from '../../broker/verifier/trust.ts';
import { verifyLog } from '../../broker/verifier/verify-log.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { Choice } from './choice.ts';
import { type Evidence, exportStore } from './evidence.ts';
import { forkStore } from './fork-store.ts';
import { DIRECTORY_MUTATIONS, stateOfDirectory } from './mutate-directory.ts';
import { STORE_MUTATIONS } from './mutate-store.ts';
import { stateOf } from './vouched-rows.ts';

export const CLASSES = ['edit', 'delete', 'insert', 'swap', 'truncate', 'roll back', 'fork'] as const;
export const PLACES = ['store', 'directory'] as const;
export type Place = (typeof PLACES)[number];

export interface Tally {
  readonly mutation: (typeof CLASSES)[number];
  readonly place: Place;
  tried: number;
  found: number;
  noOp: number;
  /** found only against what was kept: by itself the copy agreed with itself */
  onlyAgainst: number;
  readonly missed: string[];
  example: string;
}

interface Judged {
  readonly outcome: 'found' | 'no-op' | 'missed';
  readonly what: string;
  readonly sentence: string;
  readonly agreesWithItself: boolean;
}

export async function runMutations(
  evidence: Evidence,
  { seed, count }: { seed: number; count: number },
): Promise<readonly Tally[]> {
  const bench = createBench(evidence);
  const tallies = CLASSES.flatMap((mutation) => PLACES.map((place) => emptyTally(mutation, place)));
  for (let number = 0; number < count; number += 1) {
    const tally = tallies[number % tallies.length] as Tally;
    const judged = await bench.judge(tally, new Choice(seed + number * 7919));
    record(tally, judged, `${number} (seed ${seed})`);
  }
  return tallies;
}

const emptyTally = (mutation: Tally['mutation'], place: Place): Tally => ({
  ...{ mutation, place, tried: 0, found: 0, noOp: 0, onlyAgainst: 0 },
  missed: [],
  example: '',
});

function record(tally: Tally, { outcome, what, sentence, agreesWithItself }: Judged, name: string): void {
  tally.tried += 1;
  if (outcome === 'no-op') tally.noOp += 1;
  if (outcome === 'missed') tally.missed.push(`mutation ${name}: ${what}: ${sentence}`);
  if (outcome !== 'found') return;
  tally.found += 1;
  if (agreesWithItself) tally.onlyAgainst += 1;
  if (tally.example === '') tally.example = `${what}: ${sentence}`;
}

interface Bench {
  judge(of: { mutation: Tally['mutation']; place: Place }, choice: Choice): Promise<Judged>;
}

function createBench(evidence: Evidence): Bench {
  const [work, copy] = [join(evidence.directory, 'work.db'), join(evidence.directory, 'work')];
  const unchanged = { store: stateOf(evidence.store), directory: stateOfDirectory(evidence.export) };
  const against = [evidence.anchor, evidence.receipt].flatMap((file) =>
    evidence.verifierKeys.map((key) => trustIn(evidence, key, file)),
  );
  return {
    async judge({ mutation, place }, choice) {
      copyFileSync(evidence.store, work);
      rmSync(copy, { recursive: true, force: true });
      const trust = choice.of(against);
      const limit = trust.earlier[0]?.size ?? 0;
      const options = { evidence, choice };
      let what: string;
      if (mutation === 'fork') what = forkStore(limit)({ ...options, path: work });
      else if (place === 'store') what = STORE_MUTATIONS[mutation]({ ...options, path: work });
      else what = '';
      if (place === 'store')
        return verdict({
          what,
          isSame: stateOf(work) === unchanged.store,
          trust,
          verify: (by) => problemsOfStore(work, by),
        });
      if (mutation === 'fork') await exportStore(work, copy);
      else {
        cpSync(evidence.export, copy, { recursive: true });
        what = DIRECTORY_MUTATIONS[mutation]({ ...options, path: copy });
      }
      return verdict({
        what,
        isSame: stateOfDirectory(copy) === unchanged.directory,
        trust,
        verify: (by) => problemsIn(copy, by),
      });
    },
  };
}

interface Case {
  readonly what: string;
  readonly isSame: boolean;
  readonly trust: Trust;
  readonly verify: (trust: Trust) => Promise<readonly string[]>;
}

async function verdict({ what, isSame, trust, verify }: Case): Promise<Judged> {
  const [first] = await verify(trust);
  const found = first !== undefined;
  if (isSame) {
    const outcome = found ? 'missed' : 'no-op';
    return {
      outcome,
      what,
      sentence: found ? `nothing was changed, and it says: ${first}` : '',
      agreesWithItself: true,
    };
  }
  if (!found) return { outcome: 'missed', what, sentence: 'nothing was said', agreesWithItself: true };
  const alone = trust.earlier.some((one) => first.startsWith(one.what))
    ? await verify({ ...trust, earlier: [] })
    : [first];
  return { outcome: 'found', what, sentence: first, agreesWithItself: alone.length === 0 };
}

/** A key of the log pinned, and one thing that somebody kept. */
function trustIn({ anchor }: Evidence, verifierKey: string, file: string): Trust {
  const what = file === anchor ? 'the anchor' : 'the receipt';
  return trustOf({
    pinned: parseVerifierKey(verifierKey),
    own: [],
    kept: [{ what, text: readFileSync(file, 'utf8') }],
  });
}

async function problemsOfStore(path: string, trust: Trust): Promise<readonly string[]> {
  const reader = openSqliteReader({ path, clock: { now: () => 0 } });
  try {
    return (await reader.read((tx) => verifyStore(tx, trust))).problems;
  } finally {
    await reader.close();
  }
}

async function problemsIn(directory: string, trust: Trust): Promise<readonly string[]> {
  return (await verifyLog(openDirectory(directory), { ...trust, knownFields })).problems;
}
