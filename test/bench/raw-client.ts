// An HTTP/1.1 client that costs next to nothing, so that a measurement is of the server: whole requests as bytes on kept
// connections, one answer at a time on each. It reads the status and the length, and hands the body back unparsed.
import { connect, type Socket } from 'node:net';
import { inTime } from './in-time.ts';

export interface RawReply {
  readonly status: number;
  readonly body: Buffer;
}

const ANSWER_SECONDS = 60;
const closedByServer = (): Error => new Error('the server closed the connection');
const HEAD_END = Buffer.from('\r\n\r\n');

/** `POST` of a form, as bytes. */
export function formRequest(path: string, form: URLSearchParams): Buffer {
  const body = form.toString();
  const head = `POST ${path} HTTP/1.1\r\nHost: broker\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

export class RawClient {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #closed = false;
  #waiting: { readonly resolve: (reply: RawReply) => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => {
      this.#closed = true;
      this.#waiting?.reject(closedByServer());
    });
  }

  static open(port: number): Promise<RawClient> {
    const connected = new Promise<RawClient>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new RawClient(socket)));
      socket.once('error', reject);
    });
    return inTime('a connection', ANSWER_SECONDS, connected);
  }

  /** The server ends a connection on which nothing was asked for some seconds. */
  get closed(): boolean {
    return this.#closed || this.#socket.destroyed || this.#socket.readableEnded;
  }

  /** Within a minute: the server gives up before. */
  async send(request: Buffer): Promise<RawReply> {
    // Of a write on a connection that is gone already nobody is told anything.
    if (this.closed) throw closedByServer();
    return inTime('an answer', ANSWER_SECONDS, this.#send(request));
  }

  #send(request: Buffer): Promise<RawReply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(HEAD_END);
    if (end === -1) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const reply = { status: Number(head.slice(9, 12)), body: this.#received.subarray(end + 4, end + 4 + length) };
    this.#received = this.#received.subarray(end + 4 + length);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(reply);
  }
}
