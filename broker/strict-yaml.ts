// YAML that means one thing only: no directives, anchors, aliases, tags or merge keys, no second document, no unknown key.
// Every problem is a finding with file, line, column and key, and says what was meant where that can be guessed.
// Used for policies and for the configuration alike, so that both refuse the same trickery in the same words.
import { type Document, isAlias, isNode, isScalar, LineCounter, type Node, parseDocument, visit, type YAMLMap } from 'yaml';
import { z } from 'zod';

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** dotted path of the key, empty for the whole file */
  readonly key: string;
  readonly message: string;
}

export type KeyPath = readonly PropertyKey[];

export interface StrictYaml<T> {
  readonly value: T;
  /** A finding at the place where the value (or its nearest parent) stands. */
  readonly finding: (path: KeyPath, message: string) => Finding;
}

export type StrictYamlResult<T> = { readonly ok: true; readonly yaml: StrictYaml<T> } | { readonly ok: false; readonly findings: readonly Finding[] };

export const MAX_YAML_BYTES = 64 * 1024;

export function parseStrictYaml<T>(source: { file: string; text: string }, schema: z.ZodType<T>): StrictYamlResult<T> {
  const { file, text } = source;
  const whole = (message: string): Finding => ({ file, line: 1, column: 1, key: '', message });
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) return { ok: false, findings: [whole(`the file is larger than ${MAX_YAML_BYTES / 1024} KiB`)] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', schema: 'core', prettyErrors: false, stringKeys: true });
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const broken = [
    ...document.errors.map((error) => ({ file, ...place(error.pos[0]), key: '', message: firstLine(error.message) })),
    ...trickery(document, text).map(({ offset, message }) => ({ file, ...place(offset), key: '', message })),
  ];
  if (broken.length > 0) return { ok: false, findings: broken.slice(0, 20) };

  const finding = (path: KeyPath, message: string): Finding => ({
    file,
    ...place(offsetOf(document, path)),
    key: formatPath(path),
    message,
  });
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }), { reportInput: true });
  if (parsed.success) return { ok: true, yaml: { value: parsed.data, finding } };
  const known = knownKeys(schema);
  return { ok: false, findings: parsed.error.issues.flatMap((issue) => describe(issue, finding, known)) };
}

/** `file:line:column: key: reason`, one a line: the form that editors and people know. */
export function formatFinding({ file, line, column, key, message }: Finding): string {
  return `${file}:${line}:${column}: ${key === '' ? '' : `${key}: `}${message}`;
}

/** The known word nearest to a mistyped one; undefined where none is near enough to be meant. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const near = [...known].map((one) => ({ one, distance: editDistance(word.toLowerCase(), one.toLowerCase()) }));
  near.sort((a, b) => a.distance - b.distance);
  return near[0] !== undefined && near[0].distance <= limit ? near[0].one : undefined;
}

function trickery(document: Document, text: string): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  // A `%YAML 1.1` line would bring back `no` as false and merge keys, whatever version the parser was told.
  const directive = /^%/m.exec(text);
  if (directive) found.push({ offset: directive.index, message: 'directives (lines that start with %) are not allowed' });
  visit(document, {
    Node(_key, node: Node) {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) found.push({ offset, message: `the alias *${node.source} is not allowed: write the value out` });
      else if ('anchor' in node && node.anchor !== undefined) found.push({ offset, message: `the anchor &${node.anchor} is not allowed: write the value out where it is used` });
      if (node.tag !== undefined && offset < text.length && text[offset] === '!') found.push({ offset, message: `the tag ${node.tag} is not allowed` });
    },
    Pair(_key, pair) {
      if (isScalar(pair.key) && pair.key.value === '<<') found.push({ offset: pair.key.range?.[0] ?? 0, message: 'merge keys (<<) are not allowed: write the keys out' });
    },
  });
  return found;
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, finding: StrictYaml<unknown>['finding'], known: KnownKeys): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = suggest(key, known(issue.path));
      return finding([...issue.path, key], `unknown key${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`);
    });
  }
  if (issue.code === 'invalid_union') {
    // The branch that failed deepest is the one that was meant.
    const deepest = issue.errors.map((branch) => branch.flat()).sort((a, b) => depth(b) - depth(a))[0];
    if (deepest !== undefined && depth(deepest) > 0) {
      return deepest.flatMap((inner) => describe({ ...inner, path: [...issue.path, ...inner.path] } as Issue, finding, known));
    }
  }
  if (issue.code === 'invalid_key') return [finding(issue.path, issue.issues[0]?.message ?? 'this key is not allowed')];
  if (issue.code === 'invalid_type' && issue.input === undefined) return [finding(issue.path, 'is missing')];
  return [finding(issue.path, issue.message.replace(/^Invalid input: /, '').replace(/^Too small: /, ''))];
}

const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));

type KnownKeys = (path: KeyPath) => string[];

/** The keys that a schema knows at a path, read from its JSON Schema so that no second list can go stale. */
function knownKeys(schema: z.ZodType): KnownKeys {
  type Shape = { properties?: Record<string, Shape>; items?: Shape; additionalProperties?: Shape | boolean; anyOf?: Shape[]; oneOf?: Shape[]; allOf?: Shape[]; $ref?: string; $defs?: Record<string, Shape> };
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  const branches = (shape: Shape): Shape[] => {
    const target = shape.$ref === undefined ? shape : (root.$defs?.[shape.$ref.split('/').at(-1) ?? ''] ?? {});
    return [target, ...[...(target.anyOf ?? []), ...(target.oneOf ?? []), ...(target.allOf ?? [])].flatMap(branches)];
  };
  const step = (shapes: Shape[], key: PropertyKey): Shape[] =>
    shapes.flatMap((shape) => {
      if (typeof key === 'number') return shape.items === undefined ? [] : branches(shape.items);
      const next = shape.properties?.[String(key)] ?? shape.additionalProperties;
      return typeof next === 'object' ? branches(next) : [];
    });
  return (path) => path.reduce(step, branches(root)).flatMap((shape) => Object.keys(shape.properties ?? {}));
}

function offsetOf(document: Document, path: KeyPath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const pair = (parent as YAMLMap | undefined)?.items?.find((item) => isScalar((item as { key?: unknown }).key) && String(((item as { key: { value: unknown } }).key).value) === String(path[length - 1]));
    const key = (pair as { key?: unknown } | undefined)?.key;
    const node = isNode(key) ? key : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

const formatPath = (path: KeyPath): string =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`)).join('');

const firstLine = (message: string): string => message.split('\n')[0] ?? message;

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
