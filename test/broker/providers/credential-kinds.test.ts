import { describe, expect, it } from 'vitest';
import { type CredentialKind, credentialKinds, type Offers } from '../../../broker/providers/credential-kinds.ts';
import type { Yaml } from '../../support/build-policy.ts';

const kinds = credentialKinds(['jwt']);

function kindOf(name: string): CredentialKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind;
}

const GCP_PROVIDER = 'projects/1/locations/global/workloadIdentityPools/pool/providers/broker';
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';
const TENANT = '3f1f3b0a-6d5c-4f0e-9a54-0d6b4d1c2e3f';
const CLIENT = '00000000-0000-4000-8000-000000000001';

/** For each kind: parameters that are right, and an offer that takes them. */
const RIGHT: Readonly<Record<string, { parameters: Yaml; offer: Yaml }>> = {
  jwt: {
    parameters: { audience: 'https://a.example.com', claims: { action: 'deploy' }, algorithm: 'RS256' },
    offer: { audiences: ['https://a.example.com'], claims: ['action'] },
  },
  'github-token': {
    parameters: { repositories: ['acme/libs'], permissions: { contents: 'read' } },
    offer: { repositories: [{ name: 'acme/libs', id: '2002' }], permissions: { contents: 'write' } },
  },
  'aws-role': {
    parameters: {
      role: 'arn:aws:iam::111122223333:role/shop-deploy',
      region: 'eu-west-1',
      'session-policy': { Version: '2012-10-17' },
      tags: { team: 'shop' },
      'source-identity': 'shop',
    },
    offer: { roles: ['arn:aws:iam::111122223333:role/shop-*'], tags: ['team'], 'source-identities': ['shop'] },
  },
  'gcp-service-account': {
    parameters: { provider: GCP_PROVIDER, 'service-account': 'deploy@shop-1.iam.gserviceaccount.com', scopes: [SCOPE] },
    offer: { providers: [GCP_PROVIDER], 'service-accounts': ['*@shop-1.iam.gserviceaccount.com'], scopes: [SCOPE] },
  },
  'azure-app': {
    parameters: { tenant: TENANT, 'client-id': CLIENT, scope: 'https://management.azure.com/.default' },
    offer: { tenants: [TENANT], 'client-ids': [CLIENT], scopes: ['https://management.azure.com/.default'] },
  },
  'vault-secret': {
    parameters: { upstream: 'vault-prod', role: 'shop', path: 'kv/data/shop', values: { 'npm-token': 'token' } },
    offer: { upstreams: ['vault-prod'], roles: ['shop'], paths: ['kv/data/*'] },
  },
  kubernetes: {
    parameters: { upstream: 'cluster-eu', audience: 'https://k8s.example.com', namespace: 'shop-prod' },
    offer: { upstreams: ['cluster-eu'], audiences: ['https://k8s.example.com'], namespaces: ['shop-*'] },
  },
};
const EACH = Object.entries(RIGHT).map(([name, { parameters, offer }]) => ({ name, parameters, offer }));

function offersOf(name: string, offers: readonly Yaml[]): Offers {
  const offered = offers.map((offer) => {
    const parsed = kindOf(name).parseOffer?.(offer);
    if (parsed?.ok !== true) throw new Error(`no offer: ${JSON.stringify(parsed)}`);
    return parsed.value;
  });
  return {
    repositories: [{ name: 'acme/shop', id: '2001' }],
    offered,
    upstreams: ['vault-prod', 'cluster-eu'],
    where: 'may-offer',
  };
}

/** What is wrong with the right parameters of a kind where some differ, under one offer or others. */
function problems(
  name: string,
  differing: Yaml = {},
  offers: readonly Yaml[] = [RIGHT[name]?.offer ?? {}],
): readonly string[] {
  const parameters = Object.fromEntries(
    Object.entries({ ...RIGHT[name]?.parameters, ...differing }).filter(([, value]) => value !== undefined),
  );
  const parsed = kindOf(name).parse(parameters, offersOf(name, offers));
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const offerProblems = (name: string, offer: Yaml): readonly string[] => {
  const parsed = kindOf(name).parseOffer?.(offer);
  return parsed?.ok === false ? parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`) : [];
};

const MISTAKES: readonly [kind: string, differing: Yaml, problem: string][] = [
  [
    'jwt',
    { audience: '' },
    'audience: must be one audience, compared whole: no spaces, no *, at most 255 characters, not ""',
  ],
  [
    'jwt',
    { audience: ['a', 'b'] },
    'audience: must be one audience, compared whole: no spaces, no *, at most 255 characters, not a list',
  ],
  ['jwt', { audience: 'https://*.example.com' }, 'no spaces, no *'],
  ['jwt', { algorithm: 'HS256' }, 'algorithm: must be `ES256` or `RS256`, not "HS256"'],
  ['jwt', { claims: {} }, 'claims: is empty: name a claim, or leave the key out'],
  ['jwt', { claims: { action: 1 } }, 'claims.action: must be text, not 1'],
  [
    'jwt',
    { claims: { sub: 'x' } },
    'claims.sub: "sub" is a registered claim with a meaning of its own: choose another name, such as "x_sub"',
  ],
  ['jwt', { claims: { scope: 'x' } }, 'claims.scope: "scope" is a registered claim'],
  [
    'jwt',
    { claims: { repository_id: '1' } },
    'claims.repository_id: "repository_id" is set by the broker: choose another name',
  ],
  [
    'jwt',
    { claims: { 'https://aws.amazon.com/tags': 'x' } },
    'claims.https://aws.amazon.com/tags: "https://aws.amazon.com/tags" would be taken by AWS for tags of the session',
  ],
  ['jwt', { lifetime: '1h' }, 'lifetime: unknown key; known here: `audience`, `claims`, `algorithm`'],
  ['github-token', { repositories: [] }, 'repositories: is empty: name at least one'],
  [
    'github-token',
    { permissions: {} },
    'permissions: is empty, which GitHub takes for everything: name what is needed',
  ],
  [
    'github-token',
    { permissions: { content: 'read' } },
    'permissions.content: "content" is not a permission of GitHub; did you mean `contents`?',
  ],
  [
    'github-token',
    { permissions: { contents: 'all' } },
    'permissions.contents: must be `read`, `write` or `admin`, not "all"',
  ],
  [
    'aws-role',
    { role: 'shop-deploy' },
    'role: must be the ARN of a role, such as arn:aws:iam::111122223333:role/shop-deploy, not "shop-deploy"',
  ],
  ['aws-role', { role: 'arn:aws:iam::111122223333:role/*' }, 'role: must be the ARN of a role'],
  ['aws-role', { region: undefined }, 'region: is missing'],
  ['aws-role', { 'session-policy': {} }, 'session-policy: must be an IAM policy of at most 2048 characters as JSON'],
  [
    'aws-role',
    { tags: { team: 'a;b' } },
    'tags.team: must be at most 256 letters, digits, spaces and _ . : / = + - @, not "a;b"',
  ],
  ['gcp-service-account', { provider: 'broker' }, 'provider: must be a workload identity provider'],
  ['gcp-service-account', { scopes: ['devstorage'] }, 'scopes.0: must be a scope such as'],
  ['azure-app', { tenant: 'contoso' }, 'tenant: must be an id such as'],
  ['azure-app', { scope: 'https://management.azure.com/' }, 'scope: must be a scope that ends with /.default'],
  [
    'vault-secret',
    { path: 'kv/../sys' },
    'path: must be a path such as kv/data/shop, without .. and wildcards, not "kv/../sys"',
  ],
  ['vault-secret', { path: 'kv/*' }, 'path: must be a path'],
  ['vault-secret', { values: {} }, 'values: is empty: nothing would be handed out; write { output: field }'],
  [
    'vault-secret',
    { values: { token: 'x' } },
    'values.token: is an output that the action writes itself: choose another name',
  ],
  [
    'vault-secret',
    { upstream: 'vault-prd' },
    'upstream: "vault-prd" is not among the upstreams of the configuration; did you mean `vault-prod`?',
  ],
  ['kubernetes', { namespace: 'Shop' }, 'namespace: must be the name of a namespace, not "Shop"'],
];

/** Parameters that are well-formed and lie beyond the offer. */
const BEYOND: readonly [kind: string, differing: Yaml, problem: string][] = [
  [
    'jwt',
    { audience: 'https://a.example.com/' },
    'audience: "https://a.example.com/" is not offered (audiences: https://a.example.com); add it to an offer of kind `jwt` in may-offer',
  ],
  ['jwt', { claims: { action: 'x', team: 'y' } }, 'claims: "team" is not offered (claims: action)'],
  [
    'github-token',
    { repositories: ['acme/libs', 'acme/other'] },
    'repositories.1: "acme/other" with contents: read is not offered to this project: add { kind: github-token, repositories, permissions } that allows it to may-offer',
  ],
  [
    'github-token',
    { permissions: { contents: 'read', issues: 'read' } },
    'repositories.0: "acme/libs" with contents: read, issues: read is not offered',
  ],
  [
    'github-token',
    { permissions: { contents: 'admin' } },
    'repositories.0: "acme/libs" with contents: admin is not offered',
  ],
  [
    'aws-role',
    { role: 'arn:aws:iam::111122223333:role/shop-a/admin' },
    'role: "arn:aws:iam::111122223333:role/shop-a/admin" is not offered',
  ],
  [
    'aws-role',
    { role: 'arn:aws:iam::999922223333:role/shop-deploy' },
    'role: "arn:aws:iam::999922223333:role/shop-deploy" is not offered',
  ],
  ['aws-role', { tags: { admin: 'yes' } }, 'tags: "admin" is not offered (tags: team)'],
  ['aws-role', { 'source-identity': 'root' }, 'source-identity: "root" is not offered (source-identities: shop)'],
  [
    'gcp-service-account',
    { 'service-account': 'deploy@other.iam.gserviceaccount.com' },
    'service-account: "deploy@other.iam.gserviceaccount.com" is not offered',
  ],
  ['gcp-service-account', { scopes: [SCOPE, `${SCOPE}x`] }, `scopes: "${SCOPE}x" is not offered`],
  ['azure-app', { 'client-id': TENANT }, `client-id: "${TENANT}" is not offered`],
  ['vault-secret', { path: 'kv/data/shop/admin' }, 'path: "kv/data/shop/admin" is not offered (paths: kv/data/*)'],
  ['vault-secret', { upstream: 'cluster-eu' }, 'upstream: "cluster-eu" is not offered'],
  ['kubernetes', { namespace: 'kube-system' }, 'namespace: "kube-system" is not offered (namespaces: shop-*)'],
];

describe('credentialKinds', () => {
  it('knows every kind, and which of them this broker can issue', () => {
    expect([...kinds].map(([name, { available }]) => `${name} ${available}`)).toEqual([
      'jwt true',
      'github-token false',
      'aws-role false',
      'gcp-service-account false',
      'azure-app false',
      'vault-secret false',
      'kubernetes false',
    ]);
  });

  it.each([
    ['jwt', 60, 86_400, 'at-expiry', undefined],
    ['github-token', 60, 3_600, 'immediate', undefined],
    ['aws-role', 900, 43_200, 'at-expiry', undefined],
    ['gcp-service-account', 60, 43_200, 'at-expiry', undefined],
    ['azure-app', 5_400, 86_400, 'at-expiry', undefined],
    ['vault-secret', 60, 2_764_800, 'immediate', true],
    ['kubernetes', 60, 86_400, 'at-expiry', undefined],
  ])('%s lives %i to %i seconds', (name, min, max, revocation, isStatic) => {
    const kind = kindOf(name);
    expect([kind.lifetime, kind.revocation, kind.static]).toEqual([{ min, max }, revocation, isStatic]);
  });

  it.each(EACH)('$name takes what is right and offered', ({ name }) => {
    expect(problems(name)).toEqual([]);
  });

  it.each(EACH)('$name takes nothing that was not offered at all', ({ name, parameters }) => {
    const [problem] = problems(name, {}, []);
    expect(problem).toContain(
      name === 'github-token'
        ? '"acme/libs" with contents: read is not offered'
        : `: the organization offers this project no \`${name}\` credential: add { kind: ${name}, `,
    );
    expect(Object.keys(parameters).length).toBeGreaterThan(1);
  });

  it.each(EACH)('$name takes no part of two offers that neither would take whole', ({ name, offer }) => {
    const [first = '', second] = Object.keys(offer);
    expect(second).toBeDefined();
    const half = (key: string): Yaml => ({ ...offer, [key]: elsewhere(offer[key]) });
    expect(problems(name, {}, [half(first), half(second ?? '')])).not.toEqual([]);
  });

  it.each(MISTAKES)('%s with %j is a mistake', (name, differing, problem) => {
    expect(problems(name, differing)).toContainEqual(expect.stringContaining(problem));
  });

  it.each(BEYOND)('%s with %j lies beyond the offer', (name, differing, problem) => {
    expect(problems(name, differing)).toEqual([expect.stringContaining(problem)]);
  });

  it.each(EACH)('an offer of $name refuses mistyped keys and empty lists', ({ name, offer }) => {
    expect(offerProblems(name, { ...offer, xyz: ['a'] })).toEqual([expect.stringContaining('xyz: unknown key')]);
    expect(offerProblems(name, { ...offer, [Object.keys(offer)[0] ?? '']: [] })).toEqual([
      expect.stringContaining('is empty'),
    ]);
  });

  it('an audience is offered whole: a pattern would never match', () => {
    expect(offerProblems('jwt', { audiences: ['https://*.example.com'] })).toEqual([
      'audiences.0: "https://*.example.com" has `*`: it is compared whole, a pattern would never match',
    ]);
  });

  it('says how to offer what was not offered', () => {
    expect(problems('aws-role', { tags: undefined, 'source-identity': undefined }, [])).toEqual([
      ': the organization offers this project no `aws-role` credential: add { kind: aws-role, roles: [arn:aws:iam::111122223333:role/shop-deploy] } to may-offer',
    ]);
  });

  it('further kinds take no parameters and must be offered', () => {
    const extra = credentialKinds([], [{ kind: '_test', lifetime: { min: 60, max: 90 }, revocation: 'immediate' }]).get(
      '_test',
    );
    const offers = offersOf('jwt', []);
    expect(extra).toMatchObject({ available: true, lifetime: { min: 60, max: 90 } });
    expect(extra?.parse({}, { ...offers, offered: [{}] })).toEqual({ ok: true, parameters: {} });
    expect(extra?.parse({ x: 1 }, { ...offers, offered: [{}] }).ok).toBe(false);
    expect(extra?.parse({}, offers).ok).toBe(false);
  });
});

describe('github-token', () => {
  it('reaches the own repositories of the project without an offer, by id', () => {
    const parsed = kindOf('github-token').parse(
      { repositories: 'ACME/shop', permissions: { contents: 'write' } },
      offersOf('github-token', []),
    );
    expect(parsed).toEqual({
      ok: true,
      parameters: { repositories: [{ name: 'acme/shop', id: '2001' }], permissions: { contents: 'write' } },
    });
  });

  it('needs an offer for what concerns the whole organization, even with only its own repositories', () => {
    const own = { repositories: ['acme/shop'], permissions: { members: 'read' } };
    expect(problems('github-token', own, [])).toEqual([
      'permissions: members: read is not offered to this project: add { kind: github-token, repositories, permissions } that allows it to may-offer',
    ]);
    expect(
      problems('github-token', own, [
        { repositories: [{ name: 'acme/libs', id: '2002' }], permissions: { members: 'read' } },
      ]),
    ).toEqual([]);
  });

  it('may take repositories of several offers, where each allows every permission', () => {
    const offer = (name: string, id: string, permissions: Yaml): Yaml => ({
      repositories: [{ name, id }],
      permissions,
    });
    const both = { repositories: ['acme/libs', 'acme/tools'] };
    const libs = offer('acme/libs', '2002', { contents: 'read' });
    expect(problems('github-token', both, [libs, offer('acme/tools', '2003', { contents: 'write' })])).toEqual([]);
    expect(problems('github-token', both, [libs, offer('acme/tools', '2003', { issues: 'write' })])).toEqual([
      expect.stringContaining('"acme/tools" with contents: read'),
    ]);
  });
});

/** Another value of the same form, which is not what the parameters ask for. */
function elsewhere(value: unknown): unknown {
  if (!Array.isArray(value)) return { metadata: 'read' };
  return value.map((one) =>
    typeof one === 'string' ? `${one.replaceAll('*', '')}-elsewhere` : { name: 'acme/elsewhere', id: '9' },
  );
}
