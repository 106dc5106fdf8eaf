// One difference between two policies, as a sentence and as data, and the order in which people read them: what widens first.
import type { Millis } from '../../clock.ts';
import type { Subject } from '../../model.ts';

/**
 * `gains`, `loses`: jobs that may have an entitlement now, or no longer. `wider`, `narrower`: what it gives, or what it takes to get it.
 * `may-differ`: could not be found out. `other`: neither wider nor narrower, or both. `neutral`: words for people only.
 */
export type Direction = 'gains' | 'wider' | 'may-differ' | 'other' | 'narrower' | 'loses' | 'neutral';

export const DIRECTIONS: readonly Direction[] = [
  'gains',
  'wider',
  'may-differ',
  'other',
  'narrower',
  'loses',
  'neutral',
];

/** What somebody should look at before it is put in force: more is allowed, or it cannot be said that it isn't. */
const WIDENING: ReadonlySet<Direction> = new Set(['gains', 'wider', 'may-differ', 'other']);

export const isWidening = ({ direction }: Pick<Difference, 'direction'>): boolean => WIDENING.has(direction);

export interface Witness {
  readonly subject: Subject;
  readonly now: Millis;
}

export interface Difference {
  readonly direction: Direction;
  /** project/entitlement, a project, or the organization's file */
  readonly of: string;
  /** without the direction: "jobs of acme/shop on branch main by push may now have shop/deploy (rule 1)" */
  readonly text: string;
  /** index in `allow` of the version that allows it */
  readonly rule?: number;
  /** a job that is decided otherwise */
  readonly witness?: Witness;
}

/** A change of something before it is known where it stands. */
export type Change = Pick<Difference, 'direction' | 'text'>;

/** `more` is wider than `less`: the change between two amounts, or none. */
export function changeOfAmount(
  before: number,
  now: number,
  { text, more = 'wider' }: { text: string; more?: 'wider' | 'narrower' },
): readonly Change[] {
  if (before === now) return [];
  const less = more === 'wider' ? 'narrower' : 'wider';
  return [{ direction: now > before ? more : less, text }];
}

/** The change between two lists of which each further member widens, or narrows. */
export function changesOfList(
  before: readonly string[],
  now: readonly string[],
  { text, more = 'wider' }: { text: (verb: 'gains' | 'loses', names: string) => string; more?: Direction },
): readonly Change[] {
  const added = now.filter((one) => !before.includes(one));
  const removed = before.filter((one) => !now.includes(one));
  const less: Direction = more === 'wider' ? 'narrower' : more === 'narrower' ? 'wider' : more;
  return [
    ...(added.length === 0 ? [] : [{ direction: more, text: text('gains', added.join(', ')) }]),
    ...(removed.length === 0 ? [] : [{ direction: less, text: text('loses', removed.join(', ')) }]),
  ];
}
