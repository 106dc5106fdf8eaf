// How an operation of the HTTP API is described, once: /openapi.json, docs/authorization.md and the tests that compare both with a
// running broker are made from it. A route without a description fails a test.
import type { ErrorCode } from '../../../shared/error-codes.ts';
import type { SCHEMAS } from './schemas.ts';

export type SchemaName = keyof typeof SCHEMAS;

/** What a caller shows: nothing, the token of a job, the secret of a request, the cookie of a person, the token of their command line, or the secret of a relying party. */
export type Shown = 'nothing' | 'subject-token' | 'request-secret' | 'session' | 'command-line' | 'relying-party';

export interface AnswerForm {
  readonly about: string;
  /** one schema, or several that the caller's kind decides between */
  readonly json?: SchemaName | readonly SchemaName[];
  /** content type of an answer that is no JSON */
  readonly type?: string;
}

export interface QueryParameter {
  readonly name: string;
  readonly about: string;
  readonly schema: { readonly type: 'string' | 'integer'; readonly enum?: readonly string[] } & Readonly<
    Record<string, unknown>
  >;
}

export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  /** as OpenAPI writes it; members in braces are path parameters */
  readonly path: string;
  readonly summary: string;
  /** any one of them will do */
  readonly shown: readonly Shown[];
  /** changes something for a person: taken from the broker's own pages only */
  readonly fromOwnPage?: true;
  readonly query?: readonly QueryParameter[];
  readonly form?: SchemaName;
  readonly json?: SchemaName;
  readonly answers: Readonly<Record<number, AnswerForm>>;
  /** the codes that this operation answers with by itself; those that any may are in the description of the document */
  readonly errors: readonly ErrorCode[];
}
