// A broker and GitHub's ID-token service in one real server, for tests of the action. It checks every request by the
// contract (`problems` must stay empty), takes each subject token once, answers by script and keeps what it was sent.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GRANT_TYPE, ID_TOKEN_TYPE, REQUEST_SECRET_FORM, SCOPE_FORM } from '../../shared/api.ts';
import { LogDouble } from './log-double.ts';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export type Claims = Readonly<Record<string, string | number>>;

/** What a scripted answer may build on. */
export interface Asked {
  readonly request: RecordedRequest;
  readonly claims: Claims;
  readonly broker: BrokerDouble;
}

export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  /** the connection ends without an answer, or stays open without one */
  | 'reset'
  | 'silence';

export type Answer = (asked: Asked) => Reply | Promise<Reply>;
export type Route =
  | 'POST /v1/token'
  | 'POST /v1/explain'
  | 'DELETE /v1/leases'
  | 'GET /v1/requests'
  | 'DELETE /v1/requests';

const REQUEST_BEARER = 'bearer-by-which-this-job-asks-for-id-tokens';

export class BrokerDouble {
  readonly url: string;
  readonly log: LogDouble;
  readonly requests: RecordedRequest[] = [];
  readonly problems: string[] = [];
  /** every secret that passed, with a name for people */
  readonly secrets = new Map<string, string>([[REQUEST_BEARER, 'bearer for ID tokens']]);
  /** of the ID tokens from here on */
  claims: Claims = {
    actor: 'octocat',
    event_name: 'push',
    ref: 'refs/heads/main',
    repository: 'acme/shop',
    repository_id: '2001',
    repository_visibility: 'private',
    run_attempt: '1',
    run_id: '15987654321',
  };
  readonly #answers = new Map<string, Answer[]>();
  readonly #unusedTokens = new Map<string, Claims>();
  readonly #server: Server;
  #tokenCount = 0;

  static async start(): Promise<BrokerDouble> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new BrokerDouble(server, (server.address() as AddressInfo).port);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    this.log = new LogDouble(`127.0.0.1:${port}/log`);
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** What the runner gives a job that has `id-token: write`. */
  get environment(): Record<string, string> {
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${this.url}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_BEARER,
    };
  }

  /** One answer a request; the last one is given from then on. */
  answer(route: Route, ...answers: readonly Answer[]): void {
    this.#answers.set(route, [...answers]);
  }

  requestsOf(route: Route): RecordedRequest[] {
    const [method = '', path = ''] = route.split(' ');
    return this.requests.filter((request) => request.method === method && request.path.startsWith(path));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', this.url);
    const body = await readBody(incoming);
    const authorization = incoming.headers.authorization ?? '';
    if (url.pathname === '/idtoken') return this.#giveIdToken({ url, authorization }, response);

    const request = {
      method: incoming.method ?? '',
      path: url.pathname,
      authorization,
      parameters: this.#parameters(incoming, body),
    };
    this.requests.push(request);
    const route = this.#routeOf(request);
    const claims = this.#check(route, request);
    const queue = this.#answers.get(route) ?? [];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    const reply = answer === undefined ? { status: 404 } : await answer({ request, claims, broker: this });
    give(reply, response);
  }

  #giveIdToken({ url, authorization }: { url: URL; authorization: string }, response: ServerResponse): void {
    if (authorization !== `Bearer ${REQUEST_BEARER}`)
      this.problems.push('the ID token was asked for with another bearer');
    if (url.searchParams.get('api-version') !== '2.0') this.problems.push('the query of the ID-token address was lost');
    this.#tokenCount += 1;
    const claims = { ...this.claims, aud: url.searchParams.get('audience') ?? '', jti: `token-${this.#tokenCount}` };
    const token = unverifiableJwt(claims);
    this.#unusedTokens.set(token, claims);
    this.secrets.set(token, `ID token ${this.#tokenCount}`);
    give({ status: 200, body: { count: token.length, value: token } }, response);
  }

  #parameters(incoming: IncomingMessage, body: string): Record<string, string> {
    const form = new URLSearchParams(body);
    const names = [...form.keys()];
    if (new Set(names).size < names.length) this.problems.push(`a parameter is repeated: ${names.join(', ')}`);
    if (body !== '' && incoming.headers['content-type'] !== 'application/x-www-form-urlencoded')
      this.problems.push('the body is not said to be a form');
    return Object.fromEntries(form);
  }

  #routeOf({ method, path }: RecordedRequest): Route {
    const known: readonly Route[] = ['POST /v1/token', 'POST /v1/explain'];
    const route = known.find((one) => one === `${method} ${path}`);
    if (route !== undefined) return route;
    const [, collection = ''] = /^(\/v1\/(?:leases|requests))\/[A-Za-z0-9_-]+$/.exec(path) ?? [];
    const byId: readonly Route[] = ['DELETE /v1/leases', 'DELETE /v1/requests', 'GET /v1/requests'];
    const found = byId.find((one) => one === `${method} ${collection}`);
    if (found === undefined) this.problems.push(`no such route: ${method} ${path}`);
    return found ?? 'DELETE /v1/leases';
  }

  #check(route: Route, { parameters, authorization }: RecordedRequest): Claims {
    const bearer = authorization.replace(/^Bearer /, '');
    if (route === 'DELETE /v1/leases' || route.endsWith(' /v1/requests')) {
      this.#expect(
        REQUEST_SECRET_FORM.test(bearer) && this.secrets.has(bearer),
        `${route} comes without the secret of its request`,
      );
      return {};
    }
    this.#expect(SCOPE_FORM.test(parameters['scope'] ?? ''), 'scope is malformed');
    if (route === 'POST /v1/explain') return this.#useUp(bearer);
    this.#expect(
      parameters['grant_type'] === GRANT_TYPE && parameters['subject_token_type'] === ID_TOKEN_TYPE,
      'not a token exchange',
    );
    const secret = parameters['request_secret'] ?? '';
    this.#expect(REQUEST_SECRET_FORM.test(secret), 'request_secret is malformed');
    if (!this.secrets.has(secret))
      this.secrets.set(
        secret,
        `request secret ${[...this.secrets.values()].filter((name) => name.startsWith('request secret')).length + 1}`,
      );
    return this.#useUp(parameters['subject_token'] ?? '');
  }

  /** A subject token works once. */
  #useUp(token: string): Claims {
    const claims = this.#unusedTokens.get(token);
    this.#expect(claims !== undefined, 'a subject token is unknown or used already');
    this.#expect(claims?.['aud'] === this.url, `a subject token is for ${claims?.['aud']}`);
    this.#unusedTokens.delete(token);
    return claims ?? {};
  }

  #expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function give(reply: Reply, response: ServerResponse): void {
  if (reply === 'silence') return;
  if (reply === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
}

/** Of a JWT's form; the signature is noise, since nothing here verifies it. */
export function unverifiableJwt(claims: Claims, header: Claims = { alg: 'RS256', typ: 'JWT', kid: 'github' }): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signature = createHash('sha512').update(JSON.stringify(claims)).digest('base64url');
  return `${encode(header)}.${encode(claims)}.${signature}`;
}
