// How long a key is in each state, and what is due when. Pure.
import type { Millis } from '../clock.ts';
import type { CredentialAlgorithm } from '../keys/signing-keys.ts';
import type { SigningKeyRow } from '../store/signing-keys.ts';

export interface KeyTimes {
  /** in the JWKS before it signs: as long as relying parties may go on with the set that they have */
  readonly publishBeforeUse: Millis;
  /** how long a key signs; undefined where nobody asked for a schedule */
  readonly rotateEvery: Millis | undefined;
  /** how long a key of the log signs beside the one that took its place */
  readonly logOverlap: Millis;
}

const HOUR: Millis = 3_600_000;
/** The longest that a credential of ours lives, and an hour for clocks that differ. */
export const PUBLISHED_AFTER_USE: Millis = 25 * HOUR;

export const ALGORITHMS: readonly CredentialAlgorithm[] = ['ES256', 'RS256'];

export type KeyRows = readonly SigningKeyRow[];

/** Keys of an algorithm have one purpose: EdDSA is the log's. */
export const keyIn = (rows: KeyRows, state: 'next' | 'current', algorithm: SigningKeyRow['algorithm']) =>
  rows.find((row) => row.state === state && row.algorithm === algorithm);

/** How long a key goes on after another took its place: published for what it signed, or signing beside it. */
export const stays = ({ purpose }: SigningKeyRow, { logOverlap }: KeyTimes): Millis =>
  purpose === 'log' ? logOverlap : PUBLISHED_AFTER_USE;

/** So that the next key signs when the present one has signed for as long as it should. */
export function isScheduled(rows: KeyRows, algorithm: CredentialAlgorithm, at: Scheduling): boolean {
  const { now, publishBeforeUse, rotateEvery } = at;
  const current = keyIn(rows, 'current', algorithm);
  if (rotateEvery === undefined || current === undefined || keyIn(rows, 'next', algorithm) !== undefined) return false;
  return current.changed_at + rotateEvery - publishBeforeUse <= now;
}

export type Scheduling = Omit<KeyTimes, 'logOverlap'> & { readonly now: Millis };

/** Keys whose next state is due. */
export const dueKeys = (rows: KeyRows, now: Millis): KeyRows =>
  rows.filter(({ state, changes_at: due }) => (state === 'next' || state === 'previous') && due !== null && due <= now);

/** New keys that nobody has seen yet where relying parties look. */
export const unseenKeys = (rows: KeyRows): KeyRows =>
  rows.filter(({ state, changes_at: due }) => state === 'next' && due === null);

export const credentialKeys = (rows: KeyRows): KeyRows => rows.filter(({ purpose }) => purpose === 'credential');
