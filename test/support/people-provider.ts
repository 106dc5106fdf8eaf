// A real provider of OpenID Connect on loopback, certified software that we did not write: a test says who sits at the browser,
// and that person consents to everything at once.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface OidcPerson {
  readonly sub: string;
  readonly name?: string;
  readonly groups?: readonly string[];
}

export interface PeopleProviderOptions {
  readonly redirectUri: string;
  /** the groups stand in the ID token already, and UserInfo has none */
  readonly groupsInIdToken?: boolean;
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post';
}

export interface PeopleProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** who sits at the browser; undefined says no */
  person: OidcPerson | undefined;
  /** by `sub`: what the provider knows now, which a token may be asked again for */
  readonly people: Map<string, OidcPerson>;
  /** path of each request so far */
  readonly requests: string[];
  /** answers everything with an error while true */
  down: boolean;
  close(): Promise<void>;
}

export async function startPeopleProvider(options: PeopleProviderOptions): Promise<PeopleProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const double: PeopleProvider = {
    ...{ issuer, clientId: 'buildpass', clientSecret: randomUUID() },
    ...{ person: undefined, people: new Map(), requests: [], down: false },
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
  const provider = new Provider(issuer, configurationOf(double, options));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    double.requests.push(new URL(request.url ?? '', issuer).pathname);
    if (double.down) response.writeHead(503).end();
    else if (request.url?.startsWith('/interaction/')) void interact(provider, double, request, response);
    else answer(request, response);
  });
  return double;
}

function configurationOf(double: PeopleProvider, options: PeopleProviderOptions): object {
  const { redirectUri, groupsInIdToken = false, authMethod = 'client_secret_basic' } = options;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [
      {
        client_id: double.clientId,
        client_secret: double.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: authMethod,
      },
    ],
    clientAuthMethods: [authMethod],
    claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'groups'],
    conformIdTokenClaims: !groupsInIdToken,
    features: { devInteractions: { enabled: false }, userinfo: { enabled: !groupsInIdToken } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ ...double.people.get(sub) }),
    }),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    ttl: { AccessToken: 600, Session: 3600, Grant: 3600, IdToken: 600, Interaction: 600 },
  };
}

// biome-ignore lint/complexity/useMaxParams: a request handler with what it answers by
async function interact(
  provider: Provider,
  double: PeopleProvider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  const { person } = double;
  if (person === undefined) {
    await provider.interactionFinished(request, response, { error: 'access_denied' }, {});
  } else if (prompt.name === 'login') {
    double.people.set(person.sub, person);
    await provider.interactionFinished(request, response, { login: { accountId: person.sub } }, {});
  } else {
    const grant = new provider.Grant({ accountId: session?.accountId ?? person.sub, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, {});
  }
}
