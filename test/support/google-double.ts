// Google as workload identity federation sees it: the Security Token Service, the IAM Credentials API and a service that takes the
// tokens, on loopback. It takes and refuses what Google's reference pages say, in Google's words, and keeps audit logs.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type BrokerTrust, readBrokerToken } from './broker-trust.ts';
import { type MoodyServer, type Received, type Reply, startMoodyServer, type UpstreamMood } from './moody-server.ts';

export const GCP_PROVIDER = 'projects/123456789012/locations/global/workloadIdentityPools/ci/providers/buildpass';
export const GCP_ACCOUNT = 'shop-deploy@acme-shop.iam.gserviceaccount.com';
const PRINCIPAL = `principal://iam.googleapis.com/${GCP_PROVIDER.split('/providers/')[0]}/subject/`;
export const principalOf = (subject: string): string => `${PRINCIPAL}${subject}`;

export interface GoogleDouble extends MoodyServer {
  readonly issued: string[];
  readonly revoked: string[];
  readonly complaints: string[];
  /** the tokens of the broker that it was shown */
  readonly shown: string[];
  /** of Cloud Audit Logs, what this is about */
  readonly auditLog: { readonly method: string; readonly principal: string; readonly reason: string | undefined }[];
  readonly clouds: {
    google: { stsUrl: string; iamCredentialsUrl: string; privateNetwork: boolean };
  };
  readonly pool: {
    enabled: boolean;
    /** left out, it is the provider itself */
    allowedAudiences?: readonly string[];
    condition: (claims: Readonly<Record<string, unknown>>) => boolean;
    mapping: (claims: Readonly<Record<string, unknown>>) => string;
  };
  /** may be changed: how Google finds the keys of the broker */
  readonly trust: { servedAt?: () => string };
  readonly account: {
    email: string;
    /** who has roles/iam.workloadIdentityUser */
    members: string[];
    /** by the organization policy */
    extended: boolean;
    disabled: boolean;
    /** in place of the one that it would say */
    expireTime?: string;
  };
}

interface Token {
  readonly scopes: readonly string[];
  readonly expires: number;
  /** the principal, or the account */
  readonly of: string;
}

const tradeForm = z.strictObject({
  grantType: z.literal('urn:ietf:params:oauth:grant-type:token-exchange'),
  audience: z.string(),
  scope: z.string().min(1),
  requestedTokenType: z.literal('urn:ietf:params:oauth:token-type:access_token'),
  subjectTokenType: z.enum(['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token']),
  subjectToken: z.string().min(1),
  options: z.string().optional(),
});
const generateForm = z.strictObject({
  scope: z.array(z.string().min(1)).min(1),
  lifetime: z.string().regex(/^[0-9]+s$/),
  // Google’s own library sends null: in the JSON of protocol buffers that is as good as nothing.
  delegates: z.array(z.string()).max(0).nullish(),
});
const IAM_SCOPES = ['iam', 'cloud-platform'].map((name) => `https://www.googleapis.com/auth/${name}`);

const oauth = (status: number, error: string, description: string): Reply => ({
  status,
  body: { error, error_description: description },
});
const rpc = (code: number, status: string, message: string): Reply => ({
  status: code,
  body: { error: { code, message, status } },
});

export async function startGoogleDouble(trusted: BrokerTrust): Promise<GoogleDouble> {
  const trust = { ...trusted };
  const now = trust.now ?? Date.now;
  const tokens = new Map<string, Token>();
  const server = await startMoodyServer((request, mood) => route(request, mood));
  const double: GoogleDouble = Object.assign(server, {
    ...{ issued: [], revoked: [], complaints: [], shown: [], auditLog: [] },
    clouds: {
      google: { stsUrl: `${server.url}/sts`, iamCredentialsUrl: `${server.url}/iam`, privateNetwork: false },
    },
    pool: { enabled: true, condition: () => true, mapping: ({ sub }: { sub?: unknown }) => String(sub) },
    trust,
    account: {
      email: GCP_ACCOUNT,
      members: [principalOf('project:shop:entitlement:deploy')],
      extended: false,
      disabled: false,
    },
  });

  function complain(what: string, reply: Reply): Reply {
    double.complaints.push(what);
    return reply;
  }

  function route(request: Received, mood: UpstreamMood): Reply | Promise<Reply> {
    const { method, path } = request;
    if (method === 'POST' && path === '/sts/v1/token') return trade(request, mood);
    if (method === 'POST' && path === `/iam/v1/projects/-/serviceAccounts/${double.account.email}:generateAccessToken`)
      return generate(request, mood);
    if (method === 'GET' && path === '/storage') return use(request);
    return complain(`${method} ${path}`, rpc(404, 'NOT_FOUND', 'Requested entity was not found.'));
  }

  async function trade({ headers, body }: Received, mood: UpstreamMood): Promise<Reply> {
    const form = tradeForm.safeParse(parametersOf(headers['content-type'], body));
    // The reference page says that an Authorization header may make the call fail.
    const problem = form.success ? headers.authorization && 'authorization' : z.prettifyError(form.error);
    if (!form.success || problem) return complain(String(problem), oauth(400, 'invalid_request', 'Invalid value.'));
    double.shown.push(form.data.subjectToken);
    if (form.data.audience !== `//iam.googleapis.com/${GCP_PROVIDER}` || !double.pool.enabled)
      return oauth(400, 'invalid_target', 'The target service indicated by the "audience" parameters is invalid.');
    // A refusal that repeats what it was sent: no such words may get far.
    if (mood === 'refuses') return oauth(400, 'invalid_grant', `Bad assertion ${form.data.subjectToken}.`);
    const subject = await subjectOf(form.data);
    if (typeof subject !== 'string') return subject;
    const scopes = form.data.scope.split(' ');
    const access_token = hand('ya29.d.', { scopes, expires: now() + 3_600_000, of: principalOf(subject) });
    const issued_token_type = form.data.requestedTokenType;
    return { status: 200, body: { access_token, issued_token_type, token_type: 'Bearer', expires_in: 3600 } };
  }

  /** `google.subject`, or why there is none. */
  async function subjectOf({ audience, subjectToken }: z.infer<typeof tradeForm>): Promise<string | Reply> {
    const audiences = double.pool.allowedAudiences ?? [`https:${audience}`, audience];
    const read = await readBrokerToken(trust, subjectToken, { audiences, algorithms: ['RS256', 'ES256'] });
    if (!read.ok) return oauth(400, 'invalid_grant', WHY_NOT[read.no]);
    if (Number(read.claims.exp) - Number(read.claims.iat) > 86_400) return oauth(400, 'invalid_grant', WHY_NOT.time);
    if (!double.pool.condition(read.claims))
      return oauth(401, 'unauthorized_client', 'The given credential is rejected by the attribute condition.');
    const subject = double.pool.mapping(read.claims);
    return Buffer.byteLength(subject) <= 127 ? subject : oauth(400, 'invalid_grant', 'google.subject is too long.');
  }

  function generate(request: Received, mood: UpstreamMood): Reply {
    const caller = bearerOf(request);
    if (caller === undefined) return rpc(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    const reason = request.headers['x-goog-request-reason']?.toString();
    double.auditLog.push({ method: 'GenerateAccessToken', principal: caller.of, reason });
    const form = generateForm.safeParse(parametersOf(request.headers['content-type'], request.body));
    if (!form.success)
      return complain(z.prettifyError(form.error), rpc(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received.'));
    return whyDenied(caller, mood) ?? generated(form.data, mood);
  }

  function whyDenied(caller: Token, mood: UpstreamMood): Reply | undefined {
    const { members, disabled } = double.account;
    if (!caller.scopes.some((scope) => IAM_SCOPES.includes(scope)))
      return complain('scope', rpc(403, 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.'));
    return members.includes(caller.of) && !disabled && mood !== 'refuses' ? undefined : DENIED;
  }

  function generated({ scope, lifetime }: z.infer<typeof generateForm>, mood: UpstreamMood): Reply {
    const seconds = Number(lifetime.slice(0, -1));
    if (seconds > (double.account.extended ? 43_200 : 3_600) || seconds === 0) return TOO_LONG;
    const expires = Math.floor(now() / 1000 + seconds + (mood === 'longer' ? 3_600 : 0)) * 1000;
    const accessToken = hand('ya29.c.', { scopes: scope, expires, of: double.account.email });
    const expireTime = double.account.expireTime ?? new Date(expires).toISOString().replace('.000Z', 'Z');
    return { status: 200, body: { accessToken, expireTime } };
  }

  /** Any API of Google: whose token it is, and for what. */
  function use(request: Received): Reply {
    const caller = bearerOf(request);
    if (caller === undefined || double.account.disabled) return rpc(401, 'UNAUTHENTICATED', 'Invalid Credentials');
    return { status: 200, body: { account: caller.of, scopes: caller.scopes } };
  }

  function hand(prefix: string, token: Token): string {
    const value = prefix + randomBytes(96).toString('base64url');
    tokens.set(value, token);
    double.issued.push(value);
    return value;
  }

  function bearerOf({ headers }: Received): Token | undefined {
    const token = tokens.get(headers.authorization?.replace(/^Bearer /, '') ?? '');
    return token !== undefined && token.expires > now() ? token : undefined;
  }
  return double;
}

const WHY_NOT = {
  form: 'Unable to parse the ID Token.',
  issuer: 'The issuer in ID Token does not match the expected ones.',
  keys: "Error connecting to the given credential's issuer.",
  audience: 'The audience in ID Token does not match the expected audience.',
  time: 'ID Token is stale to sign-in.',
  signature: 'Invalid signature of ID Token.',
} as const;
const DENIED = rpc(
  403,
  'PERMISSION_DENIED',
  "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
);
const TOO_LONG = rpc(400, 'INVALID_ARGUMENT', 'The access token lifetime cannot exceed 3600 seconds.');

/** JSON as the reference has it; a form, in the names of RFC 8693, is what Google's own libraries send. */
function parametersOf(type: string | undefined, body: string): unknown {
  if (/^application\/json\b/.test(type ?? '')) return parseJson(body);
  if (type !== 'application/x-www-form-urlencoded') return undefined;
  const pairs = [...new URLSearchParams(body)];
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) return undefined;
  return Object.fromEntries(
    pairs.map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), value]),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
