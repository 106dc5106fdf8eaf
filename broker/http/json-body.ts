// The body of a call that is JSON, read as the schema says and no other way.
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { BrokerError } from '../errors.ts';
import { readBody } from './read-body.ts';

/** @throws BrokerError PARAMETER_INVALID, naming the first key that is wrong */
export async function jsonBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(parseJson(await readBody(request)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? 'The body' : `\`${issue.path.join('.')}\``;
  throw new BrokerError('PARAMETER_INVALID', `${at} is not as this call takes it: ${issue?.message ?? 'wrong'}.`);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new BrokerError('PARAMETER_INVALID', 'The body is not JSON.');
  }
}
