// GitHub's API by its own client, without what that client does beside asking (docs/decisions/0022): every call goes through
// upstream-http.ts, is made once, prints nothing, and no error of the client gets out, as it holds request and answer. Loaded when it
// is needed: commands that only read policies know this kind, and are quicker without.

import type { KeyObject } from 'node:crypto';
import type { Octokit } from '@octokit/rest';
import type { Secret } from '../../shared/secret.ts';
import type { Clock } from '../clock.ts';
import { createAppToken } from '../github/github-app.ts';
import type { UpstreamFetch } from '../upstream/fetch.ts';
import type { Network } from './endpoints.ts';
import { askUpstream } from './upstream-http.ts';

export interface TokenApp extends Network {
  readonly apiUrl: string;
  /** id or client id */
  readonly appId: string;
  readonly key: KeyObject;
}

export interface GithubAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface TokenWanted {
  readonly installation: number;
  readonly repositories: readonly number[];
  readonly permissions: Readonly<Record<string, string>>;
}

/** @throws UpstreamRefused where GitHub cannot be reached; any other error where it may have acted */
export interface AskGithub {
  /** as the App */
  get(path: string, signal: AbortSignal): Promise<GithubAnswer>;
  createToken(wanted: TokenWanted, signal: AbortSignal): Promise<GithubAnswer>;
  /** as whoever has the token, which is what ends it */
  revokeToken(token: Secret, signal: AbortSignal): Promise<GithubAnswer>;
}

interface AskGithubDeps {
  readonly app: TokenApp;
  readonly clock: Clock;
  readonly upstream: UpstreamFetch;
}

const HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
/** `createJwt` has to say something; of the App's own token nobody reads it. */
const NOT_ASKED_FOR = '1970-01-01T00:00:00Z';
const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };
/** Of an answer, and of what it says of one repository: GitHub describes each at length. */
const BYTES = 256 * 1024;
const BYTES_A_REPOSITORY = 16 * 1024;

export function askGithub({ app, clock, upstream }: AskGithubDeps): AskGithub {
  let loaded: Promise<Client> | undefined;
  const client = (): Promise<Client> => {
    loaded ??= loadClient(app, clock);
    return loaded;
  };
  // Of an answer that is none of an error the client takes the body as we have read it.
  const through = (signal: AbortSignal, maxBytes = BYTES) => ({
    ...{ signal, fetch: throughUpstream(upstream, maxBytes), parseSuccessResponseBody: false },
  });
  return {
    async get(path, signal) {
      const { octokit, asApp } = await client();
      return answerOf(octokit.request(`GET ${path}`, { headers: await asApp(), request: through(signal) }));
    },
    async createToken({ installation: installation_id, repositories, permissions }, signal) {
      const { octokit, asApp } = await client();
      const wanted = { installation_id, repository_ids: [...repositories], permissions };
      const request = through(signal, BYTES + repositories.length * BYTES_A_REPOSITORY);
      return answerOf(octokit.rest.apps.createInstallationAccessToken({ ...wanted, headers: await asApp(), request }));
    },
    async revokeToken(token, signal) {
      const { octokit } = await client();
      const headers = { ...HEADERS, authorization: `Bearer ${token.reveal()}` };
      return answerOf(octokit.rest.apps.revokeInstallationAccessToken({ headers, request: through(signal) }));
    },
  };
}

interface Client {
  readonly octokit: Octokit;
  /** headers of a call as the App */
  asApp(): Promise<Record<string, string>>;
}

async function loadClient({ apiUrl, appId, key }: TokenApp, clock: Clock): Promise<Client> {
  const [{ Octokit }, { createAppAuth }] = await Promise.all([import('@octokit/rest'), import('@octokit/auth-app')]);
  const octokit = new Octokit({ baseUrl: apiUrl, userAgent: 'buildpass', log: SILENT, request: { log: SILENT } });
  const appToken = createAppToken({ appId, key, clock });
  const createJwt = async () => ({ jwt: appToken().reveal(), expiresAt: NOT_ASKED_FOR });
  // For the App's own token alone: of installations it would hand out the same token twice.
  const auth = createAppAuth({ appId, createJwt, log: SILENT });
  const asApp = async () => ({ ...HEADERS, authorization: `Bearer ${(await auth({ type: 'app' })).token}` });
  return { octokit, asApp };
}

interface ClientRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** As much of a `Response` as the client looks at: one of the platform's own takes longer to make than all the rest. */
interface ClientResponse {
  readonly status: number;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: unknown;
  text(): Promise<string>;
}

const throughUpstream =
  (upstream: UpstreamFetch, maxBytes: number) =>
  async (url: string, { method, headers, body, signal }: ClientRequest): Promise<ClientResponse> => {
    const call = { system: 'GitHub', url, method, headers, signal, maxBytes };
    const reply = await askUpstream(upstream, body === undefined ? call : { ...call, body });
    const { status, json, text } = reply;
    const kept = Object.entries(reply.headers).filter(
      (header): header is [string, string] => typeof header[1] === 'string',
    );
    return { status, url, headers: new Map(kept), body: json ?? text, text: async () => text };
  };

/** The client calls a status of 400 and more an error of its own: here it is an answer. */
async function answerOf(asked: Promise<ClientAnswer>): Promise<GithubAnswer> {
  const answer = await asked.catch((error: unknown) => {
    const { response, cause } = error as { response?: ClientAnswer; cause?: unknown };
    if (response !== undefined) return response;
    throw cause ?? error;
  });
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
  return { status: answer.status, headers: Object.fromEntries(headers), body: answer.data };
}

interface ClientAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}
