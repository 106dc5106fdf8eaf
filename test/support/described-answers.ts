// Compares what a broker really answers with what /openapi.json says of it, more strictly than a client would: nothing may be in
// an answer that its schema does not name.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { OPERATIONS, openApiDocument } from '../../broker/http/api/openapi.ts';

const DOCUMENT = openApiDocument({ url: 'https://buildpass.example.com', version: '0', answers: 'exact' });
const WITHOUT_FORMATS = { strict: false, validateFormats: false, allErrors: false } as const;

export interface Answered {
  readonly status: number;
  readonly contentType: string;
  /** parsed where it is JSON */
  readonly body: unknown;
}

interface Responses {
  readonly [status: string]: { readonly content?: Readonly<Record<string, unknown>> };
}

export class DescribedAnswers {
  readonly #ajv = new Ajv2020(WITHOUT_FORMATS);

  constructor() {
    this.#ajv.addSchema(DOCUMENT, 'openapi');
  }

  /** Sentences; none where the answer is as described. */
  problems(operation: string, { status, contentType, body }: Answered): string[] {
    const [method = '', path = ''] = operation.split(' ');
    const paths = (DOCUMENT as { paths: Record<string, Record<string, { responses: Responses }>> }).paths;
    const responses = paths[path]?.[method]?.responses ?? {};
    const response = responses[status];
    if (response === undefined) return [`${operation} answers ${status}, which is not described`];
    const type = contentType.split(';')[0] ?? '';
    if (response.content === undefined) return body === undefined ? [] : [`${operation} answers ${status} with a body`];
    if (!(type in response.content)) return [`${operation} answers ${status} as ${type}, which is not described`];
    if (!type.includes('json')) return [];
    const place = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const validate = this.#ajv.getSchema(`openapi#/${pointer}`);
    if (validate === undefined) return [`${operation} has no schema for ${status}`];
    return validate(body) === true ? [] : [`${operation} ${status}: ${this.#ajv.errorsText(validate.errors)}`];
  }
}

export const operationNames = (): string[] => OPERATIONS.map(({ method, path }) => `${method} ${path}`);
