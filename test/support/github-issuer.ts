// GitHub's OIDC service as a real HTTP server on loopback, seen from both sides: the token endpoint that a job's runner
// asks, and discovery and key set as a relying party reads them. Fails on demand (github-failures.ts).
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type ClaimOverrides, pushToMain } from './github-claims.ts';
import { type Answer, distort, type Endpoint, type Failure, json, send } from './github-failures.ts';
import { type IssuerKey, makeIssuerKey } from './github-keys.ts';

export interface GithubIssuerOptions {
  /** milliseconds since the epoch; the system's clock unless given */
  readonly now?: () => number;
  /** for every token, below the overrides of a call */
  readonly claims?: ClaimOverrides;
  /** path of the issuer below its host, as GitHub Enterprise Server and enterprises have one: `/_services/token` */
  readonly path?: string;
  /** certificate and key, for an issuer that speaks https at `localhost` */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** What the runner gives to a job as ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
export interface TokenEndpoint {
  readonly url: string;
  readonly bearer: string;
}

export interface GithubIssuer {
  /** `iss` */
  readonly url: string;
  /** method and path of each request so far, without its query */
  readonly requests: readonly string[];
  /** of a job that pushed to main */
  readonly tokenEndpoint: TokenEndpoint;
  /** of another job: its tokens carry these claims */
  tokenEndpointOf(claims: ClaimOverrides): TokenEndpoint;
  /** A token without asking over HTTP; an override of `undefined` leaves a claim or header member out. */
  mint(claims?: ClaimOverrides, header?: ClaimOverrides): Promise<string>;
  /** The header and the claims exactly as written, with a good signature. */
  mintRaw(header: string | Uint8Array, payload: string | Uint8Array): Promise<string>;
  /** the header of the next token */
  header(): Readonly<Record<string, unknown>>;
  /** Signs with a new key from now on; the older ones stay published unless they are withdrawn. */
  rotate(options?: { readonly withdraw?: boolean }): Promise<void>;
  /** Until `recover()`, at one endpoint or at all of them. `down` is always the whole server. */
  fail(failure: Failure, endpoint?: Endpoint): Promise<void>;
  recover(): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

export async function startGithubIssuer(options: GithubIssuerOptions = {}): Promise<GithubIssuer> {
  const issuer = new RunningIssuer(options, await makeIssuerKey());
  await issuer.listen();
  return issuer;
}

class RunningIssuer implements GithubIssuer {
  readonly requests: string[] = [];
  readonly #options: GithubIssuerOptions;
  readonly #server: Server;
  readonly #jobs = new Map<string, ClaimOverrides>();
  readonly #failures = new Map<Endpoint, Failure>();
  /** newest first */
  #keys: readonly IssuerKey[];
  #signer: IssuerKey;
  #port = 0;
  #held: (() => void)[] = [];
  #defaultEndpoint: TokenEndpoint | undefined;

  constructor(options: GithubIssuerOptions, key: IssuerKey) {
    this.#options = options;
    this.#signer = key;
    this.#keys = [key];
    this.#server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
    this.#server.on('request', async (request, response) => {
      const answer = await this.#answer(request);
      send(response, answer);
    });
  }

  get url(): string {
    return `${this.#origin}${this.#path}`;
  }

  get tokenEndpoint(): TokenEndpoint {
    this.#defaultEndpoint ??= this.tokenEndpointOf({});
    return this.#defaultEndpoint;
  }

  tokenEndpointOf(claims: ClaimOverrides): TokenEndpoint {
    const bearer = randomUUID();
    this.#jobs.set(bearer, claims);
    return { url: `${this.#origin}/idtoken?api-version=2.0`, bearer };
  }

  async mint(claims: ClaimOverrides = {}, header: ClaimOverrides = {}): Promise<string> {
    const minting = { issuer: this.url, now: (this.#options.now ?? Date.now)() };
    const payload = pushToMain(minting, { ...this.#options.claims, ...claims });
    return await this.mintRaw(JSON.stringify({ ...this.header(), ...header }), JSON.stringify(payload));
  }

  async mintRaw(header: string | Uint8Array, payload: string | Uint8Array): Promise<string> {
    return this.#signer.signJws(header, payload);
  }

  header(): Readonly<Record<string, unknown>> {
    return { typ: 'JWT', alg: 'RS256', x5t: 'ykNaY4qM_ta4k2TgZOCEYLkcYlA', kid: this.#signer.kid };
  }

  async rotate({ withdraw = false }: { readonly withdraw?: boolean } = {}): Promise<void> {
    this.#signer = await makeIssuerKey();
    this.#keys = [this.#signer, ...(withdraw ? [] : this.#keys)];
  }

  async fail(failure: Failure, endpoint?: Endpoint): Promise<void> {
    if (failure === 'down') return await this.#stop();
    const endpoints: readonly Endpoint[] = endpoint === undefined ? ['discovery', 'jwks', 'idtoken'] : [endpoint];
    for (const one of endpoints) this.#failures.set(one, failure);
  }

  async recover(): Promise<void> {
    this.#failures.clear();
    this.#release();
    if (!this.#server.listening) await this.listen();
  }

  async close(): Promise<void> {
    this.#release();
    await this.#stop();
  }

  /** On the same port again after `down`. */
  async listen(): Promise<void> {
    this.#server.listen(this.#port, HOST);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #release(): void {
    for (const release of this.#held.splice(0)) release();
  }

  get #origin(): string {
    return this.#options.tls === undefined ? `http://${HOST}:${this.#port}` : `https://localhost:${this.#port}`;
  }

  get #path(): string {
    return this.#options.path ?? '';
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.#origin);
    this.requests.push(`${request.method} ${pathname}`);
    const endpoint = this.#endpointAt(pathname);
    if (endpoint === undefined) return json({ message: 'Not Found' }, 404);
    if (request.method !== 'GET') return json({ message: 'Method Not Allowed' }, 405);
    const failure = searchParams.has('moved') ? undefined : this.#failures.get(endpoint);
    if (failure === 'slow') await new Promise<void>((resolve) => this.#held.push(resolve));
    return distort(await this.#trueAnswer(endpoint, request, searchParams), failure, pathname);
  }

  #endpointAt(pathname: string): Endpoint | undefined {
    if (pathname === `${this.#path}/.well-known/openid-configuration`) return 'discovery';
    if (pathname === `${this.#path}/.well-known/jwks`) return 'jwks';
    return pathname === '/idtoken' ? 'idtoken' : undefined;
  }

  async #trueAnswer(endpoint: Endpoint, request: IncomingMessage, query: URLSearchParams): Promise<Answer> {
    if (endpoint === 'discovery') return json(this.#discovery());
    if (endpoint === 'jwks') return json({ keys: this.#keys.map(({ jwk }) => jwk) });
    return await this.#idToken(request.headers.authorization ?? '', query);
  }

  #discovery(): unknown {
    return {
      issuer: this.url,
      jwks_uri: `${this.url}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    };
  }

  async #idToken(authorization: string, query: URLSearchParams): Promise<Answer> {
    const job = this.#jobs.get(/^bearer (\S+)$/i.exec(authorization)?.[1] ?? '');
    if (job === undefined) return json({ message: 'Bad credentials' }, 401);
    if (query.get('api-version') !== '2.0') return json({ message: 'api-version must be 2.0' }, 400);
    const audiences = query.getAll('audience');
    if (audiences.length > 1 || audiences[0] === '') return json({ message: 'audience must be one value' }, 400);
    // Without an audience GitHub makes the token for the owner's page: useless for us, and sent all the same.
    const value = await this.mint({ ...job, ...(audiences.length === 1 && { aud: audiences[0] }) });
    return json({ count: value.length, value });
  }
}
