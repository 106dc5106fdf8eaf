// How what a credential can do changed: wider, narrower, or other where the parameters don't say. Parameters are compared as they
// were understood, with the ids that names stand for.

import type { Entitlement } from '../../model.ts';
import { shortened } from '../../schema-problems.ts';
import type { Change, Direction } from './difference.ts';
import { isMap, stableText } from './stable-text.ts';

type Credential = Entitlement['credential'];
type Values = Readonly<Record<string, unknown>>;

export function credentialChanges(before: Credential, now: Credential): readonly Change[] {
  if (before.kind !== now.kind)
    return [{ direction: 'other', text: `hands out a ${now.kind} credential, and not a ${before.kind} one any more` }];
  const [old, fresh] = [before.parameters, now.parameters].map((parameters) => (parameters ?? {}) as Values);
  const keys = new Set([...Object.keys(old ?? {}), ...Object.keys(fresh ?? {})]);
  return [...keys].flatMap((key) => parameterChanges(key, old?.[key], fresh?.[key]));
}

function parameterChanges(key: string, before: unknown, now: unknown): readonly Change[] {
  if (textOf(before) === textOf(now) || isReordered(before, now)) return [];
  const text = `\`credential.${key}\` is ${shortened(textOf(now), MAX_TEXT)}, and was ${shortened(textOf(before), MAX_TEXT)}`;
  return [{ direction: directionOf(key, before, now), text }];
}

function directionOf(key: string, before: unknown, now: unknown): Direction {
  // The one parameter that takes away: without it there is all that the role has.
  if (key === 'session-policy') return now === undefined ? 'wider' : before === undefined ? 'narrower' : 'other';
  if (key === 'permissions' && isMap(before) && isMap(now)) return ofLevels(before, now);
  if (Array.isArray(before) && Array.isArray(now)) return ofMembers(before.map(textOf), now.map(textOf));
  // Names under which a secret's fields are handed out: a further one is one more value.
  if (key === 'values' && isMap(before) && isMap(now)) return ofMembers(pairsOf(before), pairsOf(now));
  return 'other';
}

const isReordered = (before: unknown, now: unknown): boolean =>
  Array.isArray(before) && Array.isArray(now) && sortedText(before) === sortedText(now);
const sortedText = (list: readonly unknown[]): string => list.map(textOf).sort().join('\n');

function ofMembers(before: readonly string[], now: readonly string[]): Direction {
  if (before.every((one) => now.includes(one))) return 'wider';
  return now.every((one) => before.includes(one)) ? 'narrower' : 'other';
}

const LEVELS = ['read', 'write', 'admin'];
const rank = (level: unknown): number => (typeof level === 'string' ? LEVELS.indexOf(level) : -1);

function ofLevels(before: Values, now: Values): Direction {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const known = Object.values({ ...before, ...now }).every((level) => rank(level) >= 0);
  if (known && names.every((name) => rank(now[name]) >= rank(before[name]))) return 'wider';
  return known && names.every((name) => rank(now[name]) <= rank(before[name])) ? 'narrower' : 'other';
}

const pairsOf = (map: Values): readonly string[] =>
  Object.entries(map).map(([name, value]) => `${name} ${textOf(value)}`);

const MAX_TEXT = 200;
const textOf = (value: unknown): string => (value === undefined ? 'left out' : stableText(value));
