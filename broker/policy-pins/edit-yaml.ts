// Puts values into a YAML text without touching anything else of it: comments, order, quotes and spaces stay as they are.
// An edit is a stretch of the text and what stands there instead; what came of all of them is read again before it is believed.
import { isMap, isScalar, type Pair, parse, type YAMLMap } from 'yaml';
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** a new line of a block map; indented by as many spaces */
  readonly line?: { readonly indent: number };
}

/** `key: "id"` in a map; where the key is new, right behind the key `after`, or behind the first. */
export function fillKey(
  map: YAMLMap,
  { key, after, id }: { key: string; after: string | undefined; id: string },
): Edit {
  const named = (name: string | undefined): Pair | undefined =>
    map.items.find((pair) => isScalar(pair.key) && pair.key.value === name);
  const quoted = JSON.stringify(id);
  const present = named(key);
  if (present !== undefined) return fillValue(present, quoted);
  const neighbour = named(after) ?? map.items[0];
  const end = endOf(neighbour);
  if (map.flow === true) return { from: end, to: end, text: `, ${key}: ${quoted}` };
  return { from: end, to: end, text: `${key}: ${quoted}`, line: { indent: indentOf(map) } };
}

/** In the place of a pair's value, or where it would stand. */
export function fillValue(pair: Pair, text: string): Edit {
  const { value } = pair;
  const written = isScalar(value) ? value.source !== '' && value.source !== undefined : isMap(value);
  if (written) {
    const [from = 0, to = 0] = (value as { range?: readonly number[] }).range ?? [];
    return { from, to, text };
  }
  const colon = pair.srcToken?.sep?.find(({ type }) => type === 'map-value-ind');
  if (colon !== undefined) return { from: colon.offset + 1, to: colon.offset + 1, text: ` ${text}` };
  const end = endOf({ key: pair.key } as Pair);
  return { from: end, to: end, text: `: ${text}` };
}

/** What an edit is for: the value at this place. */
export interface Filling {
  readonly edit: Edit;
  readonly path: readonly (string | number)[];
  readonly id: string;
}

/** @throws Error where the edited text would not say exactly what it said before, and the ids */
export function fillIn(text: string, fillings: readonly Filling[]): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const edited = fillings
    .toSorted((a, b) => b.edit.from - a.edit.from)
    .reduce((all, { edit }) => splice(all, edit, newline), text);
  const wanted: unknown = fillings.reduce((value, { path, id }) => withValue(value, path, id), parse(text) as unknown);
  if (!says(edited, wanted))
    throw new Error('the ids cannot be put into this file without changing more of it: write them by hand');
  return edited;
}

function says(text: string, wanted: unknown): boolean {
  try {
    return canonicalJson(parse(text)) === canonicalJson(wanted as JsonValue);
  } catch {
    return false;
  }
}

function withValue(value: unknown, [key, ...rest]: readonly (string | number)[], id: string): unknown {
  if (key === undefined) return id;
  if (Array.isArray(value)) return value.map((one, at) => (at === key ? withValue(one, rest, id) : one));
  const map = (value ?? {}) as Record<string, unknown>;
  return { ...map, [key]: withValue(map[key], rest, id) };
}

function splice(text: string, { from, to, text: given, line }: Edit, newline: string): string {
  if (line === undefined) return text.slice(0, from) + given + text.slice(to);
  // Behind a comment at the end of the line, too.
  const end = text.indexOf(newline, from);
  const at = end === -1 ? text.length : end;
  return `${text.slice(0, at)}${newline}${' '.repeat(line.indent)}${given}${text.slice(at)}`;
}

function endOf(pair: Pair | undefined): number {
  const ends = [pair?.key, pair?.value].map((node) => (node as { range?: readonly number[] } | undefined)?.range?.[1]);
  return ends[1] ?? ends[0] ?? 0;
}

/** How far the keys of a block map are indented. */
const indentOf = ({ srcToken }: YAMLMap): number => (srcToken?.type === 'block-map' ? srcToken.indent : 0);
