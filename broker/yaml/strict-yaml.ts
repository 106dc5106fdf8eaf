// YAML that means one thing only: no directives, anchors, aliases, tags or merge keys, no second document, no unknown key.
// Every problem is a finding with file, line, column and key, and says what was meant where that can be guessed.
// Used for policies and for the configuration alike, so that both refuse the same trickery in the same words.
import {
  Composer,
  type CST,
  Document,
  Lexer,
  LineCounter,
  Parser,
  type Scalar,
  visit,
  type YAMLMap,
  YAMLParseError,
} from 'yaml';
import type { z } from 'zod';
import { firstInvisible, inertLine } from '../../shared/invisible.ts';
import { checkShape, type KeyPath, shortened } from '../shapes/schema-problems.ts';
import { type FormProblem, formProblems } from './form.ts';
import { keyOf, keyOffset, type Place, placeOf, placesOf } from './places.ts';

export type { KeyPath } from '../shapes/schema-problems.ts';

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** dotted path of the key, empty for the whole file */
  readonly key: string;
  readonly message: string;
}

export interface StrictYaml<T> {
  readonly value: T;
  /** A finding at the place where the value (or its nearest parent) stands. */
  readonly finding: (path: KeyPath, message: string) => Finding;
  /** all that `finding` needs, as plain data: `findingIn` is the same */
  readonly places: () => Place;
}

export type StrictYamlResult<T> =
  | { readonly ok: true; readonly yaml: StrictYaml<T> }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export const MAX_YAML_BYTES = 64 * 1024;
const MAX_BROKEN = 20;
/** Of a whole file: each item costs the checks of its schema, and a few bytes to write. */
const MAX_LIST_ITEMS = 1_000;
const TOO_MANY_ITEMS = `the lists of this file have more than ${MAX_LIST_ITEMS} items together: shorten them, with patterns for instance`;
const MAX_QUOTED_KEY = 100;

export function parseStrictYaml<T>(source: { file: string; text: string }, schema: z.ZodType<T>): StrictYamlResult<T> {
  const { file, text } = source;
  const lines = new LineCounter();
  const at = (offset: number): readonly [line: number, column: number] => {
    const { line, col } = lines.linePos(offset);
    return [Math.max(line, 1), Math.max(col, 1)];
  };
  const refused = (problems: readonly FormProblem[]): StrictYamlResult<T> => ({
    ok: false,
    findings: problems.slice(0, MAX_BROKEN).map(({ offset, message }) => {
      const [line, column] = at(offset);
      return { file, line, column, key: '', message };
    }),
  });
  if (Buffer.byteLength(text) > MAX_YAML_BYTES)
    return refused([{ offset: 0, message: `the file is larger than ${MAX_YAML_BYTES / 1024} KiB` }]);
  countLines(text, lines);
  // Before parsing: what these find could also harm the parser.
  const lexemes = [...new Lexer().lex(text)];
  const hostile = formProblems(text, lexemes);
  if (hostile.length > 0) return refused(hostile);
  const document = composed(lexemes, text.length);
  const broken = [
    ...document.errors.map(({ pos, code, message }) => ({ offset: pos[0], message: WORDING[code] ?? message })),
    ...contentProblems(document),
  ];
  if (broken.length > 0) return refused(broken);

  // Most documents have nothing wrong with them, and nobody asks where it stands.
  let made: Place | undefined;
  const places = (): Place => {
    made ??= placesOf(document.contents, at);
    return made;
  };
  const finding = (path: KeyPath, message: string): Finding => findingIn({ file, places: places() }, path, message);
  const checked = checkShape(schema, document.toJS({ maxAliasCount: 0 }));
  if (checked.ok) return { ok: true, yaml: { value: checked.value, finding, places } };
  return { ok: false, findings: checked.problems.map(({ path, message }) => finding(path, message)) };
}

/** What `parseDocument` of the library gives, without taking the text apart a second time. */
function composed(lexemes: readonly string[], length: number): Document {
  // Double keys are found below; the parser's own check takes the square of their number.
  const options = { version: '1.2', schema: 'core', prettyErrors: false, stringKeys: true, uniqueKeys: false } as const;
  const [document = new Document(), second] = new Composer(options).compose(parsed(lexemes), true, length);
  if (second !== undefined)
    document.errors.push(new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', ''));
  return document;
}

function* parsed(lexemes: readonly string[]): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of lexemes) yield* parser.next(lexeme);
  yield* parser.end();
}

/** A finding about a document that was read earlier, or elsewhere. */
export function findingIn({ file, places }: { file: string; places: Place }, path: KeyPath, message: string): Finding {
  const [line, column] = placeOf(places, path);
  return { file, line, column, key: formatPath(path), message };
}

/**
 * `file:line:column: key: reason`, one a line: the form that editors and people know. A policy under review is anybody's text,
 * and its words end up in job logs and terminals: nothing of it may act there.
 */
export function formatFinding({ file, line, column, key, message }: Finding): string {
  return inertLine(`${file}:${line}:${column}: ${key === '' ? '' : `${key}: `}${message}`);
}

function countLines(text: string, lines: LineCounter): void {
  for (let start = 0; start !== -1; ) {
    lines.addNewLine(start);
    const end = text.indexOf('\n', start);
    start = end === -1 ? -1 : end + 1;
  }
}

/** Where the parser's own words speak to programmers. */
const WORDING: Readonly<Partial<Record<string, string>>> = {
  MULTIPLE_DOCS: 'a second document (---) starts here: one file is one document',
  NON_STRING_KEY: 'a key must be text',
};

// Names that every JavaScript object has: as a key they could reach the prototype of a careless reader of the value.
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** One walk over everything: of what the parser lets pass, keys first, then texts, then lengths. */
function contentProblems(document: Document): FormProblem[] {
  const [keys, texts, lengths]: [FormProblem[], FormProblem[], FormProblem[]] = [[], [], []];
  let items = 0;
  visit(document, {
    Map: (_key, map: YAMLMap) => void keys.push(...keyProblems(map)),
    Scalar: (_key, scalar: Scalar) => void texts.push(...escapeProblems(scalar)),
    Seq(_key, { items: more, range }) {
      items += more.length;
      if (items > MAX_LIST_ITEMS && lengths.length === 0)
        lengths.push({ offset: range?.[0] ?? 0, message: TOO_MANY_ITEMS });
    },
  });
  return [...keys, ...texts, ...lengths];
}

function keyProblems({ items }: YAMLMap): FormProblem[] {
  const problems: FormProblem[] = [];
  const seen = new Set<string>();
  for (const pair of items) {
    const name = keyOf(pair);
    const message = name === undefined ? undefined : keyProblem(name, seen);
    if (message !== undefined) problems.push({ offset: keyOffset(pair), message });
    if (name !== undefined) seen.add(name);
  }
  return problems;
}

function keyProblem(name: string, seen: ReadonlySet<string>): string | undefined {
  if (name === '<<') return 'merge keys (<<) are not allowed: write the keys out';
  if (RESERVED.has(name)) return `the key "${name}" is not allowed`;
  return seen.has(name)
    ? `the key "${shortened(name, MAX_QUOTED_KEY)}" stands here twice: only one of them could count`
    : undefined;
}

/** What escapes in quotes stand for is looked at too; line breaks only block text may have, which shows them. */
function escapeProblems({ value, type, range }: Scalar): FormProblem[] {
  const unseen = typeof value === 'string' ? firstInvisible(value, type?.startsWith('BLOCK') ? '\t\n' : '') : undefined;
  return unseen === undefined ? [] : [{ offset: range?.[0] ?? 0, message: `in this text, ${unseen.message}` }];
}

const formatPath = (path: KeyPath): string =>
  path
    .map((part, at) =>
      typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${shortened(String(part), MAX_QUOTED_KEY)}`,
    )
    .join('');
