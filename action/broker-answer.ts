// Reading an answer: its JSON by schema, and what it says for itself where it is none that was hoped for.
import type { z } from 'zod';
import { problemSchema, refusalSchema } from '../shared/api.ts';
import { ActionFailure } from './action-failure.ts';
import type { HttpAnswer } from './send.ts';

export const UNUSABLE = "The broker's answer can't be used";

export function parse<T>(answer: HttpAnswer, schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(json(answer)).data;
}

export function json({ text }: Pick<HttpAnswer, 'text'>): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function unexpected(answer: HttpAnswer, broker: string): ActionFailure {
  const redirect = answer.status >= 300 && answer.status < 400;
  const advice = redirect
    ? 'Redirects are not followed: set broker-url to the address that the broker itself has.'
    : 'Is broker-url the address of a Buildpass broker?';
  const known = Object.keys(whatItSays(answer)).length > 0;
  return new ActionFailure(UNUSABLE, `${described(answer, broker)}.`, ...(known ? [] : [advice]));
}

/** `https://… answered 503: the store is locked (STORE_UNAVAILABLE), request req_…` */
export function described(answer: HttpAnswer, broker: string): string {
  const { words, code, id } = whatItSays(answer);
  return [
    `${broker} answered ${answer.status}`,
    words === undefined ? '' : `: ${words.replace(/\.$/u, '')}`,
    code === undefined ? '' : ` (${code})`,
    id === undefined ? '' : `, request ${id}`,
  ].join('');
}

interface Said {
  readonly words?: string | undefined;
  readonly code?: string | undefined;
  readonly id?: string | undefined;
}

/** The broker's own words where the answer is an error of OAuth's form or of RFC 9457's; nothing of a stranger's page. */
function whatItSays(answer: HttpAnswer): Said {
  const refusal = parse(answer, refusalSchema);
  if (refusal !== undefined) {
    return { words: refusal.error_description ?? refusal.error, code: refusal.code, id: refusal.request_id };
  }
  const problem = parse(answer, problemSchema);
  if (problem === undefined) return {};
  return { words: problem.detail ?? problem.title, code: problem.code, id: problem.request_id };
}

/** Whole seconds (RFC 9110 §10.2.3); its other form, a date, would need both clocks to agree: our own back-off does then. */
export function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const value = headers['retry-after'] ?? '';
  return /^[0-9]{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
