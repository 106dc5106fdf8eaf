// What time asks of the keys: a new one on schedule, one that was seen long enough signs, one whose credentials have died goes.
// And where the keys are published by hand: whether they are there, said aloud where they are not.
import type { Millis } from '../clock.ts';
import { endLeasesOfKey } from '../issuance/end-leases-of-key.ts';
import type { CredentialAlgorithm } from '../keys/signing-keys.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';
import type { Transaction } from '../store/store.ts';
import { changeKeys, followKeys, makeNext, vouchedRows } from './change-keys.ts';
import {
  ALGORITHMS,
  credentialKeys,
  dueKeys,
  isScheduled,
  type KeyRows,
  keyIn,
  PUBLISHED_AFTER_USE,
  stays,
  unseenKeys,
} from './key-times.ts';
import { recordMoved, recordSeen } from './record-keys.ts';
import type { RotationDeps } from './rotation-deps.ts';
import { sayWhatIsThere } from './say-what-is-there.ts';

/** What is remembered between two looks; a restart looks anew. */
export interface Watch {
  lookedAt: Millis;
  /** when each thing was said last */
  readonly said: Map<string, Millis>;
  /** keys that were withdrawn, and what they signed has ended */
  readonly ended: Set<string>;
  /** when a next key was missing last where relying parties look: some may go on with what they found then */
  readonly missed: Map<string, Millis>;
}

export const createWatch = (): Watch => ({
  lookedAt: Number.NEGATIVE_INFINITY,
  said: new Map(),
  ended: new Set(),
  missed: new Map(),
});

const LOOK_WHILE_WAITING: Millis = 60_000;
const LOOK: Millis = 3_600_000;

export async function advanceKeys(deps: RotationDeps, watch: Watch): Promise<void> {
  await followKeys(deps);
  await endWhatACrashLeft(deps, watch);
  const { rows, now } = await readKeys(deps);
  const atIssuer = await lookAround(deps, watch, { rows: credentialKeys(rows), now });
  const there = new Set([...(atIssuer ?? []), ...deps.log.there()]);
  await seeKeys(deps, there);
  await moveDue(deps, watch, there);
  for (const algorithm of ALGORITHMS) {
    const because = reasonForNext(deps, await readKeys(deps), algorithm);
    if (because !== undefined) await makeNext(deps, algorithm, because);
  }
}

interface Moment {
  readonly rows: KeyRows;
  readonly now: Millis;
}

/** A row that somebody changed is none of them: an entry by it would follow from nothing in the log. */
const readKeys = (deps: RotationDeps): Promise<Moment> =>
  deps.store.read(async (tx) => ({ rows: await vouchedRows(deps, tx), now: tx.now }));

/** Between a withdrawal and the last of its leases the broker may have stopped. */
async function endWhatACrashLeft(deps: RotationDeps, { ended }: Watch): Promise<void> {
  const { rows, now } = await readKeys(deps);
  const lately = rows.filter((row) => row.state === 'withdrawn' && row.changed_at + PUBLISHED_AFTER_USE > now);
  for (const { id } of lately.filter((row) => !ended.has(row.id))) {
    await endLeasesOfKey(deps, id);
    ended.add(id);
  }
}

/** The keys at the issuer's site; undefined where it was not looked at, or could not be. */
async function lookAround(deps: RotationDeps, watch: Watch, moment: Moment): Promise<ReadonlySet<string> | undefined> {
  const { site, logger } = deps;
  const { rows, now } = moment;
  const next = rows.filter(({ state }) => state === 'next');
  const waits = next.length > 0;
  if (!site.isStatic) return waits ? site.look() : undefined;
  if (now - watch.lookedAt < (waits ? LOOK_WHILE_WAITING : LOOK)) return undefined;
  watch.lookedAt = now;
  try {
    const there = await site.look();
    watch.said.delete(UNREACHABLE);
    for (const { id } of next) if (!there.has(id)) watch.missed.set(id, now);
    sayWhatIsThere(deps, watch.said, { ...moment, there });
    return there;
  } catch (error) {
    if (!watch.said.has(UNREACHABLE))
      logger.warn('the keys at the issuer cannot be looked at; a next key does not sign before', {
        issuer: site.issuer,
        error,
      });
    watch.said.set(UNREACHABLE, now);
    return undefined;
  }
}

const UNREACHABLE = 'unreachable';

async function seeKeys(deps: RotationDeps, there: ReadonlySet<string>): Promise<void> {
  const { append, site, log, times } = deps;
  const { rows } = await readKeys(deps);
  if (!unseenKeys(rows).some(({ id }) => there.has(id))) return;
  await changeKeys(deps, async (tx) => {
    const changesAt = tx.now + times.publishBeforeUse;
    for (const row of unseenKeys(await vouchedRows(deps, tx)))
      if (there.has(row.id)) {
        const issuer = row.purpose === 'log' ? log.address : site.issuer;
        await recordSeen(append, tx, { row, issuer, changesAt });
      }
  });
}

/** A next key signs only while it is still where it was seen, and has been for long enough: `there` is what is there now. */
async function moveDue(deps: RotationDeps, { missed }: Watch, there: ReadonlySet<string>): Promise<void> {
  const before = await readKeys(deps);
  const { publishBeforeUse } = deps.times;
  const isKnown = (id: string): boolean =>
    there.has(id) && before.now - (missed.get(id) ?? Number.NEGATIVE_INFINITY) >= publishBeforeUse;
  const mayMove = ({ state, id }: SigningKeyRow): boolean => state !== 'next' || isKnown(id);
  if (!dueKeys(before.rows, before.now).some(mayMove)) return;
  await changeKeys(deps, async (tx) => {
    const rows = await vouchedRows(deps, tx);
    for (const row of dueKeys(rows, tx.now).filter(mayMove))
      await (row.state === 'next' ? startSigning(deps, tx, { next: row, rows }) : retire(deps, tx, row));
  });
}

async function startSigning(
  deps: RotationDeps,
  tx: Transaction,
  { next, rows }: { next: SigningKeyRow; rows: KeyRows },
): Promise<void> {
  const { append, times, logger } = deps;
  const { algorithm } = next;
  const current = keyIn(rows, 'current', algorithm);
  if (current !== undefined) {
    const changesAt = tx.now + stays(current, times);
    await recordMoved(append, tx, { row: current, state: 'previous', changesAt, because: 'replaced' });
  }
  await recordMoved(append, tx, { row: next, state: 'current', changesAt: null, because: 'due' });
  logger.info('another key signs', { key_id: next.id, algorithm, before: current?.id });
}

async function retire({ append, logger }: RotationDeps, tx: Transaction, row: SigningKeyRow): Promise<void> {
  await recordMoved(append, tx, { row, state: 'retired', changesAt: null, because: 'due' });
  logger.info('a signing key is published no longer', { key_id: row.id, algorithm: row.algorithm });
}

function reasonForNext(
  { ring, source, times }: RotationDeps,
  { rows, now }: Moment,
  algorithm: CredentialAlgorithm,
): 'schedule' | 'configuration' | undefined {
  if (keyIn(rows, 'next', algorithm) !== undefined) return undefined;
  const key = ring.credential(algorithm);
  const reference = key.held === 'elsewhere' ? key.reference : undefined;
  const wanted = source.wanted(algorithm);
  if (reference !== wanted) return 'configuration';
  // A key of a KMS is made there, by hand: the schedule is for those that we make.
  return wanted === undefined && isScheduled(rows, algorithm, { ...times, now }) ? 'schedule' : undefined;
}
