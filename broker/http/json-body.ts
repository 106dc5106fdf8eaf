// The body of a call that is JSON, read as the schema says and no other way.
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { BrokerError } from '../errors.ts';
import { withoutSecrets } from '../identity/refusal.ts';
import { parseJsonObject } from '../identity/strict-json.ts';
import { checkOrSay } from '../shapes/schema-problems.ts';
import { readBody } from './read-body.ts';

/** @throws BrokerError PARAMETER_INVALID that says which member is wrong, and how */
export async function jsonBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const checked = checkOrSay(schema, parseJson(await readBody(request)));
  if (checked.ok) return checked.value;
  // The names and values in it are the caller's own.
  throw new BrokerError('PARAMETER_INVALID', `The body is not as this call takes it: ${withoutSecrets(checked.first)}`);
}

/** A name that stands there twice would mean one thing to whoever checks what is sent on the way here, and another to us. */
function parseJson(body: Buffer): unknown {
  try {
    return parseJsonObject(body);
  } catch (cause) {
    throw new BrokerError('PARAMETER_INVALID', `The body ${(cause as Error).message}.`, { cause });
  }
}
