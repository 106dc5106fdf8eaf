// YAML that means one thing only: no directives, anchors, aliases, tags or merge keys, no second document, no unknown key.
// Every problem is a finding with file, line, column and key, and says what was meant where that can be guessed.
// Used for policies and for the configuration alike, so that both refuse the same trickery in the same words.
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { z } from 'zod';
import { firstInvisible, inertLine } from '../shared/invisible.ts';
import { checkShape, type KeyPath, shortened } from './schema-problems.ts';
import { type FormProblem, formProblems } from './yaml-form.ts';

export type { KeyPath } from './schema-problems.ts';

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
}

export type StrictYamlResult<T> =
  | { readonly ok: true; readonly yaml: StrictYaml<T> }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export const MAX_YAML_BYTES = 64 * 1024;
const MAX_BROKEN = 20;
/** Of a whole file: each item costs the checks of its schema, and a few bytes to write. */
const MAX_LIST_ITEMS = 1_000;
const MAX_QUOTED_KEY = 100;

export function parseStrictYaml<T>(source: { file: string; text: string }, schema: z.ZodType<T>): StrictYamlResult<T> {
  const { file, text } = source;
  const lines = new LineCounter();
  const at = (offset: number, key: string, message: string): Finding => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), key, message };
  };
  const refused = (problems: readonly FormProblem[]): StrictYamlResult<T> => ({
    ok: false,
    findings: problems.slice(0, MAX_BROKEN).map(({ offset, message }) => at(offset, '', message)),
  });
  if (Buffer.byteLength(text) > MAX_YAML_BYTES)
    return refused([{ offset: 0, message: `the file is larger than ${MAX_YAML_BYTES / 1024} KiB` }]);
  countLines(text, lines);
  // Before parsing: what these find could also harm the parser.
  const hostile = formProblems(text);
  if (hostile.length > 0) return refused(hostile);
  // Double keys are found below; the parser's own check takes the square of their number.
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
  });
  const broken = [
    ...document.errors.map(({ pos, code, message }) => ({ offset: pos[0], message: WORDING[code] ?? message })),
    ...keyProblems(document),
    ...escapeProblems(document),
    ...lengthProblems(document),
  ];
  if (broken.length > 0) return refused(broken);

  const finding = (path: KeyPath, message: string): Finding => at(offsetOf(document, path), formatPath(path), message);
  const checked = checkShape(schema, document.toJS({ maxAliasCount: 0 }));
  if (checked.ok) return { ok: true, yaml: { value: checked.value, finding } };
  return { ok: false, findings: checked.problems.map(({ path, message }) => finding(path, message)) };
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

function keyProblems(document: Document): FormProblem[] {
  const problems: FormProblem[] = [];
  visit(document, {
    Map(_key, map: YAMLMap) {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const name = keyOf(pair);
        const message = name === undefined ? undefined : keyProblem(name, seen);
        if (message !== undefined) problems.push({ offset: keyOffset(pair), message });
        if (name !== undefined) seen.add(name);
      }
    },
  });
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
function escapeProblems(document: Document): FormProblem[] {
  const problems: FormProblem[] = [];
  visit(document, {
    Scalar(_key, { value, type, range }) {
      const unseen =
        typeof value === 'string' ? firstInvisible(value, type?.startsWith('BLOCK') ? '\t\n' : '') : undefined;
      if (unseen !== undefined) problems.push({ offset: range?.[0] ?? 0, message: `in this text, ${unseen.message}` });
    },
  });
  return problems;
}

function lengthProblems(document: Document): FormProblem[] {
  let items = 0;
  let offset: number | undefined;
  visit(document, {
    Seq(_key, { items: more, range }) {
      items += more.length;
      if (items > MAX_LIST_ITEMS) offset ??= range?.[0] ?? 0;
    },
  });
  return offset === undefined
    ? []
    : [
        {
          offset,
          message: `the lists of this file have more than ${MAX_LIST_ITEMS} items together: shorten them, with patterns for instance`,
        },
      ];
}

const keyOf = (pair: Pair): string | undefined => (isScalar(pair.key) ? String(pair.key.value) : undefined);
const keyOffset = (pair: Pair): number => (isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0);

/** Where the last part of a path that exists starts: its key in a map, itself in a list. */
function offsetOf(document: Document, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(part)) : undefined;
    const item = isSeq(node) ? node.items[Number(part)] : pair?.value;
    if (pair === undefined && item === undefined) return offset;
    offset = pair === undefined ? ((item as { range?: readonly number[] }).range?.[0] ?? offset) : keyOffset(pair);
    node = item;
  }
  return offset;
}

const formatPath = (path: KeyPath): string =>
  path
    .map((part, at) =>
      typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${shortened(String(part), MAX_QUOTED_KEY)}`,
    )
    .join('');
