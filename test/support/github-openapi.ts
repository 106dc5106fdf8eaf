// GitHub's own description of its API (test/vectors/github-openapi.json), for doubles of it: what is wrong with a request, what is
// wrong with the double's own answer, and an answer to begin with.
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: object;
  /** of a path: whether a slash is part of it */
  readonly 'x-multi-segment'?: boolean;
}

interface Media {
  readonly schema: { readonly properties?: object };
  readonly examples?: Readonly<Record<string, { $ref: string } | { value: object }>>;
}

type Content = { readonly content?: { readonly 'application/json'?: Media } };

interface Operation {
  readonly parameters?: readonly ({ $ref: string } | Parameter)[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, { $ref: string } | Content>>;
}

interface Description {
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const description = inJsonSchema(
  JSON.parse(readFileSync(new URL('../vectors/github-openapi.json', import.meta.url), 'utf8')),
) as Description;
// Its formats and its words for people are no rules, and an enumeration in it may be of several types.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(description, 'github');
const validators = new Map<string, ValidateFunction>();

/** Paths by ids, which GitHub's redirects lead to and its description leaves out. */
const BY_ID: readonly [RegExp, string][] = [
  [/^\/repositories\/\d+(?=\/|$)/, '/repos/any/any'],
  [/^\/organizations\/\d+\/team\/\d+(?=\/)/, '/orgs/any/teams/any'],
];

export interface DescribedRequest {
  readonly method: string;
  /** with its query */
  readonly url: string;
  readonly body: string;
}

export interface FoundOperation {
  /** `GET /user/{account_id}` */
  readonly name: string;
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, string>>;
}

export function operationOf({ method, url }: Omit<DescribedRequest, 'body'>): FoundOperation | undefined {
  const path = BY_ID.reduce((text, [from, to]) => text.replace(from, to), new URL(url, 'http://any').pathname);
  for (const [template, operations] of Object.entries(description.paths)) {
    const operation = operations[method.toLowerCase()];
    const match = operation && patternOf(template, operation).exec(path);
    if (operation !== undefined && match != null)
      return { name: `${method} ${template}`, operation, parameters: { ...match.groups } };
  }
  return undefined;
}

function patternOf(template: string, { parameters = [] }: Operation): RegExp {
  const long = parameters.map((one) => resolved<Parameter>(one)).filter((one) => one['x-multi-segment'] === true);
  const segment = (_all: string, name: string): string =>
    `(?<${name}>${long.some((one) => one.name === name) ? '.+' : '[^/]+'})`;
  return new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{(\w+)\}/g, segment)}$`);
}

/** What GitHub would not understand. */
export function requestProblems(found: FoundOperation, { url, body }: DescribedRequest): string[] {
  const { operation, parameters } = found;
  const described = (operation.parameters ?? []).map((one) => resolved<Parameter>(one));
  const query = Object.fromEntries(new URL(url, 'http://any').searchParams);
  const unknown = Object.keys(query).filter(
    (name) => !described.some((one) => one.in === 'query' && one.name === name),
  );
  const wrong = described.flatMap(({ name, in: where, required = false, schema }) => {
    const value = where === 'path' ? parameters[name] : query[name];
    if (value === undefined) return required ? [`${name} is missing`] : [];
    return problemsIn({ schema, key: `${found.name} ${name}`, value: asWritten(schema, decodeURIComponent(value)) });
  });
  return [...unknown.map((name) => `unknown parameter ${name}`), ...wrong, ...bodyProblems(found, body)];
}

function bodyProblems({ name, operation }: FoundOperation, body: string): string[] {
  const media = operation.requestBody?.content?.['application/json'];
  if (media === undefined) return body === '' ? [] : ['a body where none is taken'];
  if (body === '') return ['no body'];
  const value = JSON.parse(body) as object;
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(media.schema.properties ?? {}, key));
  return [
    ...unknown.map((key) => `unknown member ${key}`),
    ...problemsIn({ schema: media.schema, key: `${name} body`, value }),
  ];
}

/** What the double says that GitHub would not; of a refusal GitHub describes little. */
export function answerProblems({ name, operation }: FoundOperation, status: number, body: unknown): string[] {
  const response = operation.responses[status];
  if (response === undefined) return status < 400 ? [`${name} answers no ${status}`] : [];
  const schema = resolved<Content>(response).content?.['application/json']?.schema;
  if (schema === undefined) return [];
  return problemsIn({ schema, key: `${name} ${status}`, value: body }).map((one) => `${name} ${status}: ${one}`);
}

/** GitHub's own example of a good answer, with what the double says in place of what it has. */
export const asDescribed = (found: FoundOperation, status: number, own: object): object =>
  status < 300 ? (completedValue(exampleOf(found, status), own) as object) : own;

function exampleOf({ operation }: FoundOperation, status: number): object {
  const response = operation.responses[status];
  const examples = response && resolved<Content>(response).content?.['application/json']?.examples;
  const [first] = Object.values(examples ?? {});
  return first === undefined ? {} : structuredClone(resolved<{ value: object }>(first).value);
}

export const described = (kind: string, name: string): object | undefined => description.components[kind]?.[name];

interface Checked {
  readonly schema: object;
  readonly key: string;
  readonly value: unknown;
}

function problemsIn({ schema, key, value }: Checked): string[] {
  const known = validators.get(key) ?? ajv.compile(withinDescription(schema));
  validators.set(key, known);
  known(value);
  return (known.errors ?? []).map(({ instancePath, message }) => `${key}${instancePath} ${message}`);
}

/** References are to the description as a whole. */
const withinDescription = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"github#/')) as object;

/** `nullable` of OpenAPI 3.0 in the words of JSON Schema. */
function inJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, inJsonSchema(value)] as const);
  const { nullable, ...rest } = Object.fromEntries(entries);
  if (nullable !== true) return Object.fromEntries(entries);
  return { anyOf: [{ type: 'null' }, rest] };
}

const asWritten = (schema: object, text: string): unknown =>
  ['integer', 'number'].includes((schema as { type?: string }).type ?? '') && /^\d+$/.test(text) ? Number(text) : text;

function resolved<T extends object>(one: { $ref: string } | T): T {
  if (!('$ref' in one)) return one;
  const path = String(one.$ref).slice(2).split('/');
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], description) as T;
}

/** Lists are described by their first item. */
function completed(example: object, own: object): object {
  const result: Record<string, unknown> = { ...example };
  for (const [key, value] of Object.entries(own)) result[key] = completedValue(result[key], value);
  return result;
}

function completedValue(example: unknown, own: unknown): unknown {
  if (Array.isArray(own) && Array.isArray(example)) return own.map((one) => completedValue(example[0], one));
  const areObjects = [example, own].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
  return areObjects && !isMapOfNames(own) ? completed(example as object, own as object) : own;
}

/** `permissions`: what is not in it is not there. */
const isMapOfNames = (value: unknown): boolean =>
  Object.values(value as object).every((one) => one === 'read' || one === 'write' || one === 'admin');
