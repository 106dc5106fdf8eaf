// How a cloud trusts the broker: by its issuer alone. Keys come from there by discovery, as they are published; signature, issuer,
// audience and times of a token are checked on the cloud's own clock.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { publicKeySet } from '../../broker/keys/key-set.ts';
import { buildKeys } from './build-grant.ts';

export interface BrokerTrust {
  /** exactly `iss` */
  readonly issuer: string;
  /** where the documents of the issuer are really served, as a resolver would know it; the issuer itself unless given */
  readonly servedAt?: () => string;
  /** milliseconds since the epoch; the machine's own unless given */
  readonly now?: () => number;
}

interface Expected {
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
}

/** In which respect a token is not what was expected. */
export type Untrusted = 'form' | 'issuer' | 'keys' | 'audience' | 'time' | 'signature';

type TrustedToken = { readonly ok: true; readonly claims: JWTPayload } | { readonly ok: false; readonly no: Untrusted };

export async function readBrokerToken(trust: BrokerTrust, token: string, expected: Expected): Promise<TrustedToken> {
  const keys = await keysOf(trust).catch(() => undefined);
  if (keys === undefined) return { ok: false, no: 'keys' };
  const currentDate = new Date((trust.now ?? Date.now)());
  const { audiences, algorithms } = expected;
  const options = { issuer: trust.issuer, audience: [...audiences], algorithms: [...algorithms], typ: 'JWT' };
  try {
    const verified = await jwtVerify(token, createLocalJWKSet(keys), {
      ...{ ...options, currentDate, requiredClaims: ['sub', 'iat', 'exp', 'jti'], clockTolerance: 5 },
    });
    return { ok: true, claims: verified.payload };
  } catch (error) {
    return { ok: false, no: respectOf(error) };
  }
}

function respectOf(error: unknown): Untrusted {
  if (error instanceof errors.JWTExpired) return 'time';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'iss' ? 'issuer' : error.claim === 'aud' ? 'audience' : 'time';
  const signed = error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey;
  return signed ? 'signature' : 'form';
}

async function keysOf({ issuer, servedAt = () => issuer }: BrokerTrust): Promise<JSONWebKeySet> {
  const read = async (url: string) => (await fetch(url.replace(issuer, servedAt()))).json();
  const discovered = (await read(`${issuer}/.well-known/openid-configuration`)) as { issuer: string; jwks_uri: string };
  if (discovered.issuer !== issuer) throw new Error('the document is of another issuer');
  return (await read(discovered.jwks_uri)) as JSONWebKeySet;
}

/** An issuer with the keys of `buildKeys`, for a provider without a broker around it. */
export async function startTestIssuer() {
  const keys = buildKeys();
  const server = createServer((request, response) => {
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/.well-known/jwks.json` },
      '/.well-known/jwks.json': publicKeySet(keys.published),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(documents[request.url ?? '']));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { issuer, keys, close: () => server.close() };
}
