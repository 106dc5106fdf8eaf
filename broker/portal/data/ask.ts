// Asks the broker, by the HTTP interface that everybody has (docs/http-api.md), and gives what went wrong as a value: each refusal
// is something to show, with its code. An answer is taken as its type says, since it comes from the broker that served this script.

export interface Problem {
  /** one of the broker's codes, or `UNREACHABLE` */
  readonly code: string;
  /** the broker's own sentence */
  readonly message: string;
  /** ways to step up */
  readonly methods?: readonly string[];
  readonly requestId?: string;
}

export type Answer<T> = { readonly ok: true; readonly body: T } | { readonly ok: false; readonly problem: Problem };

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** What is only read is asked again where the session was not known: its token may have changed under way, by a step-up. */
export async function ask<T>(path: string, asked: Asked = {}): Promise<Answer<T>> {
  const answer = await askOnce<T>(path, asked);
  const again = asked.method === undefined && !answer.ok && answer.problem.code === 'SIGN_IN_REQUIRED';
  return again ? askOnce<T>(path, asked) : answer;
}

async function askOnce<T>(path: string, { method = 'GET', body = {}, signal }: Asked): Promise<Answer<T>> {
  const changes = method !== 'GET';
  try {
    const response = await fetch(path, {
      method,
      headers: changes ? { 'content-type': 'application/json' } : {},
      ...(changes ? { body: JSON.stringify(body) } : {}),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) return { ok: false, problem: await problemOf(response) };
    return { ok: true, body: (response.status === 204 ? undefined : await response.json()) as T };
  } catch {
    return { ok: false, problem: UNREACHABLE };
  }
}

const UNREACHABLE: Problem = {
  code: 'UNREACHABLE',
  message: 'Either it is stopped, or the connection from here to it is down.',
};

async function problemOf(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const text = (name: string): string | undefined => (typeof said[name] === 'string' ? said[name] : undefined);
  const requestId = text('request_id');
  return {
    code: text('code') ?? `HTTP ${response.status}`,
    message: text('detail') ?? `The broker answered ${response.status}.`,
    ...(Array.isArray(said['methods']) ? { methods: said['methods'].map(String) } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  };
}
