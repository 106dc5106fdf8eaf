// Where each key and each item of a YAML document stands, as plain data: small enough to keep, and fit to be sent between threads,
// so that what is found about a document after it was read can still be said with its line and column.
import { isMap, isScalar, isSeq, type Pair } from 'yaml';
import type { KeyPath } from '../shapes/schema-problems.ts';

/** The place of a value (its key in a map, itself in a list), and the places of what is inside, by key or by index. */
export type Place = readonly [line: number, column: number, inside?: Inside];
type Inside = readonly Place[] | { readonly [key: string]: Place };

type PlaceOfOffset = (offset: number) => readonly [line: number, column: number];

/** `node` is what a document contains: a map, a list or a scalar, without aliases. */
export function placesOf(node: unknown, at: PlaceOfOffset, offset = 0): Place {
  const inside = insideOf(node, at);
  return inside === undefined ? at(offset) : [...at(offset), inside];
}

function insideOf(node: unknown, at: PlaceOfOffset): Inside | undefined {
  if (isSeq(node)) return node.items.map((item) => placesOf(item, at, startOf(item)));
  if (!isMap(node)) return undefined;
  return Object.fromEntries(node.items.map((pair) => [keyOf(pair), placesOf(pair.value, at, keyOffset(pair))]));
}

/** Of the last part of a path that exists. */
export function placeOf(places: Place, path: KeyPath): readonly [line: number, column: number] {
  let place = places;
  for (const part of path) {
    const inside = place[2] ?? [];
    const next = Object.hasOwn(inside, part) ? (inside as { readonly [key: PropertyKey]: Place })[part] : undefined;
    // A list has a length of its own, which is nobody's key.
    if (!Array.isArray(next)) break;
    place = next as unknown as Place;
  }
  return [place[0], place[1]];
}

export const keyOf = (pair: Pair): string | undefined => (isScalar(pair.key) ? String(pair.key.value) : undefined);
export const keyOffset = (pair: Pair): number => startOf(pair.key);

const startOf = (node: unknown): number => (node as { range?: readonly number[] } | null)?.range?.[0] ?? 0;
