import { describe, expect, it } from 'vitest';
import type { Yaml } from '../../support/build-policy.ts';
import { kindOf, offersOf, problems, SCOPE, TENANT } from '../../support/credential-samples.ts';

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
    'github-token',
    { permissions: { contents: 'admin' } },
    'permissions.contents: GitHub knows no `contents: admin`: write `read` or `write`',
  ],
  [
    'github-token',
    { permissions: { workflows: 'read' } },
    'permissions.workflows: GitHub knows no `workflows: read`: write `write`',
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
  [
    'gcp-service-account',
    { 'service-account': 'admin' },
    'service-account: must be the e-mail address of a service account, such as',
  ],
  ['gcp-service-account', { scopes: [] }, 'scopes: '],
  ['gcp-service-account', { scopes: ['devstorage'] }, 'scopes.0: must be a scope such as'],
  ['azure-app', { tenant: 'contoso' }, 'tenant: must be an id such as'],
  ['azure-app', { scope: 'https://management.azure.com/' }, 'scope: must be a scope that ends with /.default'],
  [
    'vault-secret',
    { path: 'kv/../sys' },
    'path: must be a path such as kv/data/shop, without .. and wildcards, not "kv/../sys"',
  ],
  ['vault-secret', { path: 'kv/*' }, 'path: must be a path'],
  ['vault-secret', { path: 'auth/token/lookup-self' }, 'path: is of the vault itself, and no secret is kept there'],
  ['vault-secret', { path: 'sys' }, 'path: is of the vault itself'],
  ['vault-secret', { request: {} }, 'request: is empty, and the broker would send a request that says nothing'],
  ['vault-secret', { request: { ttl: '1h' } }, 'request.ttl: is set by the broker, to the `ttl` of the entitlement'],
  ['vault-secret', { request: { not_after: '2099-01-01T00:00:00Z' } }, 'request.not_after: is set by the broker'],
  ['vault-secret', { request: { 'common name': 'a' } }, 'request.common name: must be the name of a parameter'],
  ['vault-secret', { request: { alt_names: ['a'] } }, 'request.alt_names: must be text on one line'],
  [
    'vault-secret',
    { request: Object.fromEntries(Array.from({ length: 21 }, (_, one) => [`p${one}`, 'x'])) },
    'request: names more than 20 parameters',
  ],
  ['vault-secret', { values: {} }, 'values: is empty: nothing would be handed out; write { output: field }'],
  [
    'vault-secret',
    { values: { token: 'x' } },
    'values.token: is an output that the action writes itself: choose another name',
  ],
  ['vault-secret', { values: { receipt: 'x' } }, 'values.receipt: is an output that the action writes itself'],
  ['vault-secret', { values: { kubeconfig: 'x' } }, 'values.kubeconfig: is an output that the action writes itself'],
  [
    'vault-secret',
    { upstream: 'vault-prd' },
    'upstream: "vault-prd" is not among the upstreams of the configuration; did you mean `vault-prod`?',
  ],
  [
    'vault-secret',
    { upstream: 'cluster-eu' },
    'upstream: "cluster-eu" is a kubernetes, and no vault: add it under `upstreams` with `kind: vault`',
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
    'aws-role',
    { role: 'arn:aws:iam::111122223333:role/shop-a/admin' },
    'role: "arn:aws:iam::111122223333:role/shop-a/admin" is not offered',
  ],
  [
    'aws-role',
    { role: 'arn:aws:iam::999922223333:role/shop-deploy' },
    'role: "arn:aws:iam::999922223333:role/shop-deploy" is not offered',
  ],
  [
    'aws-role',
    { audience: 'https://other.example.com' },
    '"https://other.example.com" is not offered (audiences: none)',
  ],
  ['aws-role', { tags: { admin: 'yes' } }, 'tags: "admin=yes" is not offered (tags: team=shop)'],
  ['aws-role', { tags: { team: 'platform' } }, 'tags: "team=platform" is not offered (tags: team=shop)'],
  ['aws-role', { 'source-identity': 'root' }, 'source-identity: "root" is not offered (source-identities: shop)'],
  [
    'gcp-service-account',
    { 'service-account': 'deploy@other.iam.gserviceaccount.com' },
    'service-account: "deploy@other.iam.gserviceaccount.com" is not offered',
  ],
  ['gcp-service-account', { scopes: [SCOPE, `${SCOPE}x`] }, `scopes: "${SCOPE}x" is not offered`],
  ['azure-app', { 'client-id': TENANT }, `client-id: "${TENANT}" is not offered`],
  ['vault-secret', { path: 'kv/data/shop/admin' }, 'path: "kv/data/shop/admin" is not offered (paths: kv/data/*)'],
  ['vault-secret', { upstream: 'vault-test' }, 'upstream: "vault-test" is not offered'],
  [
    'vault-secret',
    { request: { common_name: 'a.example.com' } },
    'request: "common_name=a.example.com" is not offered (requests: none)',
  ],
  ['kubernetes', { namespace: 'kube-system' }, 'namespace: "kube-system" is not offered (namespaces: shop-*)'],
];

describe('parameters of a credential', () => {
  it.each(MISTAKES)('%s with %j is a mistake', (name, differing, problem) => {
    expect(problems(name, differing)).toContainEqual(expect.stringContaining(problem));
  });

  it.each(BEYOND)('%s with %j lies beyond the offer', (name, differing, problem) => {
    expect(problems(name, differing)).toEqual([expect.stringContaining(problem)]);
  });
});

describe('what gives no access by itself', () => {
  it.each<[kind: string, offer: Yaml, bound: Yaml, problem: string]>([
    [
      'jwt',
      { audiences: ['https://a.example.com'], claims: ['action'] },
      { algorithms: ['ES256'] },
      'algorithm: "RS256" is not offered',
    ],
    [
      'aws-role',
      { roles: ['**'], tags: ['team=*'], 'source-identities': ['*'] },
      { regions: ['eu-central-1'] },
      'region: "eu-west-1" is not offered',
    ],
  ])('of %s is bounded only where an offer bounds it', (name, offer, ...[bound, problem]) => {
    expect(problems(name, {}, [offer])).toEqual([]);
    expect(problems(name, {}, [{ ...offer, ...bound }])).toEqual([expect.stringContaining(problem)]);
  });
});

describe('github-token', () => {
  const OWN = { name: 'acme/shop', id: '2001', issuer: 'github' };

  it('reaches the own repositories of the project without an offer, by id', () => {
    const asked = { repositories: 'ACME/shop', permissions: { secrets: 'write' } };
    const vouched = { ids: ['2001'], where: 'repositories' };
    expect(kindOf('github-token').parse(asked, { ...offersOf('github-token', []), vouched })).toEqual({
      ok: true,
      parameters: { repositories: [{ name: 'acme/shop', id: '2001' }], permissions: { secrets: 'write' } },
    });
  });

  it('is for the own jobs of a repository that nobody but the project’s file calls its own', () => {
    const asked = { repositories: 'acme/shop', permissions: { contents: 'write' } };
    expect(kindOf('github-token').parse(asked, offersOf('github-token', []))).toMatchObject({
      ok: true,
      onlyFrom: OWN,
    });
  });

  it('gives them no more than GitHub gives each job, unless the organization says whose the repository is', () => {
    expect(problems('github-token', { repositories: 'acme/shop', permissions: { secrets: 'write' } }, [])).toEqual([
      'repositories.0: "acme/shop" is this project\'s by the word of its own file alone, and secrets: write is more than its jobs could give themselves: add { name: acme/shop, id: "2001" } to repositories, or have it offered',
    ]);
  });

  it('is of one installation, and so of one owner', () => {
    const offer = [
      { name: 'acme/libs', id: '2002' },
      { name: 'other/libs', id: '3002' },
    ];
    const asked = { repositories: ['acme/libs', 'other/libs'] };
    expect(problems('github-token', asked, [{ repositories: offer, permissions: { contents: 'read' } }])).toEqual([
      'repositories.1: "other/libs" and "acme/libs" have different owners, and a token is of one installation of the GitHub App: make an entitlement for each owner',
    ]);
  });

  it('takes the repository of the offer that allows what is asked, where two offers give one name two ids', () => {
    const offers = [
      { repositories: [{ name: 'acme/libs', id: '2002' }], permissions: { contents: 'read' } },
      { repositories: [{ name: 'acme/libs', id: '3003' }], permissions: { contents: 'write' } },
    ];
    const asked = { repositories: 'acme/libs', permissions: { contents: 'write' } };
    expect(kindOf('github-token').parse(asked, offersOf('github-token', offers))).toMatchObject({
      parameters: { repositories: [{ id: '3003' }] },
    });
  });

  it('refuses an own repository of an issuer whose ids the GitHub App does not know', () => {
    const asked = { repositories: 'acme/shop', permissions: { contents: 'read' } };
    const offers = { ...offersOf('github-token', []), appIssuers: ['other'] };
    expect(kindOf('github-token').parse(asked, offers)).toEqual({
      ok: false,
      problems: [
        {
          path: ['repositories', 0],
          message:
            '"acme/shop" is a repository of the issuer `github`, and the GitHub App is one of another GitHub: its id would be somebody else\'s there; take it out',
        },
      ],
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
    expect(
      problems('github-token', own, [
        { repositories: [{ name: 'other/libs', id: '3002' }], permissions: { members: 'read' } },
      ]),
    ).toEqual([expect.stringContaining('permissions: members: read is not offered')]);
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
