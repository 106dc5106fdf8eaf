// HTTP as bytes on a socket: for requests that no well-behaved client would send, and answers as they really came.
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** by lower-case name */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  /** whole lines */
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
}

export const FORM = 'Content-Type: application/x-www-form-urlencoded';

/** A request with its length and an end: the answer is everything until the other side closes. */
export function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const { method = 'POST', path = '/v1/token', headers = [FORM] } = request;
  const body = Buffer.from(request.body ?? '');
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: broker', 'Connection: close', ...headers];
  const length = body.length === 0 ? [] : [`Content-Length: ${body.length}`];
  return sendBytes(port, Buffer.concat([Buffer.from([...lines, ...length, '', ''].join('\r\n')), body]));
}

export async function sendBytes(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return parse(Buffer.concat(chunks).toString('utf8'));
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Map(headers), body: text.slice(end + 4) };
}
