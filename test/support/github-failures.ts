// The ways in which the GitHub double misbehaves on demand: each turns a true answer into what a broken or hostile
// issuer would send in its place.
import type { ServerResponse } from 'node:http';

export type Endpoint = 'discovery' | 'jwks' | 'idtoken';

/**
 * down: the port refuses connections · slow: no answer until `recover()` · error: status 500 ·
 * redirect: to an address that would answer truly · huge: a true answer padded to 1 MiB, without a length ·
 * html: a true answer under another content type · garbage: not JSON · wrong-issuer: discovery speaks for somebody else ·
 * no-keys: an empty key set
 */
export type Failure = 'down' | 'slow' | 'error' | 'redirect' | 'huge' | 'html' | 'garbage' | 'wrong-issuer' | 'no-keys';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const json = (body: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});

const PADDING = ' '.repeat(1024 * 1024);

/** `path` is where the request came to; the same path with `moved` in its query answers truly. */
export function distort(answer: Answer, failure: Failure | undefined, path: string): Answer {
  switch (failure) {
    case 'error':
      return { ...answer, status: 500 };
    case 'redirect':
      return { status: 302, headers: { location: `${path}?moved` }, body: '' };
    case 'huge':
      return { ...answer, body: answer.body + PADDING };
    case 'html':
      return { ...answer, headers: { 'content-type': 'text/html' } };
    case 'garbage':
      return { ...answer, body: '<h1>Unicorn!</h1>' };
    case 'wrong-issuer':
      return { ...answer, body: replaceMember(answer.body, 'issuer', 'https://issuer.example') };
    case 'no-keys':
      return { ...answer, body: replaceMember(answer.body, 'keys', []) };
    default:
      return answer;
  }
}

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  // Written before the end, so that no content-length warns of the size.
  response.write(body);
  response.end();
}

function replaceMember(body: string, name: string, value: unknown): string {
  const document = JSON.parse(body) as Record<string, unknown>;
  return JSON.stringify(name in document ? { ...document, [name]: value } : document);
}
