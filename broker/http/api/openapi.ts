// /openapi.json: every operation with what it takes, answers and refuses, made from the schemas that the broker runs with. More
// members may come into any answer, so what a schema does not name is allowed there.
import { z } from 'zod';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { statusOf } from '../problem.ts';
import { ACCESS_OPERATIONS } from './access-operations.ts';
import { DEVICE_OPERATIONS } from './device-operations.ts';
import { JOB_OPERATIONS } from './job-operations.ts';
import type { AnswerForm, Operation, SchemaName, Shown } from './operation.ts';
import { PERSON_OPERATIONS } from './person-operations.ts';
import { PUBLIC_OPERATIONS } from './public-operations.ts';
import { SCHEMAS } from './schemas.ts';

export const OPERATIONS: readonly Operation[] = [
  ...JOB_OPERATIONS,
  ...PERSON_OPERATIONS,
  ...DEVICE_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...PUBLIC_OPERATIONS,
];

export interface DocumentOptions {
  readonly url: string;
  readonly version: string;
  /** `exact` for a test that nothing is answered that is not described */
  readonly answers?: 'open' | 'exact';
}

/** Bodies are read strictly or not as their own schemas say; of answers only the caller's side is described. */
const BODIES: ReadonlySet<SchemaName> = new Set(OPERATIONS.flatMap(({ form, json }) => form ?? json ?? []));

export function openApiDocument({ url, version, answers = 'open' }: DocumentOptions): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Buildpass',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Any operation may also answer 405 `METHOD_NOT_ALLOWED`, 413 `BODY_TOO_LARGE`, 415 `CONTENT_TYPE_UNSUPPORTED` for a body with a `Content-Encoding`, 429 `RATE_LIMITED`, 503 `STORE_UNAVAILABLE`, `POLICY_LOADING`, `OVERLOADED` or `SHUTTING_DOWN` with `Retry-After`, and 500 `INTERNAL`. Codes are stable; docs/http-api.md explains each.',
    },
    servers: [{ url }],
    paths: pathsOf(OPERATIONS),
    components: {
      schemas: Object.fromEntries(
        (Object.keys(SCHEMAS) as SchemaName[]).map((name) => [name, jsonSchemaOf(name, answers)]),
      ),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

const SECURITY_SCHEMES = {
  'subject-token': { type: 'http', scheme: 'bearer', description: 'The OIDC token of a job. It works once.' },
  'request-secret': { type: 'http', scheme: 'bearer', description: 'The `request_secret` that made the request.' },
  'relying-party': { type: 'http', scheme: 'basic', description: 'A relying party of the configuration.' },
  session: { type: 'apiKey', in: 'cookie', name: '__Host-buildpass', description: 'A person who is signed in.' },
  'command-line': { type: 'http', scheme: 'bearer', description: 'What `buildpass login` got: it reads.' },
};

function jsonSchemaOf(name: SchemaName, answers: 'open' | 'exact'): object {
  const io = BODIES.has(name) ? 'input' : 'output';
  const { $schema: _draft, ...schema } = z.toJSONSchema(SCHEMAS[name], { io, unrepresentable: 'any' });
  return io === 'input' || answers === 'exact' ? schema : (opened(schema) as object);
}

/** The same, with room for members that come later. */
function opened(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(opened);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).filter(([key, value]) => key !== 'additionalProperties' || value !== false);
  return Object.fromEntries(members.map(([key, value]) => [key, opened(value)]));
}

function pathsOf(operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation) };
  return paths;
}

function described(operation: Operation): object {
  const { method, path, summary, shown, form, json, fromOwnPage } = operation;
  const words = path.split('/').flatMap((part) => part.match(/[a-z]+/gi) ?? []);
  const taken = form === undefined ? json : form;
  return {
    operationId: [method, ...words].join('-'),
    summary,
    ...(fromOwnPage === true
      ? {
          description:
            'With a session from a page of the broker only: `Origin` is `url`, the content type `application/json`.',
        }
      : {}),
    ...(path === '/v1/token' ? {} : { security: shown.map(requirementOf) }),
    parameters: parametersOf(operation),
    ...(taken === undefined ? {} : { requestBody: bodyOf(taken, form === undefined) }),
    responses: responsesOf(operation),
  };
}

const requirementOf = (shown: Shown): object => (shown === 'nothing' ? {} : { [shown]: [] });
const reference = (name: SchemaName): object => ({ $ref: `#/components/schemas/${name}` });

const bodyOf = (name: SchemaName, isJson: boolean): object => ({
  required: true,
  content: { [isJson ? 'application/json' : 'application/x-www-form-urlencoded']: { schema: reference(name) } },
});

function parametersOf({ path, query = [] }: Operation): object[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
  return [...inPath, ...query.map(({ name, about, schema }) => ({ name, in: 'query', description: about, schema }))];
}

function responsesOf(operation: Operation): object {
  const form = operation.path === '/v1/token' || operation.path.startsWith('/oauth/') ? 'oauth' : 'problem';
  const codes = Map.groupBy(operation.errors, (code) => String(statusOf(code, form)));
  const refusals = [...codes].map(([status, found]) => [status, refusalOf(found, form)] as const);
  const well = Object.entries(operation.answers).map(([status, answer]) => {
    const errors = codes.get(status);
    return [status, answerOf(answer, errors)] as const;
  });
  return Object.fromEntries([...refusals, ...well, ['default', refusalOf([], form)]]);
}

const said = (codes: readonly ErrorCode[]): string => codes.map((code) => `\`${code}\``).join(', ');

function refusalOf(codes: readonly ErrorCode[], form: 'oauth' | 'problem'): object {
  const [type, name] = form === 'oauth' ? (['application/json', 'Refusal'] as const) : PROBLEM;
  return { description: said(codes) || 'Any other error.', content: { [type]: { schema: reference(name) } } };
}

const PROBLEM = ['application/problem+json', 'Problem'] as const;

function answerOf({ about, json, type }: AnswerForm, codes: readonly ErrorCode[] | undefined): object {
  const description = codes === undefined ? about : `${about} Codes: ${said(codes)}.`;
  if (type !== undefined) return { description, content: { [type]: { schema: { type: 'string' } } } };
  if (json === undefined) return { description };
  const names = [json].flat() as SchemaName[];
  const schema = names.length === 1 ? reference(names[0] as SchemaName) : { anyOf: names.map(reference) };
  return { description, content: { 'application/json': { schema } } };
}
