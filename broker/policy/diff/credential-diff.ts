// How what a credential can do changed: wider, narrower, or other where the parameters don't say. Parameters are compared as they
// were understood, with the ids that names stand for.

import type { Entitlement } from '../../model.ts';
import { shortened } from '../../shapes/schema-problems.ts';
import { type Change, type Direction, directionBetween } from './difference.ts';
import { rank } from './permission-levels.ts';
import { isMap, stableText } from './stable-text.ts';

type Credential = Entitlement['credential'];
type Values = Readonly<Record<string, unknown>>;

export function credentialChanges(before: Credential, now: Credential): readonly Change[] {
  if (before.kind !== now.kind)
    return [{ direction: 'other', text: `hands out a ${now.kind} credential, and not a ${before.kind} one any more` }];
  const [old, fresh] = [before.parameters as Values, now.parameters as Values];
  const keys = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  return [...keys].flatMap((key) => parameterChanges(key, old[key], fresh[key]));
}

function parameterChanges(key: string, before: unknown, now: unknown): readonly Change[] {
  const direction = directionOf(key, before, now);
  if (direction === undefined) return [];
  const [is, was] = [textOf(now), textOf(before)].map((text) => shortened(text, MAX_TEXT));
  return [{ direction, text: `\`credential.${key}\` is ${is}, and was ${was}` }];
}

/** Undefined where nothing differs, or only the order of a list. */
function directionOf(key: string, before: unknown, now: unknown): Direction | undefined {
  if (textOf(before) === textOf(now)) return undefined;
  // The one parameter that takes away: without it there is all that the role has.
  if (key === 'session-policy') return now === undefined ? 'wider' : before === undefined ? 'narrower' : 'other';
  if (key === 'permissions' && isMap(before) && isMap(now)) return ofLevels(before, now);
  if (Array.isArray(before) && Array.isArray(now)) return ofMembers(before.map(textOf), now.map(textOf));
  // Names under which a secret's fields are handed out: a further one is one more value.
  if (key === 'values' && isMap(before) && isMap(now)) return ofMembers(pairsOf(before), pairsOf(now));
  return 'other';
}

const ofMembers = (before: readonly string[], now: readonly string[]): Direction | undefined =>
  directionBetween(
    before.every((one) => now.includes(one)),
    now.every((one) => before.includes(one)),
  );

function ofLevels(before: Values, now: Values): Direction | undefined {
  const names = Object.keys({ ...before, ...now });
  return directionBetween(
    names.every((name) => rank(now[name]) >= rank(before[name])),
    names.every((name) => rank(now[name]) <= rank(before[name])),
  );
}

const pairsOf = (map: Values): readonly string[] =>
  Object.entries(map).map(([name, value]) => `${name} ${textOf(value)}`);

const MAX_TEXT = 200;
const textOf = (value: unknown): string => (value === undefined ? 'left out' : stableText(value));
