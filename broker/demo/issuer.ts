// The demo's own OIDC issuer: what GitHub is to real jobs, as a small server on loopback with keys that live as long as it.
// A job gets its request URL and bearer as the runner would give them, and only that job's claims come out.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';

export interface DemoIssuer {
  readonly url: string;
  /** The variables that GitHub's runner sets for a job with `id-token: write`. */
  registerJob(
    claims: Readonly<Record<string, string>>,
  ): Record<'ACTIONS_ID_TOKEN_REQUEST_URL' | 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', string>;
  close(): Promise<void>;
}

const KEY_ID = 'demo';
const TOKEN_SECONDS = 300;

export async function startDemoIssuer(): Promise<DemoIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jobs = new Map<string, Readonly<Record<string, string>>>();
  let url = '';
  const mint = async (claims: Readonly<Record<string, string>>, audience: string): Promise<string> =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })
      .setIssuer(url)
      .setAudience(audience)
      .setIssuedAt()
      .setNotBefore('-10s')
      .setExpirationTime(`${TOKEN_SECONDS}s`)
      .setJti(randomUUID())
      .sign(privateKey);
  const answer = async (request: IncomingMessage): Promise<object | undefined> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (request.method !== 'GET') return undefined;
    if (pathname === '/.well-known/openid-configuration')
      return { issuer: url, jwks_uri: `${url}/.well-known/jwks`, id_token_signing_alg_values_supported: ['RS256'] };
    if (pathname === '/.well-known/jwks')
      return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }] };
    const claims = jobs.get(request.headers.authorization?.replace(/^bearer /i, '') ?? '');
    return pathname === '/idtoken' && claims !== undefined
      ? { value: await mint(claims, searchParams.get('audience') ?? '') }
      : undefined;
  };
  const server = createServer((request, response) => {
    answer(request).then(
      (body) => send(response, body),
      () => send(response, undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    registerJob(claims) {
      const bearer = randomUUID();
      jobs.set(bearer, claims);
      return { ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/idtoken?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, body: object | undefined): void {
  response
    .writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
    .end(JSON.stringify(body ?? {}));
}
