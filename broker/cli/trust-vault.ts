// What a HashiCorp Vault or an OpenBao must be told to trust an entitlement: the JWT auth method, a role for exactly its subject, and a
// policy for exactly its path.
import type { UpstreamSystem } from '../providers/endpoints.ts';
import { type HclBlock, hclText, renderHcl } from './hcl.ts';
import { NoTrust, type SetUp, sharing, sharingNotes, type TrustAsk, type Trusted } from './trust-set-up.ts';

interface VaultParameters {
  readonly upstream: string;
  readonly role: string;
  readonly path: string;
  /** where something is made by a POST */
  readonly request?: object | undefined;
}

type Sharer = Trusted & { readonly parameters: VaultParameters };

/** Seconds that a login needs where nothing hangs on it. */
const SHORT_LOGIN = 300;

export function trustVault(ask: TrustAsk): SetUp {
  const { upstream: name, role } = ask.parameters as VaultParameters;
  const upstream = upstreamNamed(ask, name);
  const sharers = sharing<VaultParameters>(ask, (one) => one.upstream === name && one.role === role);
  const policyName = `buildpass-${role}`;
  const policy = renderHcl(pathBlocks(sharers));
  const mount = upstream.authMount ?? 'jwt';
  const config = { oidc_discovery_url: ask.issuer, bound_issuer: ask.issuer };
  const roleData = roleOf(sharers, { audience: upstream.audience, policyName });
  return {
    audience: upstream.audience,
    notes: [
      'With OpenBao, `bao` takes the same words as `vault`.',
      'The vault reads the keys at the issuer itself: it must reach it.',
      'The policy `default` stays with the role: by it a token may revoke itself, which ends what was made with it.',
      ...sharingNotes(`The role "${role}"`, sharers, ask),
    ],
    placeholders: [],
    documents: { config, role: roleData, policy },
    steps: vaultSteps({ upstream, mount, role, policyName, policy, config, roleData }),
    terraform: vaultBlocks({ mount, role, policyName, sharers, issuer: ask.issuer, roleData }),
  };
}

export function upstreamNamed({ upstreams }: TrustAsk, name: string): UpstreamSystem {
  const upstream = upstreams.find((one) => one.name === name);
  if (upstream !== undefined) return upstream;
  throw new NoTrust(
    `where the upstream "${name}" is, and what audience it wants, stands in the configuration: name it with --config`,
  );
}

/** Each path once, with what is done there and nothing else. */
function pathBlocks(sharers: readonly Sharer[]): HclBlock[] {
  const capabilities = new Map<string, Set<string>>();
  for (const { parameters } of sharers) {
    const known = capabilities.get(parameters.path) ?? new Set();
    capabilities.set(parameters.path, known.add(parameters.request === undefined ? 'read' : 'update'));
  }
  return [...capabilities].map(([path, can]) => ({ head: ['path', path], body: { capabilities: [...can] } }));
}

interface RoleData {
  readonly role_type: 'jwt';
  readonly user_claim: 'sub';
  readonly bound_audiences: readonly string[];
  readonly bound_subject?: string;
  readonly bound_claims?: { readonly sub: readonly string[] };
  readonly token_type: 'service';
  readonly token_policies: readonly string[];
  readonly token_ttl: number;
  readonly token_max_ttl: number;
}

function roleOf(
  sharers: readonly Sharer[],
  { audience, policyName }: { audience: string; policyName: string },
): RoleData {
  const subjects = sharers.map(({ subject }) => subject);
  const [only, ...others] = subjects;
  // What was made with a login ends with it: it lives as long as the longest of them.
  const life = Math.max(SHORT_LOGIN, ...sharers.map(({ ttl }) => (ttl === 'never' ? 0 : ttl)));
  return {
    role_type: 'jwt',
    user_claim: 'sub',
    bound_audiences: [audience],
    ...(only !== undefined && others.length === 0 ? { bound_subject: only } : { bound_claims: { sub: subjects } }),
    token_type: 'service',
    token_policies: [policyName],
    token_ttl: life,
    token_max_ttl: life,
  };
}

interface Parts {
  readonly mount: string;
  readonly role: string;
  readonly policyName: string;
  readonly roleData: RoleData;
}

function vaultSteps(parts: Parts & { upstream: UpstreamSystem; policy: string; config: object }): SetUp['steps'] {
  const { upstream, mount, role, policyName, policy, config, roleData } = parts;
  const json = (value: object): string => JSON.stringify(value, null, 2);
  return [
    { why: `The vault "${upstream.name}" of the configuration.`, argv: ['export', `VAULT_ADDR=${upstream.url}`] },
    ...(upstream.namespace === undefined
      ? []
      : [{ why: 'Its namespace.', argv: ['export', `VAULT_NAMESPACE=${upstream.namespace}`] }]),
    { why: 'Once: the JWT auth method.', argv: ['vault', 'auth', 'enable', `-path=${mount}`, 'jwt'] },
    {
      why: 'Once: the broker as its issuer.',
      argv: ['vault', 'write', `auth/${mount}/config`, '-'],
      input: json(config),
    },
    { why: 'Exactly what is asked there.', argv: ['vault', 'policy', 'write', policyName, '-'], input: policy },
    {
      why: 'The role that the entitlement names, for exactly this.',
      argv: ['vault', 'write', `auth/${mount}/role/${role}`, '-'],
      input: json(roleData),
    },
  ];
}

function vaultBlocks(parts: Parts & { sharers: readonly Sharer[]; issuer: string }): readonly HclBlock[] {
  const { mount, role, policyName, sharers, issuer, roleData } = parts;
  const { bound_claims: claims, ...rest } = roleData;
  const name = `buildpass_${role.replace(/\./g, '_')}`;
  return [
    {
      comment: 'Once. Where it is there already, import it.',
      head: ['resource', 'vault_jwt_auth_backend', 'buildpass'],
      body: { path: mount, type: 'jwt', oidc_discovery_url: issuer, bound_issuer: issuer },
    },
    {
      head: ['resource', 'vault_policy', name],
      body: { name: policyName, policy: { expression: hclText(`${renderHcl(pathBlocks(sharers))}\n`) } },
    },
    {
      head: ['resource', 'vault_jwt_auth_backend_role', name],
      body: {
        backend: { expression: 'vault_jwt_auth_backend.buildpass.path' },
        role_name: role,
        ...rest,
        // This provider takes a list of values as one text.
        ...(claims === undefined ? {} : { bound_claims: { sub: claims.sub.join(',') } }),
        token_policies: [policyName],
      },
    },
  ];
}
