// The broker as those see it who know its issuer's address and nothing else: a site with the two documents of discovery, which may be
// published before the broker is started, and a check of its tokens that begins there.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import { publicKeySet } from '../../broker/keys/key-set.ts';
import type { SigningKeys } from '../../broker/keys/signing-keys.ts';

export interface IssuerSite {
  /** `iss` */
  readonly url: string;
  /** What a running broker says of itself. */
  publish(broker: { readonly origin: string }): Promise<void>;
  /** Keys without a broker. */
  publishKeys(keys: SigningKeys): void;
  close(): void;
}

const DISCOVERY = '/.well-known/openid-configuration';
const JWKS = '/.well-known/jwks.json';

/** `tls`: certificate and key, for a site that speaks https at `localhost`. */
export async function startIssuerSite(tls?: { readonly key: string; readonly cert: string }): Promise<IssuerSite> {
  const documents = new Map<string, string>();
  const serve: RequestListener = ({ url = '' }, response) => {
    const text = documents.get(url);
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(text);
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return {
    url,
    async publish({ origin }) {
      for (const path of [DISCOVERY, JWKS]) documents.set(path, await (await fetch(`${origin}${path}`)).text());
    },
    publishKeys({ published }) {
      documents.set(DISCOVERY, JSON.stringify({ issuer: url, jwks_uri: `${url}${JWKS}` }));
      documents.set(JWKS, JSON.stringify(publicKeySet(published)));
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** @throws where a relying party that trusts this issuer would not take the token */
export async function verifyByDiscovery(
  token: string,
  issuer: string,
  options: Pick<JWTVerifyOptions, 'audience' | 'typ' | 'algorithms' | 'currentDate'>,
): Promise<JWTVerifyResult> {
  const discovery = (await (await fetch(`${issuer}${DISCOVERY}`)).json()) as { issuer: string; jwks_uri: string };
  if (discovery.issuer !== issuer) throw new Error(`discovery of ${issuer} is of ${discovery.issuer}`);
  const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
  const required = ['exp', 'iat', 'sub', 'jti'];
  return await jwtVerify(token, keys, { ...options, issuer, requiredClaims: required, clockTolerance: 30 });
}
