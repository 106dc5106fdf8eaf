import { describe, expect, it } from 'vitest';
import type { Entitlement } from '../../../broker/model.ts';
import { projectSchema } from '../../../broker/policy/document.ts';
import { buildEntitlement, buildPolicies, buildProject, errorsOf, type Yaml } from '../../support/build-policy.ts';

const loaded = (entitlement: Yaml): Entitlement => {
  const found = buildPolicies({ entitlement }).projects.get('shop')?.entitlements.get('preview');
  if (found === undefined) throw new Error('must load');
  return found;
};
const APPROVAL = { by: 'acme/security' };
const DEPLOYMENT = { for: 'acme/security', workflow: '.github/workflows/deploy.yml', ref: 'main' };

/** For each key of an entitlement: a good value, and what becomes of it. */
const KEYS: readonly [key: string, value: unknown, becomes: Yaml][] = [
  ['title', 'Preview', { title: 'Preview' }],
  ['description', 'Ask in #shop.', { description: 'Ask in #shop.' }],
  ['risk', 'high', { risk: 'high' }],
  [
    'credential',
    { kind: 'jwt', audience: 'https://deploy.example.com' },
    { credential: { kind: 'jwt', parameters: { audience: 'https://deploy.example.com' } } },
  ],
  ['ttl', '90s', { ttl: 90 }],
  ['allow', [{ event: 'push' }, { branch: 'main' }], { rules: [{ index: 0 }, { index: 1 }] }],
  ['mode', 'observe', { observe: true }],
  ['max-per-job', 3, { maxPerJob: 3 }],
  ['expires', '2027-03-01', { expiresAt: Date.UTC(2027, 2, 2) }],
  ['session', '2h', { terms: ['renewal up to 2h'] }],
  ['public-details', true, { publicDetails: true }],
  [
    'approval',
    {
      by: ['acme/security', 'acme/platform'],
      count: 2,
      within: '1h',
      self: 'allowed',
      covers: 'run',
      issuances: 3,
      'apart-from': 'actor',
    },
    { terms: ['approval by 2 people (each of acme/security or acme/platform) within 1h'] },
  ],
  ['review', { every: '90d', by: 'acme/security' }, { terms: ['a review every 90d by acme/security (no effect yet)'] }],
  [
    'deployment',
    {
      ...DEPLOYMENT,
      inputs: {
        version: { type: 'text', pattern: 'v*' },
        notify: { type: 'boolean' },
        where: { type: 'choice', options: ['eu'] },
      },
    },
    { terms: ['deployment of main by acme/security with .github/workflows/deploy.yml (no effect yet)'] },
  ],
  [
    'break-glass',
    { for: 'acme/security', notify: 'acme/platform' },
    { terms: ['break-glass for acme/security, telling acme/platform'] },
  ],
];

/** Values that would be a mistake. */
const MISTAKES: readonly [key: string, value: unknown, error: string][] = [
  ['ttl', undefined, '.ttl: is missing'],
  ['ttl', 900, '.ttl: must be a duration such as 15m, or never, not 900'],
  ['ttl', '59s', '.ttl: must be at least 60s, and is 59s'],
  ['ttl', '15 minutes', '.ttl: must be a duration such as 15m, or never, not "15 minutes"'],
  ['risk', undefined, '.risk: is missing'],
  ['risk', 'hihg', '.risk: must be `low` or `high`, not "hihg"; did you mean `high`?'],
  ['allow', [], '.allow: is empty: with no rule it would refuse every job; name at least one'],
  ['allow', { branch: 'main' }, '.allow: must be a list, not a map'],
  ['credential', undefined, '.credential: is missing'],
  ['credential', { audience: 'x' }, '.credential.kind: is missing'],
  ['credential', { kind: 'jtw' }, '.credential.kind: "jtw" is not a kind of credential; did you mean `jwt`?'],
  [
    'credential',
    { kind: 'jwt', audience: 'https://previews.example.com', audeince: 'x' },
    '.credential.audeince: unknown key; did you mean `audience`?',
  ],
  ['mode', 'enforce', '.mode: must be `observe`, not "enforce"'],
  ['max-per-job', 0, '.max-per-job: must be at least 1'],
  ['max-per-job', '3', '.max-per-job: must be a number, not text'],
  ['expires', '2027-02-30', '.expires: there is no such day as 2027-02-30'],
  ['expires', '1 March', '.expires: must be a day such as 2027-03-01, not "1 March"'],
  ['session', '5m', '.session: 5m is shorter than the `ttl` of 10m: renewing ends before it starts'],
  ['public-details', 'yes', '.public-details: must be true or false, not text'],
  ['approval', {}, '.approval.by: is missing'],
  ['approval', { ...APPROVAL, self: true }, '.approval.self: must be `allowed`, not true'],
  ['approval', { ...APPROVAL, count: 0 }, '.approval.count: must be at least 1'],
  ['approval', { ...APPROVAL, covers: 'day' }, '.approval.covers: must be `job`, `run` or `plan`, not "day"'],
  [
    'approval',
    { ...APPROVAL, 'apart-from': 'approver' },
    '.approval.apart-from: must be `requester`, `actor`, `commit-author` or `policy-author`, not "approver"',
  ],
  [
    'approval',
    { by: 'acme/nobody' },
    '.approval.by: the team "acme/nobody" is not among the teams of _organization.yaml: add it there with its id',
  ],
  ['review', { by: 'acme/security' }, '.review.every: is missing'],
  ['review', { every: '90d', by: 'acme/nobody' }, '.review.by: the team "acme/nobody"'],
  [
    'deployment',
    { ...DEPLOYMENT, ref: 'release/*' },
    '.deployment.ref: "release/*" has a wildcard: a deployment starts on one branch',
  ],
  [
    'deployment',
    { ...DEPLOYMENT, ref: 'refs/heads/main' },
    '.deployment.ref: "refs/heads/main" can match nothing that is meant: `branch` leaves out refs/heads/, write "main"',
  ],
  [
    'deployment',
    { ...DEPLOYMENT, workflow: 'deploy.yml' },
    '.deployment.workflow: must be the whole path of a workflow file',
  ],
  ['deployment', { ...DEPLOYMENT, for: 'acme/nobody' }, '.deployment.for: the team "acme/nobody"'],
  [
    'deployment',
    { ...DEPLOYMENT, inputs: { version: { type: 'txet' } } },
    '.deployment.inputs.version.type: must be `text`, `boolean` or `choice`, not "txet"; did you mean `text`?',
  ],
  [
    'deployment',
    { ...DEPLOYMENT, inputs: { version: { type: 'text', pattern: 'v?' } } },
    '.deployment.inputs.version.pattern: "v?" has `?`',
  ],
  ['break-glass', { for: 'acme/security' }, '.break-glass.notify: is missing'],
  ['break-glass', { for: 'acme/security', notify: 'acme/nobody' }, '.break-glass.notify: the team "acme/nobody"'],
  ['public-detials', true, '.public-detials: unknown key; did you mean `public-details`?'],
];

const PROJECT_MISTAKES: readonly [what: string, keys: Yaml, error: string][] = [
  ['no name', { project: undefined }, ' project: is missing'],
  [
    'a name of other letters',
    { project: 'Shop' },
    ' project: must be made of a-z, 0-9 and -, at most 40 characters, not "Shop"',
  ],
  ['too long a name', { project: 'a'.repeat(41) }, ' project: must be made of a-z, 0-9 and -, at most 40 characters'],
  ['no owner', { owner: undefined }, ' owner: is missing'],
  ['no repositories', { repositories: [] }, ' repositories: is empty: nobody could ask; name at least one repository'],
  [
    'an id that is a number',
    { repositories: [{ name: 'acme/shop', id: 2001 }] },
    ' repositories[0].id: must be an id: digits in quotes, such as "2001", not 2001',
  ],
  [
    'a repository without id',
    { repositories: [{ name: 'acme/shop' }] },
    ' repositories[0].id: is missing: `buildpass policy pin --write` asks GitHub for it by the name',
  ],
  [
    'a repository without owner',
    { repositories: [{ name: 'shop', id: '2001' }] },
    ' repositories[0].name: must be a repository, written owner/name, not "shop"',
  ],
  [
    'a repository twice',
    {
      repositories: [
        { name: 'acme/shop', id: '2001' },
        { name: 'acme/shop-2', id: '2001' },
      ],
    },
    ' repositories[1].id: the id "2001" stands here twice',
  ],
  ['no entitlements', { entitlements: {} }, ' entitlements: is empty: name at least one entitlement'],
  [
    'an entitlement of other letters',
    { entitlements: { Preview: buildEntitlement() } },
    ' entitlements.Preview: must be made of a-z, 0-9 and -, at most 40 characters, not "Preview"',
  ],
  ['an unknown key', { repos: [] }, ' repos: unknown key'],
];

describe('an entitlement', () => {
  it.each(KEYS)('has %s', (key, value, becomes) => {
    expect(loaded({ [key]: value })).toMatchObject(becomes);
  });

  it('each key of the schema is tested here', () => {
    const entitlement = projectSchema.shape.entitlements.valueType;
    expect(KEYS.map(([key]) => key)).toEqual(Object.keys(entitlement.shape).sort((a, b) => order(a) - order(b)));
    function order(key: string): number {
      return KEYS.findIndex(([one]) => one === key);
    }
  });

  it('needs no title, and then is called by its name', () => {
    expect(loaded({ title: undefined })).toMatchObject({
      title: 'preview',
      description: undefined,
      maxPerJob: 10,
      publicDetails: false,
      observe: false,
      expiresAt: undefined,
    });
  });

  it.each(MISTAKES)('with a wrong %s (%j) is an error', (key, value, error) => {
    expect(errorsOf({ entitlement: { [key]: value } })).toEqual([
      expect.stringContaining(`shop.yaml entitlements.preview${error}`),
    ]);
  });
});

describe('a project', () => {
  it('has name, title, owner and repositories', () => {
    expect(buildPolicies().projects.get('shop')).toMatchObject({
      name: 'shop',
      title: 'Web shop',
      owner: 'acme/platform',
      file: 'shop.yaml',
      repositories: [{ issuer: 'github', name: 'acme/shop', id: '2001' }],
    });
    expect(buildPolicies({ project: { title: undefined } }).projects.get('shop')?.title).toBe('shop');
  });

  it.each(PROJECT_MISTAKES)('with %s is an error', (_what, keys, error) => {
    expect(errorsOf({ project: { entitlements: buildProject()['entitlements'], ...keys } })).toEqual([
      expect.stringContaining(`shop.yaml${error}`),
    ]);
  });

  it('names the subject of its tokens in at most 127 bytes, however long its names', () => {
    const longest = 'a'.repeat(40);
    expect(Buffer.byteLength(`project:${longest}:entitlement:${longest}`)).toBeLessThanOrEqual(127);
  });
});
