// One difference between two policies, as a sentence and as data, and the order in which people read them: what widens first.
import type { Millis } from '../../clock.ts';
import type { Subject } from '../../model.ts';

/**
 * `gains`, `loses`: jobs that may have an entitlement now, or no longer. `wider`, `narrower`: what it gives, or what it takes to get it.
 * `may-differ`: could not be found out. `other`: neither wider nor narrower, or both. `neutral`: words for people only.
 * True is what somebody should look at before it is put in force: more is allowed, or it cannot be said that it isn't.
 */
const DIRECTIONS = {
  gains: true,
  wider: true,
  'may-differ': true,
  other: true,
  narrower: false,
  loses: false,
  neutral: false,
};

export type Direction = keyof typeof DIRECTIONS;
type Directed = Pick<Difference, 'direction'>;

export const isWidening = ({ direction }: Directed): boolean => DIRECTIONS[direction];

const ORDER = Object.keys(DIRECTIONS);

export const widestFirst = (a: Directed, b: Directed): number =>
  ORDER.indexOf(a.direction) - ORDER.indexOf(b.direction);

export interface Witness {
  readonly subject: Subject;
  readonly now: Millis;
}

export interface Difference {
  readonly direction: Direction;
  /** project/entitlement, a project, or the organization's file */
  readonly of: string;
  /** without the direction: "jobs of acme/shop on branch main by push may now have shop/deploy (the second rule)" */
  readonly text: string;
  /** index in `allow` of the version that allows it */
  readonly rule?: number;
  /** a job that is decided otherwise */
  readonly witness?: Witness;
}

/** A change of something before it is known where it stands. */
export type Change = Pick<Difference, 'direction' | 'text'>;

/** Of what was held against each other; undefined where each holds all of the other. */
export function directionBetween(
  nowHoldsBefore: boolean,
  beforeHoldsNow: boolean,
): 'wider' | 'narrower' | 'other' | undefined {
  if (nowHoldsBefore) return beforeHoldsNow ? undefined : 'wider';
  return beforeHoldsNow ? 'narrower' : 'other';
}

const OPPOSITE = { wider: 'narrower', narrower: 'wider', other: 'other' } as const;

/** The change between two amounts, or none; the greater one is `more`. */
export function changeOfAmount(
  before: number,
  now: number,
  { text, more = 'wider' }: { text: string; more?: 'wider' | 'narrower' },
): readonly Change[] {
  if (now > before) return [{ direction: more, text }];
  return now < before ? [{ direction: OPPOSITE[more], text }] : [];
}

/** A switch that widens where it is turned on. */
export function changeOfSwitch(
  before: boolean,
  now: boolean,
  { on, off }: { readonly on: string; readonly off: string },
): readonly Change[] {
  if (before === now) return [];
  return [now ? { direction: 'wider', text: on } : { direction: 'narrower', text: off }];
}

/** The change between two lists of which each further member is `more`. */
export function changesOfList(
  what: string,
  [before, now]: readonly [before: readonly string[], now: readonly string[]],
  more: 'wider' | 'narrower' | 'other' = 'wider',
): readonly Change[] {
  const added = now.filter((one) => !before.includes(one));
  const removed = before.filter((one) => !now.includes(one));
  return [
    ...(added.length === 0 ? [] : [{ direction: more, text: `${what} gains ${added.join(', ')}` }]),
    ...(removed.length === 0 ? [] : [{ direction: OPPOSITE[more], text: `${what} loses ${removed.join(', ')}` }]),
  ];
}
