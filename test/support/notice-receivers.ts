// What notices go to, as doubles that are real small servers: an HTTP endpoint that keeps what it gets and answers as it is told,
// and an SMTP server that takes mail only as its mood allows.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Received {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what is there, and a wrong guess fails it
  readonly body: any;
}

export class NoticeReceiver {
  readonly received: Received[] = [];
  /** the status of its answers */
  status = 200;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<NoticeReceiver> {
    const server = createServer();
    const receiver = new NoticeReceiver(server);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('utf8');
      const { url: path = '', method = '', headers } = request;
      receiver.received.push({ path, method, headers, text, body: JSON.parse(text) });
      // What a redirect would lead to is counted too, if anybody followed it.
      response.writeHead(receiver.status, { location: `${receiver.url}/elsewhere` }).end('ok');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
  readonly text: string;
}

export class MailServer {
  readonly mails: readonly Mail[];
  readonly port: number;
  readonly #server: SMTPServer;

  private constructor(server: SMTPServer, port: number, mails: readonly Mail[]) {
    this.#server = server;
    this.port = port;
    this.mails = mails;
  }

  /** `password`: the login that it wants; without one it takes mail from everybody */
  static async start(options: SMTPServerOptions & { readonly password?: string } = {}): Promise<MailServer> {
    const { password, ...more } = options;
    const mails: Mail[] = [];
    const server = new SMTPServer({
      authOptional: password === undefined,
      // It waits for nobody at the end of a test.
      closeTimeout: 1,
      onAuth: (auth, _session, done) =>
        auth.password === password ? done(null, { user: auth.username }) : done(new Error('wrong password')),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            user: session.user === undefined ? undefined : String(session.user),
            secure: session.secure,
            text: Buffer.concat(chunks).toString('utf8'),
          });
          done();
        });
      },
      ...more,
    });
    // A client that goes away in the middle of a handshake is part of some stories.
    server.on('error', () => undefined);
    const listening = server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return new MailServer(server, (listening.address() as AddressInfo).port, mails);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
