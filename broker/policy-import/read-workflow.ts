// Reads a workflow as anybody may have written it: what can be understood of it, or one sentence why nothing can. Never runs,
// fetches or expands anything; aliases are resolved a limited number of times.
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { isLaborious } from '../yaml-form.ts';

export type Path = readonly (string | number)[];

export interface Step {
  readonly name: string | undefined;
  readonly uses: string | undefined;
  /** inputs, as text */
  readonly with: Readonly<Record<string, string>>;
  readonly path: Path;
}

export interface WorkflowJob {
  readonly id: string;
  readonly environment: string | undefined;
  readonly runsOn: readonly string[];
  /** of the job, or of the workflow where it has none; undefined where neither says any */
  readonly permissions: unknown;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly file: string;
  /** event → its filters */
  readonly on: ReadonlyMap<string, Trigger>;
  readonly jobs: readonly WorkflowJob[];
  /** every text in it, with its place */
  readonly texts: readonly { readonly path: Path; readonly text: string }[];
  readonly lineOf: (path: Path) => number;
}

export interface Trigger {
  readonly branches: readonly string[] | undefined;
  readonly tags: readonly string[] | undefined;
}

export type WorkflowRead =
  | { readonly ok: true; readonly workflow: Workflow }
  | { readonly ok: false; readonly why: string };

const MAX_ALIASES = 100;
const MAX_TEXTS = 10_000;
const MAX_DEPTH = 40;
/** Tokens of YAML, spaces included. */
const MAX_PARTS = 60_000;

const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);
const texts = z.union([text.transform((one) => [one]), z.array(text)]);
const map = z.record(z.string(), z.unknown());

export function readWorkflow({ file, text: source }: { file: string; text: string }): WorkflowRead {
  try {
    return read(file, source);
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, why: error.message };
    // The parser of a text that nests without end runs out of stack; one with too many aliases is refused by it.
    if (error instanceof RangeError) return { ok: false, why: 'is nested too deeply to be a workflow' };
    if (error instanceof ReferenceError)
      return { ok: false, why: 'repeats its anchors too often, or names one that is not there' };
    throw error;
  }
}

class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

function read(file: string, source: string): WorkflowRead {
  if (isLaborious(source, { levels: MAX_DEPTH, parts: MAX_PARTS }))
    throw new Unreadable('has more parts, or deeper nesting, than any workflow that people write');
  const lines = new LineCounter();
  const document = parseDocument(source, { version: '1.2', schema: 'core', uniqueKeys: false, lineCounter: lines });
  const [broken] = document.errors;
  // Not the parser's own words: they repeat the line.
  if (broken !== undefined) throw new Unreadable(`is not YAML: line ${lines.linePos(broken.pos[0]).line}`);
  const root = map.safeParse(document.toJS({ maxAliasCount: MAX_ALIASES }));
  if (!root.success || !map.safeParse(root.data['jobs']).success)
    throw new Unreadable('is no workflow: it has no `jobs`');
  const all = textsIn(root.data);
  // GitHub takes no other, and what follows writes them into YAML.
  if (Object.keys(root.data['jobs'] as object).some((id) => !/^[A-Za-z_][\w-]{0,99}$/.test(id)))
    throw new Unreadable('has a job with an id that GitHub does not take');
  const on = triggersOf(root.data['on'] ?? root.data['true']);
  const jobs = Object.entries(root.data['jobs'] as object).map(([id, job]) => jobOf(id, job, root.data['permissions']));
  const lineOf = (path: Path): number => lines.linePos(offsetOf(document, path)).line;
  return { ok: true, workflow: { file, on, jobs, texts: all, lineOf } };
}

function textsIn(root: unknown): { path: Path; text: string }[] {
  const found: { path: Path; text: string }[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (path.length > MAX_DEPTH) throw new Unreadable('is nested too deeply to be a workflow');
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

function triggersOf(on: unknown): ReadonlyMap<string, Trigger> {
  const none: Trigger = { branches: undefined, tags: undefined };
  const names = texts.safeParse(on);
  if (names.success) return new Map(names.data.map((name) => [name, none]));
  const filters = z.object({ branches: texts.optional(), tags: texts.optional() });
  return new Map(
    Object.entries(map.safeParse(on).data ?? {}).map(([event, value]) => {
      const { branches, tags } = filters.safeParse(value).data ?? {};
      return [event, { branches, tags }];
    }),
  );
}

function jobOf(id: string, value: unknown, ofWorkflow: unknown): WorkflowJob {
  const job = map.safeParse(value).data ?? {};
  const environment = text.safeParse(map.safeParse(job['environment']).data?.['name'] ?? job['environment']).data;
  const steps = z.array(z.unknown()).safeParse(job['steps']).data ?? [];
  return {
    ...{ id, environment },
    runsOn: texts.safeParse(map.safeParse(job['runs-on']).data?.['labels'] ?? job['runs-on']).data ?? [],
    permissions: job['permissions'] ?? ofWorkflow,
    steps: steps.map((step, at) => stepOf(step, ['jobs', id, 'steps', at])),
  };
}

function stepOf(value: unknown, path: Path): Step {
  const step = map.safeParse(value).data ?? {};
  const given = Object.entries(map.safeParse(step['with']).data ?? {}).flatMap(([name, one]): [string, string][] => {
    const read = text.safeParse(one).data;
    return read === undefined ? [] : [[name.toLowerCase(), read]];
  });
  const [name, uses] = [text.safeParse(step['name']).data, text.safeParse(step['uses']).data];
  return { name, uses, with: Object.fromEntries(given), path };
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
