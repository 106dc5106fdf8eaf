// A person at a browser, as far as a broker can tell: it keeps cookies as their attributes say, sends the headers that browsers
// send, and goes where it is redirected. The broker's public name leads to the broker under test, all else to loopback itself.
import { type IncomingMessage, request } from 'node:http';
import type { SignedIn } from '../../broker/model.ts';
import type { TestBroker } from './test-broker.ts';

export interface Visit {
  readonly status: number;
  readonly location: string | undefined;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what is there, and a wrong guess fails it
  readonly body: any;
  readonly text: string;
  readonly url: string;
}

export interface Send {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Target = Pick<TestBroker, 'origin' | 'config'>;

export class PersonBrowser {
  /** by host, then by name: `Set-Cookie` as it came, and the value */
  readonly cookies = new Map<string, Map<string, { readonly value: string; readonly line: string }>>();
  readonly #broker: Target;

  constructor(broker: Target) {
    this.#broker = broker;
  }

  get url(): string {
    return this.#broker.config.url;
  }

  cookie(name: string): { readonly value: string; readonly line: string } | undefined {
    return this.cookies.get(new URL(this.url).host)?.get(name);
  }

  get(path: string, send: Send = {}): Promise<Visit> {
    return this.visit(new URL(path, this.url).href, send);
  }

  /** As a page of the broker would. */
  post(path: string, body: unknown = {}, send: Send = {}): Promise<Visit> {
    const headers = { 'content-type': 'application/json', origin: this.url, 'sec-fetch-site': 'same-origin' };
    return this.get(path, {
      method: 'POST',
      body: JSON.stringify(body),
      ...send,
      headers: { ...headers, ...send.headers },
    });
  }

  delete(path: string): Promise<Visit> {
    return this.post(path, {}, { method: 'DELETE' });
  }

  /** Goes where it is sent, up to ten times; `until` stops before an address that it matches. */
  async follow(path: string, until?: RegExp): Promise<Visit> {
    let at = new URL(path, this.url).href;
    for (let hops = 0; hops < 10; hops += 1) {
      const visit = await this.visit(at);
      if (visit.location === undefined || until?.test(visit.location)) return visit;
      at = visit.location;
    }
    throw new Error(`redirected too often, last to ${at}`);
  }

  async visit(address: string, send: Send = {}): Promise<Visit> {
    const url = new URL(address);
    const to = url.origin === this.url ? new URL(`${url.pathname}${url.search}`, this.#broker.origin) : url;
    const cookies = [...(this.cookies.get(url.host) ?? [])].map(([name, { value }]) => `${name}=${value}`);
    const headers = {
      host: url.host,
      ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }),
      ...send.headers,
    };
    const answer = await exchange(to, { ...send, headers });
    this.#keep(url.host, answer.headers.getSetCookie());
    const location = answer.headers.get('location');
    const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '');
    return {
      ...answer,
      url: address,
      location: location === null ? undefined : new URL(location, address).href,
      body: isJson && answer.text !== '' ? JSON.parse(answer.text) : undefined,
    };
  }

  #keep(host: string, lines: readonly string[]): void {
    const jar = this.cookies.get(host) ?? new Map();
    this.cookies.set(host, jar);
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/;\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(line)) jar.delete(name);
      else jar.set(name, { value, line });
    }
  }
}

type Exchanged = Pick<Visit, 'status' | 'headers' | 'text'>;

/** Not `fetch`: it would not send another Host. */
function exchange(url: URL, { method = 'GET', headers = {}, body }: Send): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    // As browsers do: without it, Node would send the body of a DELETE as if it were another request.
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(url, { method, headers: { ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: headersOf(response.rawHeaders), text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** `Set-Cookie` comes as often as it was sent. */
function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at] ?? '', raw[at + 1] ?? '');
  return headers;
}

/** Signs one of the people of `TestBroker.start({ people })` in, by a link that works once. */
export async function signIn(broker: TestBroker, name: string): Promise<PersonBrowser> {
  const browser = new PersonBrowser(broker);
  const visit = await browser.visit(broker.running.demoLink(name));
  if (visit.location !== `${browser.url}/`) throw new Error(`${name} is not signed in: ${visit.status} ${visit.text}`);
  return browser;
}

/** The person behind this browser's cookie, as routes see them. */
export async function personAt({ running }: TestBroker, browser: PersonBrowser): Promise<SignedIn> {
  const pairs = [...(browser.cookies.get(new URL(browser.url).host) ?? [])].map(
    ([name, { value }]) => `${name}=${value}`,
  );
  const person = await running.people.signedIn({ headers: { cookie: pairs.join('; ') } } as IncomingMessage);
  if (person === undefined) throw new Error('nobody is signed in');
  return person;
}
