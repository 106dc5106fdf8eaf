// Sends a request that must be refused, and checks what holds of every refusal: its form, that nobody may keep it, and that
// neither the broker's insides nor anything in `withheld` is in it.
import { expect } from 'vitest';
import { type RawAnswer, type RawRequest, sendRaw } from './raw-http.ts';

export interface Refused {
  readonly status: number;
  readonly code: string;
  readonly [member: string]: unknown;
}

export async function refusalOf(port: number, request: RawRequest, withheld: readonly string[] = []): Promise<Refused> {
  const form = (request.path ?? '/v1/token').split(/[?#]/)[0] === '/v1/token' ? 'oauth' : 'problem';
  return checkRefusal(await sendRaw(port, request), form, withheld);
}

export function checkRefusal(
  { status, headers, body }: RawAnswer,
  form: 'oauth' | 'problem',
  withheld: readonly string[] = [],
): Refused {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-powered-by')).toBeUndefined();
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const type = form === 'oauth' ? 'application/json' : 'application/problem+json';
  expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
  for (const part of [...withheld, 'node_modules', '.ts:']) expect(body).not.toContain(part);
  return { status, ...JSON.parse(body) };
}
