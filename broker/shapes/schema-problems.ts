// What a schema found wrong, in words for the people who write the file: what was meant, what stands there, what to write.
// The schemas' own messages are kept where they say something; the library's defaults never reach anybody.
import { z } from 'zod';
import { suggest } from './suggest.ts';

export type KeyPath = readonly PropertyKey[];

export interface Problem {
  readonly path: KeyPath;
  readonly message: string;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function checkShape<T>(schema: z.ZodType<T>, value: unknown): Checked<T> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  const known = knownKeys(schema);
  const issues = telling(parsed.error.issues).slice(0, MAX_PROBLEMS);
  return { ok: false, problems: issues.flatMap((issue) => describe(issue, known)).slice(0, MAX_PROBLEMS) };
}

const LONGEST_NAME = 100;

/** The same for somebody who is answered in one sentence. */
export function checkOrSay<T>(
  schema: z.ZodType<T>,
  value: unknown,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly first: string } {
  const checked = checkShape(schema, value);
  if (checked.ok) return checked;
  const { path, message } = checked.problems[0] ?? { path: [], message: 'is wrong' };
  const name = path.length === 0 ? 'it' : `\`${shortened(path.join('.'), LONGEST_NAME)}\``;
  const first = `${name}${/^(is|must|does) /.test(message) ? '' : ':'} ${message}`;
  return { ok: false, first: first.endsWith('?') ? first : `${first}.` };
}

/** Without what only follows from a mistyped key: a map that lost its one key that way is not "empty" too. */
function telling(issues: readonly Issue[]): readonly Issue[] {
  const mistyped = new Set(
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [issue.path.join('\n')] : [])),
  );
  return issues.filter((issue) => issue.code !== 'custom' || !mistyped.has(issue.path.join('\n')));
}

/** "`a`, `b` or `c`"; nothing for an empty list. */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : [words.slice(0, -1).join(', '), words.at(-1)].join(' or ');
}

/** "; did you mean …?" where something near is known, else nothing. */
export function didYouMean(word: string, known: Iterable<string>, mark = '`'): string {
  const meant = suggest(word, known);
  return meant === undefined ? '' : `; did you mean ${mark}${meant}${mark}?`;
}

/** Ends in `…` where something was left out; never within a character. */
export const shortened = (value: string, max: number): string =>
  value.length <= max ? value : `${value.slice(0, max).toWellFormed()}…`;

/** A file full of nonsense is refused as fast as one with a slip. */
const MAX_UNKNOWN_KEYS = 20;
const MAX_PROBLEMS = 100;
const MAX_QUOTED = 200;

type Issue = z.core.$ZodIssue;
type KnownKeys = (path: KeyPath) => string[];

function describe(issue: Issue, known: KnownKeys): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const keys = known(issue.path);
    const first = issue.keys.slice(0, MAX_UNKNOWN_KEYS);
    return first.map((key) => ({
      path: [...issue.path, key],
      // One of another branch is known, and no slip.
      message: keys.includes(key)
        ? 'does not go with what stands beside it: leave it out'
        : `unknown key${didYouMean(key, keys) || knownHere(keys)}`,
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return describeUnion(issue, known);
  return [{ path: issue.path, message: `${isOwn(issue.message) ? issue.message : wording(issue)}${hintOf(issue)}` }];
}

/** A guess at what was meant takes long: a schema gives it as a function, called for the few problems that anybody reads. */
const hintOf = (issue: Issue): string => {
  const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  return typeof hint === 'function' ? String(hint()) : '';
};

const knownHere = (keys: readonly string[]): string =>
  keys.length === 0 ? '' : `; known here: ${keys.map((key) => `\`${key}\``).join(', ')}`;

const isOwn = (message: string): boolean => !/^(Invalid|Too (small|big)|Unrecognized|Expected)\b/.test(message);

/** Of the branches whose type fits, the one with the fewest slips was meant; where none fits, all types that would. */
function describeUnion(issue: Extract<Issue, { code: 'invalid_union' }>, known: KnownKeys): Problem[] {
  if (isOwn(issue.message)) return [{ path: issue.path, message: issue.message }];
  if (issue.input === undefined) return [{ path: issue.path, message: 'is missing' }];
  const mistyped = (branch: readonly Issue[]): boolean =>
    branch.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0);
  const meant = issue.errors
    .filter((branch) => !mistyped(branch))
    .sort((a, b) => a.length - b.length || depth(b) - depth(a))[0];
  if (meant !== undefined)
    return meant
      .slice(0, MAX_PROBLEMS)
      .flatMap((inner) => describe({ ...inner, path: [...issue.path, ...inner.path] } as Issue, known));
  const types = issue.errors.flat().flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : []));
  return [{ path: issue.path, message: typeMessage([...new Set(types)], issue.input) }];
}

const depth = (issues: readonly Issue[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));

function wording(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : typeMessage([issue.expected], issue.input);
    case 'invalid_value':
      return choiceMessage(issue.values, issue.input);
    case 'invalid_union':
      // A map whose telling key (`kind`, `type`) has none of its values.
      return choiceMessage('options' in issue ? (issue.options ?? []) : [], memberOf(issue.input, issue.discriminator));
    case 'invalid_key':
      return issue.issues.map((inner) => inner.message).join('; ');
    case 'too_small':
      return sizeMessage('least', issue.origin, issue.minimum);
    case 'too_big':
      return sizeMessage('most', issue.origin, issue.maximum);
    default:
      return 'does not have the form that is wanted here';
  }
}

const memberOf = (input: unknown, key = ''): unknown =>
  typeof input === 'object' && input !== null ? Object.entries(input).find(([name]) => name === key)?.[1] : undefined;

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
};

function typeMessage(expected: readonly string[], input: unknown): string {
  const wanted = anyOf(expected.map((type) => TYPES[type] ?? type));
  if (input === undefined) return `is missing: it must be ${wanted}`;
  if (input === null) return `is empty: it must be ${wanted}`;
  const given = typeof input === 'string' ? 'text' : shown(input);
  const canBeQuoted = expected.includes('string') && (typeof input === 'number' || typeof input === 'boolean');
  return `must be ${wanted}, not ${given}${canBeQuoted ? `: put it in quotes, "${input}"` : ''}`;
}

function choiceMessage(values: readonly unknown[], input: unknown): string {
  const wanted = anyOf(values.map((value) => `\`${value}\``));
  if (input === undefined || input === null) return `is ${input === null ? 'empty' : 'missing'}: it must be ${wanted}`;
  return `must be ${wanted}, not ${shown(input)}${typeof input === 'string' ? didYouMean(input, values.map(String)) : ''}`;
}

/** A given value in words: text in quotes, and only the kind of a list or a map. */
export function shown(input: unknown): string {
  if (typeof input === 'string') return `"${shortened(input, MAX_QUOTED)}"`;
  if (Array.isArray(input)) return 'a list';
  return typeof input === 'object' ? 'a map' : String(input);
}

function sizeMessage(side: 'least' | 'most', origin: string, bound: number | bigint): string {
  const counted = origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '';
  if (side === 'least' && counted !== '' && Number(bound) === 1)
    return 'is empty: name at least one, or leave the key out';
  return counted === '' ? `must be at ${side} ${bound}` : `must have at ${side} ${bound}${counted}`;
}

/** The keys that a schema knows at a path, read from its JSON Schema so that no second list can go stale. */
function knownKeys(schema: z.ZodType): KnownKeys {
  // Only a mistyped key needs the list, and making it takes longer than everything else.
  let made: KnownKeys | undefined;
  return (path) => {
    made ??= readKnownKeys(schema);
    return made(path);
  };
}

function readKnownKeys(schema: z.ZodType): KnownKeys {
  interface Shape {
    readonly properties?: Record<string, Shape>;
    readonly items?: Shape;
    readonly additionalProperties?: Shape | boolean;
    readonly anyOf?: Shape[];
    readonly oneOf?: Shape[];
    readonly allOf?: Shape[];
    readonly $ref?: string;
    readonly $defs?: Record<string, Shape>;
  }
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  const branches = (shape: Shape): Shape[] => {
    const target = shape.$ref === undefined ? shape : (root.$defs?.[shape.$ref.split('/').at(-1) ?? ''] ?? {});
    return [target, ...[...(target.anyOf ?? []), ...(target.oneOf ?? []), ...(target.allOf ?? [])].flatMap(branches)];
  };
  const step = (shapes: Shape[], key: PropertyKey): Shape[] =>
    shapes.flatMap((shape) => {
      if (typeof key === 'number') return shape.items === undefined ? [] : branches(shape.items);
      // Own members only: a key called `toString` must not find the prototype's.
      const own = Object.hasOwn(shape.properties ?? {}, key)
        ? shape.properties?.[String(key)]
        : shape.additionalProperties;
      return typeof own === 'object' ? branches(own) : [];
    });
  return (path) => [
    ...new Set(path.reduce(step, branches(root)).flatMap((shape) => Object.keys(shape.properties ?? {}))),
  ];
}
