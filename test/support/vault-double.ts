// A vault as a real HTTP server: it lets in whom a role binds, by the JWT of an issuer that it knows by discovery alone, answers as Vault
// and OpenBao do, in their words, and complains of whatever they would not have understood.
import { randomUUID } from 'node:crypto';
import type { ProviderDouble } from '../conformance/provider.ts';
import { verifyByDiscovery } from './issuer-site.ts';
import { type MoodyServer, type Received, type Reply, startMoodyServer, type UpstreamMood } from './moody-server.ts';
import { type Ask, type Engines, makeSecret } from './vault-engines.ts';

export interface VaultRole {
  readonly audience: string;
  /** one is `bound_subject`, several are `bound_claims` of `sub`; left out, the role lets any subject in */
  readonly subject?: string | readonly string[];
  /** what its policy allows: path → capability */
  readonly paths: Readonly<Record<string, 'read' | 'update'>>;
  /** seconds; an hour unless given */
  readonly tokenTtl?: number;
  readonly tokenType?: 'service' | 'batch';
  readonly uses?: number;
  /** whether its tokens have the policy `default`, which lets them end themselves */
  readonly withoutDefault?: boolean;
}

export interface VaultOptions {
  readonly issuer: string;
  readonly roles: Readonly<Record<string, VaultRole>>;
  readonly engines?: Engines;
  readonly mount?: string;
  readonly namespace?: string;
  /** as HashiCorp's says it of a token that is gone; OpenBao says the same as of one that may not */
  readonly tellsUnknown?: boolean;
}

export interface VaultDouble extends ProviderDouble, Pick<MoodyServer, 'url' | 'requests' | 'moodFrom'> {
  /** tokens that it would still take */
  readonly live: () => readonly string[];
  /** Ends what was made with a login, and leaves that alone: as an administrator does. */
  readonly endLease: (token: string) => void;
  /** what its audit log has: the id of each request that it answered with a secret */
  readonly audited: readonly string[];
}

interface Token {
  readonly role: VaultRole;
  readonly endsAt: number;
  readonly secrets: string[];
  readonly leases: string[];
}

const DEFAULT_POLICY: Readonly<Record<string, string>> = {
  'auth/token/revoke-self': 'update',
  'sys/capabilities-self': 'update',
  'sys/leases/lookup': 'update',
};
const no = (status: number, ...errors: string[]): Reply => ({ status, body: { errors } });
const gone = ({ tellsUnknown }: VaultOptions): Reply =>
  tellsUnknown === true
    ? no(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n')
    : no(403, 'permission denied');
const FORBIDDEN = no(403, '1 error occurred:\n\t* permission denied\n\n');

/** What the vault knows, and what tests look at afterwards. */
interface State extends Pick<VaultDouble, 'issued' | 'revoked' | 'complaints'> {
  readonly options: VaultOptions;
  readonly tokens: Map<string, Token>;
  readonly audited: string[];
}

type Body = Readonly<Record<string, unknown>>;

export async function startVault(options: VaultOptions): Promise<VaultDouble> {
  const state: State = { options, tokens: new Map(), issued: [], revoked: [], complaints: [], audited: [] };
  const server = await startMoodyServer((request, mood) => answer(state, request, mood));
  // A bad day begins after the login, but for a role that gives too much.
  server.moodFrom = ({ path }) => server.mood === 'wider' || !/\/(login|capabilities-self)$/.test(path);
  const { issued, revoked, complaints, audited, tokens } = state;
  const endLease = (token: string): void => void tokens.get(token)?.leases.splice(0);
  return Object.assign(server, { issued, revoked, complaints, audited, endLease, live: () => [...tokens.keys()] });
}

async function answer(state: State, request: Received, mood: UpstreamMood): Promise<Reply> {
  const { options, tokens, complaints } = state;
  const path = request.path.replace(/^\/v1\//, '');
  const body = bodyOf(request, complaints);
  if (request.headers['x-vault-request'] !== 'true') complaints.push('no X-Vault-Request');
  if (request.headers['x-vault-namespace'] !== options.namespace) return no(404, 'namespace not found');
  if (path === `auth/${options.mount ?? 'jwt'}/login`) return login(state, body, mood);
  // Who has no token is denied what is not there, a login at another mount too.
  const name = String(request.headers['x-vault-token']);
  const token = tokens.get(name);
  if (token === undefined || token.endsAt <= Date.now()) return gone(options);
  const allowed = { ...(token.role.withoutDefault === true ? {} : DEFAULT_POLICY), ...token.role.paths };
  const reads = request.method === 'GET';
  if (mood === 'refuses' || allowed[path] !== (reads ? 'read' : 'update')) return FORBIDDEN;
  return (
    own(state, { path, name, body, allowed }) ??
    secret(state, token, { path, body: reads ? undefined : body, longer: mood === 'longer' })
  );
}

/** Wrong in the role's eyes: undefined where it may sign in. */
async function loginProblem(role: VaultRole, jwt: unknown, issuer: string): Promise<string | undefined> {
  const verified = await verifyByDiscovery(String(jwt), issuer, { typ: 'JWT' }).catch((error: Error) => error);
  if (verified instanceof Error) return `error validating token: error verifying token signature: ${verified.message}`;
  const { aud, sub = '' } = verified.payload;
  // In the order of HashiCorp's library: the subject before the audience, and claims that are bound after both.
  if (typeof role.subject === 'string' && sub !== role.subject)
    return 'error validating token: invalid subject (sub) claim';
  if (aud !== role.audience)
    return 'error validating token: invalid audience (aud) claim: audience claim does not match any expected audience';
  if (typeof role.subject === 'object' && !role.subject.includes(sub))
    return 'error validating claims: claim "sub" does not match any associated bound claim values';
  return undefined;
}

async function login({ options, tokens, issued, complaints }: State, body: Body, mood: UpstreamMood): Promise<Reply> {
  for (const key of Object.keys(body)) if (key !== 'role' && key !== 'jwt') complaints.push(`a login has no "${key}"`);
  const role = options.roles[String(body['role'])];
  if (role === undefined) return no(400, `role "${body['role']}" could not be found`);
  const problem = await loginProblem(role, body['jwt'], options.issuer);
  if (problem !== undefined) return no(400, problem);
  const name = `hvs.${randomUUID()}${randomUUID()}`;
  const ttl = role.tokenTtl ?? 3600;
  tokens.set(name, { role, endsAt: Date.now() + Math.max(ttl, 60) * 1000, secrets: [], leases: [] });
  issued.push(name);
  const policies = [...(role.withoutDefault === true ? [] : ['default']), mood === 'wider' ? 'root' : 'shop'];
  const auth = {
    ...{ client_token: name, accessor: randomUUID(), policies, token_policies: policies, metadata: {}, orphan: true },
    ...{ lease_duration: ttl, renewable: true, entity_id: randomUUID(), token_type: role.tokenType ?? 'service' },
    ...{ mfa_requirement: null, num_uses: role.uses ?? 0 },
  };
  return { status: 200, body: { ...EMPTY, request_id: randomUUID(), auth } };
}

interface OwnAsk {
  readonly path: string;
  readonly name: string;
  readonly body: Body;
  readonly allowed: Readonly<Record<string, string>>;
}

/** About the token itself; undefined for any other path. */
function own({ tokens, revoked }: State, { path, name, body, allowed }: OwnAsk): Reply | undefined {
  switch (path) {
    case 'auth/token/revoke-self':
      revoked.push(name, ...(tokens.get(name)?.secrets ?? []));
      tokens.delete(name);
      return { status: 204 };
    case 'sys/leases/lookup': {
      const isThere = [...tokens.values()].some(({ leases }) => leases.includes(String(body['lease_id'])));
      return isThere ? { status: 200, body: { ...EMPTY, data: { id: body['lease_id'] } } } : no(400, 'invalid lease');
    }
    case 'sys/capabilities-self': {
      const asked = (body['paths'] as string[]).map((one) => [one, [allowed[one] ?? 'deny']]);
      return { status: 200, body: { ...EMPTY, data: Object.fromEntries(asked) } };
    }
    default:
      return undefined;
  }
}

function secret({ options, issued, audited, complaints }: State, token: Token, ask: Omit<Ask, 'complain'>): Reply {
  const made = makeSecret(options.engines ?? {}, { ...ask, complain: (what) => void complaints.push(what) });
  const { status, body, secrets = [], leased = false } = made;
  issued.push(...secrets);
  if (leased) token.secrets.push(...secrets);
  if ('lease_id' in body) token.leases.push(String(body.lease_id));
  if (status !== 200) return { status, body };
  const id = randomUUID();
  audited.push(id);
  return { status, body: { ...EMPTY, request_id: id, ...body } };
}

const EMPTY = {
  request_id: '',
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  data: null,
  wrap_info: null,
  warnings: null,
  auth: null,
};

function bodyOf({ method, headers, body }: Received, complaints: string[]): Body {
  if (method !== 'GET' && method !== 'POST') complaints.push(`${method} is not how it is asked`);
  if (body === '') return {};
  if (method === 'GET') complaints.push('a GET with a body');
  if (headers['content-type'] !== 'application/json') complaints.push(`a body that is ${headers['content-type']}`);
  return JSON.parse(body);
}
