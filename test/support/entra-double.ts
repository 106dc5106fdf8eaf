// Microsoft Entra as a federated credential of an app sees it: the token endpoint of a tenant, and an API that takes its tokens. It
// takes and refuses what Microsoft's pages say, by its own numbers. Its tokens are JWTs of either version, or opaque.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { type BrokerTrust, readBrokerToken, type Untrusted } from './broker-trust.ts';
import { type MoodyServer, type Received, type Reply, startMoodyServer, type UpstreamMood } from './moody-server.ts';

export const AZURE_TENANT = '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f';
export const AZURE_CLIENT = '7c2a9e10-52b4-4f7c-8a53-1b8f0e6d9a42';
export const AZURE_SCOPE = 'https://management.azure.com/.default';

export interface EntraDouble extends MoodyServer {
  readonly issued: string[];
  readonly revoked: string[];
  readonly complaints: string[];
  /** the tokens of the broker that it was shown */
  readonly shown: string[];
  /** of the sign-in logs of service principals */
  readonly signIns: { readonly requestId: string; readonly uniqueTokenIdentifier: string }[];
  readonly clouds: { azure: { loginUrl: string; privateNetwork: boolean } };
  /** may be changed: how Entra finds the keys of the broker, and what time it has */
  readonly trust: { servedAt?: () => string; now?: () => number };
  readonly app: {
    exists: boolean;
    /** of the federated credential; the issuer is that of the trust. A subject that ends with `*` is a flexible one */
    federated: { subject: string; audience: string };
    resources: readonly string[];
  };
  readonly token: {
    /** what it is made like; version 2.0 has the resource's own client id as audience */
    form: 'v1' | 'v2' | 'opaque';
    /** seconds; Entra's own affair */
    lives: number;
    /** in place of what it would say */
    claims: Readonly<Record<string, unknown>>;
    /** left out of the answer where undefined */
    extended: number | undefined;
  };
}

/** What Microsoft's own libraries send beside them. */
const IGNORED = ['client_info'];
const PARAMETERS = ['client_assertion', 'client_assertion_type', 'client_id', 'grant_type', 'scope'];
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const RESOURCE_CLIENT = '797f4846-ba00-4fd7-ba43-dac1f8f63013';
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export async function startEntraDouble(trusted: BrokerTrust): Promise<EntraDouble> {
  const trust = { ...trusted };
  const now = trusted.now ?? Date.now;
  const expiries = new Map<string, number>();
  const server = await startMoodyServer((request, mood) => route(request, mood));
  const double: EntraDouble = Object.assign(server, {
    ...{ issued: [], revoked: [], complaints: [], shown: [], signIns: [] },
    clouds: { azure: { loginUrl: server.url, privateNetwork: false } },
    trust,
    app: {
      exists: true,
      federated: { subject: 'project:shop:entitlement:deploy', audience: 'api://AzureADTokenExchange' },
      resources: [AZURE_SCOPE],
    },
    token: { form: 'v1' as const, lives: 4_299, claims: {}, extended: 4_299 },
  });

  function route(request: Received, mood: UpstreamMood): Reply | Promise<Reply> {
    const { method, path } = request;
    if (method === 'POST' && path === `/${AZURE_TENANT}/oauth2/v2.0/token`) return token(request, mood);
    if (method === 'GET' && path === '/subscriptions') return use(request);
    if (method === 'GET' && path === `/${AZURE_TENANT}/v2.0/.well-known/openid-configuration`) return DISCOVERY;
    if (/^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path)) return refuse(90002, `Tenant '${path.split('/')[1]}' not found.`);
    double.complaints.push(`${method} ${path}`);
    return { status: 404 };
  }

  async function token({ headers, body }: Received, mood: UpstreamMood): Promise<Reply> {
    const form = new URLSearchParams(body);
    const problem = problemOf(headers['content-type'], form);
    if (problem !== undefined) {
      double.complaints.push(problem);
      return refuse(900144, problem);
    }
    const assertion = form.get('client_assertion') ?? '';
    double.shown.push(assertion);
    // A refusal that repeats what it was sent: no such words may get far.
    if (mood === 'refuses') return refuse(50013, `Assertion failed signature validation: ${assertion}`);
    if (!double.app.exists || form.get('client_id') !== AZURE_CLIENT)
      return refuse(700016, `Application with identifier '${form.get('client_id')}' was not found in the directory.`);
    const no = await federationProblem(assertion);
    if (no !== undefined) return no;
    const scope = form.get('scope') ?? '';
    if (!double.app.resources.includes(scope))
      return refuse(500011, `The resource principal of ${scope} was not found.`);
    return hand(scope, mood);
  }

  /** Issuer, subject and audience of a federated credential, compared by case (since 2024). */
  async function federationProblem(assertion: string): Promise<Reply | undefined> {
    const { subject, audience } = double.app.federated;
    const read = await readBrokerToken(trust, assertion, { audiences: [audience], algorithms: ['RS256'] });
    if (!read.ok) return refuse(...WHY_NOT[read.no]);
    const { sub = '' } = read.claims;
    return sub === subject || (subject.endsWith('*') && sub.startsWith(subject.slice(0, -1)))
      ? undefined
      : refuse(
          700213,
          `No matching federated identity record found for presented assertion subject '${read.claims.sub}'.`,
        );
  }

  async function hand(scope: string, mood: UpstreamMood): Promise<Reply> {
    const requestId = randomUUID();
    const uti = randomBytes(16).toString('base64url');
    const lives = mood === 'longer' ? 100_000 : double.token.lives;
    const expires = Math.floor(now() / 1000) + lives;
    const access_token = await made(scope, { uti, expires, wider: mood === 'wider' });
    double.signIns.push({ requestId, uniqueTokenIdentifier: uti });
    double.issued.push(access_token);
    expiries.set(access_token, expires);
    const ext = double.token.extended === undefined ? {} : { ext_expires_in: double.token.extended };
    const body = { token_type: 'Bearer', expires_in: lives, ...ext, access_token };
    return { status: 200, body, headers: { 'x-ms-request-id': requestId } };
  }

  async function made(scope: string, is: { uti: string; expires: number; wider: boolean }): Promise<string> {
    const { form, claims } = double.token;
    if (form === 'opaque') return `EwB${randomBytes(400).toString('base64')}`;
    const tid = is.wider ? randomUUID() : AZURE_TENANT;
    const said =
      form === 'v1'
        ? { ver: '1.0', aud: scope.replace(/\/\.default$/, ''), appid: AZURE_CLIENT }
        : { ver: '2.0', aud: RESOURCE_CLIENT, azp: AZURE_CLIENT };
    return await new SignJWT({ ...said, tid, uti: is.uti, exp: is.expires, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .sign(privateKey);
  }

  function use({ headers }: Received): Reply {
    const expires = expiries.get(headers.authorization?.replace(/^Bearer /, '') ?? '') ?? 0;
    return expires * 1000 > now() ? { status: 200, body: { value: [] } } : { status: 401 };
  }
  return double;
}

const DISCOVERY: Reply = {
  status: 200,
  body: {
    issuer: `https://login.microsoftonline.com/${AZURE_TENANT}/v2.0`,
    authorization_endpoint: `https://login.microsoftonline.com/${AZURE_TENANT}/oauth2/v2.0/authorize`,
    token_endpoint: `https://login.microsoftonline.com/${AZURE_TENANT}/oauth2/v2.0/token`,
  },
};

function problemOf(type: string | undefined, form: URLSearchParams): string | undefined {
  if (type !== 'application/x-www-form-urlencoded') return `content type ${type}`;
  const names = [...form.keys()].filter((name) => !IGNORED.includes(name)).sort();
  if (names.join() !== PARAMETERS.join()) return `parameters ${names.join()}`;
  if (form.get('grant_type') !== 'client_credentials') return 'grant_type';
  if (form.get('client_assertion_type') !== JWT_BEARER) return 'client_assertion_type';
  // AADSTS1002012 of the real one.
  return /\/\.default$/.test(form.get('scope') ?? '') ? undefined : 'scope without /.default';
}

const WHY_NOT: Readonly<Record<Untrusted, [number, string]>> = {
  form: [50027, 'JWT token is invalid or malformed.'],
  issuer: [700211, 'No matching federated identity record found for presented assertion issuer.'],
  audience: [700212, 'No matching federated identity record found for presented assertion audience.'],
  keys: [50166, 'Request to External OIDC endpoint failed.'],
  time: [700024, 'Client assertion is not within its valid time range.'],
  signature: [50013, 'Assertion failed signature validation. [Reason - The key was not found.]'],
};

function refuse(code: number, words: string): Reply {
  const trace = randomUUID();
  return {
    status: code === 700016 || code === 90002 ? 400 : 401,
    body: {
      error: code === 700016 ? 'unauthorized_client' : 'invalid_client',
      error_description: `AADSTS${code}: ${words} Trace ID: ${trace} Correlation ID: ${trace} Timestamp: 2026-11-30 10:00:00Z`,
      ...{ error_codes: [code], timestamp: '2026-11-30 10:00:00Z', trace_id: trace, correlation_id: trace },
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
  };
}
