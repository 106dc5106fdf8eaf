// What a change of a project's `may-offer` lets it put into its entitlements that it could not before, and the other way round.
import { shortened } from '../../shapes/schema-problems.ts';
import type { OrganizationDocument } from '../organization-document.ts';
import { type Change, directionBetween } from './difference.ts';
import { rank } from './permission-levels.ts';
import { isMap, stableText } from './stable-text.ts';

type Offer = OrganizationDocument['projects'][string]['may-offer'][number];

export function offerChanges(project: string, before: readonly Offer[], now: readonly Offer[]): readonly Change[] {
  const left = now.filter((offer) => !before.some((one) => isSame(one, offer)));
  const gone = before.filter((offer) => !now.some((one) => isSame(offer, one)));
  const changed = gone.map((old): Change => {
    const pairs = left.map((fresh) => ({ fresh, direction: between(old, fresh) }));
    const pair = pairs.find(({ direction }) => direction !== 'other');
    if (pair?.direction === undefined)
      return { direction: 'narrower', text: `${project} may not offer ${shown(old)} any more` };
    left.splice(left.indexOf(pair.fresh), 1);
    const text = `${project} may offer ${shown(pair.fresh)} now, and before ${shown(old)}`;
    return { direction: pair.direction, text };
  });
  const added = left.map((offer): Change => ({ direction: 'wider', text: `${project} may offer ${shown(offer)} now` }));
  return [...changed, ...added];
}

/** `other` where neither holds all that the other does: then one was taken away and another was given. */
const between = (before: Offer, now: Offer) => directionBetween(holds(now, before), holds(before, now));

/** In whatever order it is written. */
const isSame = (before: Offer, now: Offer): boolean => between(before, now) === undefined;

/** The same kind with the same keys, each holding what the other's does. What a list that is left out means differs by kind. */
function holds(wide: Offer, narrow: Offer): boolean {
  const keys = Object.keys(wide);
  return keys.length === Object.keys(narrow).length && keys.every((key) => holdsValue(wide[key], narrow[key]));
}

function holdsValue(wide: unknown, narrow: unknown): boolean {
  if (Array.isArray(wide) && Array.isArray(narrow)) {
    const members = new Set(wide.map(stableText));
    return narrow.every((one) => members.has(stableText(one)));
  }
  if (!isMap(wide) || !isMap(narrow)) return stableText(wide) === stableText(narrow);
  return Object.entries(narrow).every(([name, level]) => rank(wide[name]) >= rank(level));
}

const shown = (offer: Offer): string => shortened(stableText(offer).replaceAll('"', ''), MAX_SHOWN);
const MAX_SHOWN = 120;
