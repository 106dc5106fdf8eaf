// YAML of a repository as anybody may have written it: what can be understood of it, or one sentence why nothing can. Never runs,
// fetches or expands anything; aliases are resolved a limited number of times.
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { isLaborious } from '../yaml/form.ts';

export type Path = readonly (string | number)[];

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A text in a file. */
export interface Text {
  readonly path: Path;
  readonly text: string;
  /** as it stands in the file, before what a caller hands on was put in */
  readonly written: string;
  readonly place: () => Place;
}

export interface YamlFile {
  readonly root: Readonly<Record<string, unknown>>;
  /** every text in it, with its place */
  readonly texts: readonly Text[];
}

export interface FileText {
  readonly file: string;
  readonly text: string;
}

const MAX_ALIASES = 100;
const MAX_TEXTS = 10_000;
const MAX_DEPTH = 40;
/** Tokens of YAML, spaces included. */
const MAX_PARTS = 60_000;

export const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
export const texts = z.union([text.transform((one) => [one]), z.array(text)]);
export const map = z.record(z.string(), z.unknown());

/** Nothing of a file can be used; the message is the end of a sentence that begins with its name. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

export function readOr<T>(what: string, read: () => T): Read<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, why: error.message };
    // The parser of a text that nests without end runs out of stack; one with too many aliases is refused by it.
    if (error instanceof RangeError) return { ok: false, why: `is nested too deeply to be ${what}` };
    if (error instanceof ReferenceError)
      return { ok: false, why: 'repeats its anchors too often, or names one that is not there' };
    throw error;
  }
}

/** @throws Unreadable, RangeError and ReferenceError, which `readOr` puts into words */
export function readYaml({ file, text: source }: FileText, what: string): YamlFile {
  if (isLaborious(source, { levels: MAX_DEPTH, parts: MAX_PARTS }))
    throw new Unreadable(`has more parts, or deeper nesting, than any ${what} that people write`);
  const lines = new LineCounter();
  const document = parseDocument(source, { version: '1.2', schema: 'core', uniqueKeys: false, lineCounter: lines });
  const [broken] = document.errors;
  // Not the parser's own words: they repeat the line.
  if (broken !== undefined) throw new Unreadable(`is not YAML: line ${lines.linePos(broken.pos[0]).line}`);
  const root = map.safeParse(document.toJS({ maxAliasCount: MAX_ALIASES })).data ?? {};
  const lineOf = (path: Path): number => lines.linePos(offsetOf(document, path)).line;
  const found = textsIn(root, what).map(({ path, text: one }): Text => {
    return { path, text: one, written: one, place: () => ({ file, line: lineOf(path) }) };
  });
  return { root, texts: found };
}

function textsIn(root: unknown, what: string): { path: Path; text: string }[] {
  const found: { path: Path; text: string }[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (path.length > MAX_DEPTH) throw new Unreadable(`is nested too deeply to be a ${what}`);
    if (typeof value === 'string') found.push({ path, text: value });
    for (const [key, inner] of membersOf(value)) visit(inner, [...path, key]);
    if (found.length > MAX_TEXTS) throw new Unreadable(`has more than ${MAX_TEXTS} texts: nobody wrote that by hand`);
  };
  visit(root, []);
  return found;
}

function membersOf(value: unknown): Iterable<readonly [string | number, unknown]> {
  if (Array.isArray(value)) return value.entries();
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** The texts of a map by lower-case names, as GitHub compares them; what is no text is left out. */
export function textsByName(value: unknown): Readonly<Record<string, string>> {
  const given = Object.entries(map.safeParse(value).data ?? {}).flatMap(([name, one]): [string, string][] => {
    const read = text.safeParse(one).data;
    return read === undefined ? [] : [[name.toLowerCase(), read]];
  });
  return Object.fromEntries(given);
}

/** What the inputs of a `workflow_call` or of an action are where a caller says nothing. */
export function defaultsOf(inputs: unknown): Readonly<Record<string, string>> {
  const declared = Object.entries(map.safeParse(inputs).data ?? {});
  return textsByName(Object.fromEntries(declared.map(([name, one]) => [name, map.safeParse(one).data?.['default']])));
}

/** The nearest part of a path that stands in the text itself; what an alias brings stands elsewhere. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isAlias(node)) return offset;
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      : undefined;
    const next = isSeq(node) ? node.items[Number(part)] : pair?.value;
    const place = pair === undefined ? next : pair.key;
    offset = (place as { range?: readonly number[] } | undefined)?.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}
