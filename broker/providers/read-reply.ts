// What a system that issues answered, as what was asked for. An answer of another form leaves open what came of the call, and
// nothing of it gets into the error: a credential may be in it (P6).
import type { z } from 'zod';
import type { UpstreamReply } from './upstream-http.ts';

/** @throws Error where it is not of this form */
export function readReply<T>(system: string, schema: z.ZodType<T>, { json }: Pick<UpstreamReply, 'json'>): T {
  const read = schema.safeParse(json);
  if (!read.success) throw new Error(`${system} answered with something else than what was asked for`);
  return read.data;
}
