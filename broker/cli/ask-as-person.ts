// Calls of the documented HTTP API in the name of the person whose login this is. An answer is believed in its documented form only.
import type { z } from 'zod';
import { problemSchema, refusalSchema } from '../../shared/api.ts';
import { inert } from '../../shared/invisible.ts';
import { callBroker, type Heard } from './call-broker.ts';
import { UsageError } from './command.ts';
import type { Login } from './login-file.ts';

/** The broker said no, did not answer, or in a form that is not documented. */
export class NotAnswered extends Error {
  override readonly name = 'NotAnswered';
  /** another try may be answered */
  readonly passes: boolean;

  constructor({ status, body }: Pick<Heard, 'status' | 'body'>) {
    super(
      inert(sentenceIn(body) ?? `status ${status}, in a form that is not documented: is this the broker's address?`),
    );
    this.passes = mayPass(status);
  }
}

/** RFC 9457, or RFC 6749 §5.2 where OAuth has the word. */
function sentenceIn(body: unknown): string | undefined {
  const { detail } = problemSchema.safeParse(body).data ?? {};
  return detail ?? refusalSchema.safeParse(body).data?.error_description;
}

/** Nobody answered, too many asked, or it is the broker's own trouble. */
export const mayPass = (status: number): boolean => status === 0 || status === 429 || status >= 500;

/** @throws NotAnswered for whatever is not the answer that the schema describes */
export function believed<T>(schema: z.ZodType<T>, heard: Heard): T {
  const answer = schema.safeParse(heard.status === 200 ? heard.body : undefined);
  if (answer.success) return answer.data;
  throw new NotAnswered(heard);
}

interface Asked<T> {
  readonly schema: z.ZodType<T>;
  readonly method?: 'GET' | 'POST';
}

export async function askAsPerson<T>(
  { broker, token }: Login,
  path: string,
  { schema, method = 'GET' }: Asked<T>,
): Promise<T> {
  const headers = { authorization: `Bearer ${token}` };
  return believed(schema, await callBroker(`${broker}${path}`, { method, headers }, fetch));
}

/** @throws UsageError for what is no id of a request, which is a part of the addresses that are asked */
export function requestId(positionals: readonly string[]): string {
  const [id = ''] = positionals;
  if (/^req_[\w-]{1,100}$/.test(id)) return id;
  throw new UsageError(`"${id}" is no id of a request: it begins with req_; \`requests list\` has them`);
}
