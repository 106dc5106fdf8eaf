// Sign-in with OpenID Connect: the code flow with PKCE, state and nonce. Who somebody is, is the name of the provider and `sub`;
// an address of mail is nobody (T33). Teams are the ids in the groups claim.
import * as oidc from 'openid-client';
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Clock, Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { AttemptProof, KnownPerson, OidcClient, Proven, SignInProvider, TeamIds } from './provider.ts';
import { type AskProvider, unavailable } from './provider-fetch.ts';

export interface OidcDeps {
  readonly ask: AskProvider;
  readonly clientSecret: Secret;
  readonly clock: Clock;
}

const DISCOVERED_FOR_MS: Millis = 3_600_000;
const TIMEOUT_SECONDS = 10;
/** Clocks of the provider and ours. */
const TOLERANCE_MS: Millis = 60_000;
/** A step-up is good for five minutes; so is what a provider said that cannot be asked again. */
const FRESH_MS: Millis = 5 * 60_000;

export function createOidcSignIn(client: OidcClient, deps: OidcDeps): SignInProvider {
  const { name, title } = client;
  const configured = remembered(() => discover(client, deps), deps.clock);
  const speaking = <T>(act: (config: oidc.Configuration) => Promise<T>): Promise<T> =>
    configured()
      .then(act)
      .catch((error: unknown) => {
        throw asRefusal(error, title);
      });
  return {
    ...{ name, kind: 'oidc', title, identityProvider: name, stepsUp: true },
    begin: (attempt) => speaking((config) => authorizationUrl(config, client, attempt)),
    finish: (callback, attempt, teams) =>
      speaking((config) => redeem(config, { client, clock: deps.clock, callback, attempt, teams })),
    confirm: (known, teams) =>
      speaking((config) => askAgain(config, { client, clock: deps.clock, known, teams })).catch((error: unknown) => {
        // A token that was withdrawn meanwhile is the provider's way to say that it does not vouch for this person any more.
        throw error instanceof BrokerError && error.code === 'SIGN_IN_FAILED' ? unconfirmed(title, error) : error;
      }),
  };
}

async function discover(
  { issuer, clientId }: OidcClient,
  { ask, clientSecret }: OidcDeps,
): Promise<oidc.Configuration> {
  const server = new URL(issuer);
  const config = await oidc.discovery(server, clientId, {}, authenticated(clientSecret.reveal()), {
    timeout: TIMEOUT_SECONDS,
    [oidc.customFetch]: (url, { method, headers, body }) => asResponse(ask(url, requestOf({ method, headers, body }))),
    execute: [
      // The signature of the ID token too, although it comes over TLS: a proxy between is nobody to vouch for people.
      oidc.enableNonRepudiationChecks,
      // The address was checked already: it is https, or it is this machine.
      ...(server.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
    ],
  });
  // The library lets some providers name another issuer than was asked for, for whom every organization's people would be ours.
  if (new URL(config.serverMetadata().issuer).href !== server.href)
    throw new Error(`the provider calls itself ${config.serverMetadata().issuer}, and not ${issuer}`);
  return config;
}

/** Basic unless the provider takes the other form only (RFC 8414 §2: the default is basic). */
const authenticated = (secret: string): oidc.ClientAuth => {
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)];
  // biome-ignore lint/complexity/useMaxParams: the form that openid-client gives it
  return (as, client, body, headers) => {
    const methods = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    (methods.includes('client_secret_basic') ? basic : post)(as, client, body, headers);
  };
};

type Asked = Pick<oidc.CustomFetchOptions, 'method' | 'headers' | 'body'>;

function requestOf({ method, headers, body }: Asked): Parameters<AskProvider>[1] {
  if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof URLSearchParams))
    throw new TypeError('a body of a form that no call to a provider has');
  return { method: method === 'POST' ? 'POST' : 'GET', headers, ...(body ? { body: String(body) } : {}) };
}

async function asResponse(asked: ReturnType<AskProvider>): Promise<Response> {
  const { status, headers, body } = await asked;
  const type = headers['content-type'];
  return new Response(status === 204 ? null : new Uint8Array(body), {
    status,
    headers: type === undefined ? {} : { 'content-type': type },
  });
}

async function authorizationUrl(
  config: oidc.Configuration,
  { scopes }: OidcClient,
  { state, nonce, verifier, redirectUri, freshSince }: AttemptProof,
): Promise<string> {
  const url = oidc.buildAuthorizationUrl(config, {
    ...{ state, nonce, redirect_uri: redirectUri, scope: scopes.join(' ') },
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(freshSince === undefined ? {} : { max_age: '0' }),
  });
  return url.href;
}

const claimsSchema = z.looseObject({
  sub: z.string().min(1).max(255),
  auth_time: z.number().optional(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
});
type Claims = z.infer<typeof claimsSchema>;

interface Redeeming {
  readonly client: OidcClient;
  readonly clock: Clock;
  readonly callback: URL;
  readonly attempt: AttemptProof;
  readonly teams: TeamIds;
}

async function redeem(config: oidc.Configuration, redeeming: Redeeming): Promise<Proven> {
  const { client, clock, callback, attempt, teams } = redeeming;
  const fresh = attempt.freshSince !== undefined;
  const tokens = await oidc.authorizationCodeGrant(config, callback, {
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    pkceCodeVerifier: attempt.verifier,
    idTokenExpected: true,
    ...(fresh ? { maxAge: FRESH_MS / 1000 } : {}),
  });
  const claims = await completed(config, client, {
    claims: claimsSchema.parse(tokens.claims()),
    token: tokens.access_token,
  });
  const authenticatedAt = claims.auth_time === undefined ? undefined : claims.auth_time * 1000;
  // `max_age=0` asks for a new proof; a provider that ignores it says so by an older time, or by none.
  if (fresh && (authenticatedAt ?? 0) < (attempt.freshSince ?? 0) - TOLERANCE_MS)
    throw new BrokerError('SIGN_IN_FAILED', `${client.title} did not ask you anew who you are.`);
  const value = new Secret(tokens.access_token);
  return {
    providerId: claims.sub,
    name: claims.name ?? claims.preferred_username ?? claims.sub,
    teams: idsIn(groupsOf(claims, client) ?? [], teams),
    authenticatedAt,
    token: { value, expiresAt: clock.now() + (tokens.expiresIn() ?? 60) * 1000 },
  };
}

/** Where the ID token is short of words, those of the UserInfo endpoint (OpenID Connect Core §5.3), about the same `sub`. */
async function completed(
  config: oidc.Configuration,
  client: OidcClient,
  { claims, token }: { claims: Claims; token: string },
): Promise<Claims> {
  const enough = groupsOf(claims, client) !== undefined && claims.name !== undefined;
  if (enough || config.serverMetadata().userinfo_endpoint === undefined) return claims;
  return { ...claimsSchema.parse(await oidc.fetchUserInfo(config, token, claims.sub)), ...claims };
}

/** Undefined where the provider says nothing of groups. */
function groupsOf(claims: Claims, { groupsClaim }: OidcClient): readonly string[] | undefined {
  const groups = claims[groupsClaim];
  if (typeof groups === 'string') return [groups];
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : undefined;
}

const idsIn = (groups: readonly string[], teams: TeamIds): readonly string[] => {
  const asked = new Set(teams.values());
  return [...new Set(groups)].filter((group) => asked.has(group));
};

interface Confirming {
  readonly client: OidcClient;
  readonly clock: Clock;
  readonly known: KnownPerson;
  readonly teams: TeamIds;
}

/** By UserInfo where it speaks of groups; else what was said at the sign-in is good for five minutes. */
async function askAgain(
  config: oidc.Configuration,
  { client, clock, known, teams }: Confirming,
): Promise<readonly string[]> {
  const { token, providerId, askedAt } = known;
  if (token !== undefined && token.expiresAt > clock.now() && config.serverMetadata().userinfo_endpoint !== undefined) {
    const claims = await oidc.fetchUserInfo(config, token.value.reveal(), providerId);
    const groups = groupsOf(claimsSchema.parse(claims), client);
    if (groups !== undefined) return idsIn(groups, teams);
  }
  // Either way: after a clock that was set back nothing is fresh for as long as that.
  if (Math.abs(clock.now() - askedAt) < FRESH_MS) return idsIn(known.teams, teams);
  throw unconfirmed(client.title);
}

const unconfirmed = (title: string, cause?: unknown): BrokerError =>
  new BrokerError(
    'TEAM_UNCONFIRMED',
    `${title} cannot be asked again which groups you are in. Sign in again, and try again within five minutes.`,
    { cause },
  );

/** What went wrong, in three words for the person; the rest is for our log. */
function asRefusal(error: unknown, title: string): BrokerError {
  for (let cause = error; cause instanceof Error; cause = cause.cause as unknown)
    if (cause instanceof BrokerError) return cause;
  if (error instanceof oidc.ClientError && error.code === 'OAUTH_TIMEOUT') return unavailable(title, error);
  if (error instanceof oidc.AuthorizationResponseError && error.error === 'access_denied')
    return new BrokerError('SIGN_IN_REFUSED', `${title} did not let you sign in here.`, { cause: error });
  return new BrokerError('SIGN_IN_FAILED', `What ${title} sent does not hold.`, { cause: error });
}

/** One discovery at a time, kept for an hour; a failed one is tried again by whoever comes next. */
function remembered<T>(make: () => Promise<T>, clock: Clock): () => Promise<T> {
  let kept: { readonly made: Promise<T>; readonly until: Millis } | undefined;
  return () => {
    if (kept === undefined || clock.now() >= kept.until) {
      const made = make();
      const mine = { made, until: clock.now() + DISCOVERED_FOR_MS };
      kept = mine;
      made.catch(() => {
        if (kept === mine) kept = undefined;
      });
    }
    return kept.made;
  };
}
