// What a change of a project's `may-offer` lets it put into its entitlements that it could not before, and the other way round.
import { shortened } from '../../schema-problems.ts';
import type { OrganizationDocument } from '../organization-document.ts';
import type { Change, Direction } from './difference.ts';
import { isMap, stableText } from './stable-text.ts';

type Offer = OrganizationDocument['projects'][string]['may-offer'][number];

export function offerChanges(project: string, before: readonly Offer[], now: readonly Offer[]): readonly Change[] {
  const left = now.filter((offer) => !before.some((one) => isSame(one, offer)));
  const gone = before.filter((offer) => !now.some((one) => isSame(one, offer)));
  const changed = gone.flatMap((old) => {
    const at = left.findIndex((fresh) => directionOf(old, fresh) !== undefined);
    const [fresh] = at === -1 ? [] : left.splice(at, 1);
    const direction = fresh === undefined ? undefined : directionOf(old, fresh);
    if (fresh === undefined || direction === undefined)
      return [said(project, 'narrower', `may not offer ${shown(old)} any more`)];
    return [said(project, direction, `may offer ${shown(fresh)} now, and before ${shown(old)}`)];
  });
  return [...changed, ...left.map((offer) => said(project, 'wider', `may offer ${shown(offer)} now`))];
}

const said = (project: string, direction: Direction, what: string): Change => ({
  direction,
  text: `${project} ${what}`,
});

/** In whatever order it is written. */
const isSame = (a: Offer, b: Offer): boolean => holds(a, b) && holds(b, a);

/** Undefined where neither holds all that the other does: then one was taken away and another was given. */
function directionOf(before: Offer, now: Offer): 'wider' | 'narrower' | undefined {
  if (holds(now, before)) return 'wider';
  return holds(before, now) ? 'narrower' : undefined;
}

/** The same kind with the same keys, each holding what the other's does. What a list that is left out means differs by kind. */
function holds(wide: Offer, narrow: Offer): boolean {
  const keys = Object.keys(wide);
  if (wide.kind !== narrow.kind || keys.length !== Object.keys(narrow).length) return false;
  return keys.every((key) => key === 'kind' || holdsValue(wide[key], narrow[key]));
}

function holdsValue(wide: unknown, narrow: unknown): boolean {
  if (Array.isArray(wide) && Array.isArray(narrow)) {
    const members = new Set(wide.map(stableText));
    return narrow.every((one) => members.has(stableText(one)));
  }
  if (!isMap(wide) || !isMap(narrow)) return stableText(wide) === stableText(narrow);
  return Object.entries(narrow).every(([name, level]) => rank(wide[name]) >= rank(level));
}

const rank = (level: unknown): number => (level === undefined ? -1 : ['read', 'write', 'admin'].indexOf(String(level)));

const shown = (offer: Offer): string => shortened(stableText(offer).replaceAll('"', ''), MAX_SHOWN);
const MAX_SHOWN = 120;
