import { describe, expect, it } from 'vitest';
import { organizationSchema } from '../../../broker/policy/organization-document.ts';
import { buildPolicies, errorsOf, load, warningsOf, type Yaml } from '../../support/build-policy.ts';

const OWNED = { owner: 'acme/platform' };
const shop = (keys: Yaml): Yaml => ({
  projects: {
    shop: { ...OWNED, 'may-offer': [{ kind: 'jwt', audiences: ['https://previews.example.com'] }], ...keys },
  },
});
const errors = (organization: Yaml): readonly string[] =>
  errorsOf({ organization }).map((line) => line.replace('_organization.yaml ', ''));
const FREEZE = { from: '2026-12-20T00:00', to: '2027-01-02T00:00', zone: 'Europe/Berlin', reason: 'Holidays' };
const WAIVER = {
  entitlement: 'shop/preview',
  of: 'approval',
  until: '2026-12-31',
  owner: 'acme/security',
  reason: 'Old',
};

const MISTAKES: readonly [what: string, organization: Yaml, error: string][] = [
  ['an unknown key', { team: {} }, 'team: unknown key; did you mean `teams`?'],
  [
    'a team without organization',
    { teams: { platform: { github: '1' } } },
    'teams.platform: must be a team, written organization/team, not "platform"',
  ],
  [
    'a team with a number',
    { teams: { 'acme/platform': { github: 4710 } } },
    'teams.acme/platform.github: must be an id: digits in quotes, such as "2001", not 4710',
  ],
  [
    'a team with half a group',
    { teams: { 'acme/platform': { 'sign-in': 'sso' } } },
    'teams.acme/platform.group: is missing',
  ],
  [
    'a project of other letters',
    { projects: { Shop: OWNED } },
    'projects.Shop: must be made of a-z, 0-9 and -, at most 40 characters, not "Shop"',
  ],
  ['a project without owner', { projects: { shop: {} } }, 'projects.shop.owner: is missing'],
  [
    'an owner that nobody knows',
    shop({ owner: 'acme/platfrom' }),
    'projects.shop.owner: the team "acme/platfrom" is not among the teams of this file; did you mean `acme/platform`?',
  ],
  [
    'an offer without kind',
    shop({ 'may-offer': [{ audiences: ['x'] }] }),
    'projects.shop.may-offer[0].kind: is missing',
  ],
  [
    'an offer of an unknown kind',
    shop({ 'may-offer': [{ kind: 'aws-rol' }] }),
    'projects.shop.may-offer[0].kind: "aws-rol" is not a kind of credential; did you mean `aws-role`?',
  ],
  [
    'an offer with a mistyped key',
    shop({ 'may-offer': [{ kind: 'jwt', audience: ['x'] }] }),
    'projects.shop.may-offer[0].audience: unknown key; did you mean `audiences`?',
  ],
  [
    'an offer of nothing',
    shop({ 'may-offer': [{ kind: 'jwt', audiences: [] }] }),
    'projects.shop.may-offer[0].audiences: is empty: an offer of nothing could be taken for one of everything',
  ],
  [
    'a longest TTL that is a number',
    { guardrails: { 'longest-ttl': { low: 3600 } } },
    'guardrails.longest-ttl.low: must be a duration such as 90s, 15m, 2h or 90d, not 3600',
  ],
  [
    'a longest TTL of less than a minute',
    { guardrails: { 'longest-ttl': { low: '30s' } } },
    'guardrails.longest-ttl.low: must be at least 60s',
  ],
  [
    'a longest TTL for another risk',
    { guardrails: { 'longest-ttl': { medium: '1h' } } },
    'guardrails.longest-ttl.medium: unknown key; known here: `low`, `high`',
  ],
  [
    'a need that is a map',
    { guardrails: { require: [{ needs: [{ runner: 'github-hosted' }] }] } },
    'guardrails.require[0].needs[0]: must be text: put it in quotes, "runner: github-hosted"',
  ],
  [
    'a need that is none',
    { guardrails: { require: [{ needs: ['aproval'] }] } },
    'guardrails.require[0].needs[0]: "aproval" does not start with a condition, approval or review; did you mean `approval`?',
  ],
  [
    'a need with a value that cannot be compared',
    { guardrails: { require: [{ needs: ['approval: 2'] }] } },
    'guardrails.require[0].needs[0]: `approval` can only be needed as such: write "approval"',
  ],
  [
    'no needs',
    { guardrails: { require: [{ risk: 'high', needs: [] }] } },
    'guardrails.require[0].needs: is empty: name at least one, or leave the key out',
  ],
  [
    'a need of an unknown kind',
    { guardrails: { require: [{ kind: 'aws-rol', needs: ['approval'] }] } },
    'guardrails.require[0].kind: "aws-rol" is not a kind of credential; did you mean `aws-role`?',
  ],
  [
    'a forbidden event that is none',
    { guardrails: { never: { events: ['pull_request_traget'] } } },
    'guardrails.never.events[0]: "pull_request_traget" is not an event that starts a job; did you mean `pull_request_target`?',
  ],
  [
    'a static entitlement that is no scope',
    { guardrails: { 'allow-static': ['preview'] } },
    'guardrails.allow-static[0]: must be an entitlement, written project/entitlement, not "preview"',
  ],
  [
    'a freeze without zone',
    { guardrails: { freeze: [{ ...FREEZE, zone: undefined }] } },
    'guardrails.freeze[0].zone: is missing',
  ],
  [
    'a freeze in UTC notation',
    { guardrails: { freeze: [{ ...FREEZE, from: '2026-12-20T00:00Z' }] } },
    'guardrails.freeze[0].from: must be a local time such as 2026-12-20T00:00, not "2026-12-20T00:00Z"',
  ],
  [
    'a freeze on a day that is none',
    { guardrails: { freeze: [{ ...FREEZE, from: '2026-11-31T00:00' }] } },
    'guardrails.freeze[0].from: there is no such day',
  ],
  [
    'a freeze that ends before it starts',
    { guardrails: { freeze: [{ ...FREEZE, to: '2026-12-19T00:00' }] } },
    'guardrails.freeze[0].to: 2026-12-19T00:00 is not after 2026-12-20T00:00: the freeze would never hold',
  ],
  [
    'a waiver without owner',
    { guardrails: { waivers: [{ ...WAIVER, owner: undefined }] } },
    'guardrails.waivers[0].owner: is missing',
  ],
  [
    'a waiver of a team that nobody knows',
    { guardrails: { waivers: [{ ...WAIVER, owner: 'acme/x' }] } },
    'guardrails.waivers[0].owner: the team "acme/x" is not among the teams of this file',
  ],
  [
    'a waiver without end',
    { guardrails: { waivers: [{ ...WAIVER, until: undefined }] } },
    'guardrails.waivers[0].until: is missing',
  ],
];

describe('the organization', () => {
  it.each(MISTAKES)('with %s is an error', (_what, organization, error) => {
    expect(errors(JSON.parse(JSON.stringify(organization)))).toContainEqual(expect.stringContaining(error));
  });

  it('with an error says nothing of projects that would only repeat it', () => {
    expect(
      errors(shop({ 'may-offer': [{ kind: 'jwt', audiences: [] }], owner: 'acme/x' })).every((line) =>
        line.startsWith('projects.shop.'),
      ),
    ).toBe(true);
  });

  it('may leave guardrails and offers out, and every key of the guardrails', () => {
    const guardrails = {
      'longest-ttl': {},
      require: [],
      never: { events: [] },
      'allow-static': [],
      freeze: [],
      waivers: [],
    };
    expect(Object.keys(organizationSchema.shape.guardrails.unwrap().shape).sort()).toEqual(
      Object.keys(guardrails).sort(),
    );
    expect(errors({})).toEqual([]);
    expect(errors({ guardrails: {} })).toEqual([]);
    expect(errors({ guardrails })).toEqual([]);
  });

  it('must be there', () => {
    expect(errorsOf({ files: { '_organization.yaml': '' } })).toEqual([
      '_organization.yaml : is empty: it must be a map',
    ]);
    const result = load({}, { organizationFile: '_other.yaml' });
    expect(result).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([
        expect.objectContaining({
          file: '_other.yaml',
          message: expect.stringContaining('is missing: it names the teams'),
        }),
      ]),
    });
  });

  it.each([
    ['a waiver', { waivers: [WAIVER] }, 'guardrails.waivers[0].entitlement'],
    ['a freeze', { freeze: [{ ...FREEZE, except: ['shop/preview'] }] }, 'guardrails.freeze[0].except[0]'],
    ['a static entitlement', { 'allow-static': ['shop/preview'] }, 'guardrails.allow-static[0]'],
  ])('warns of %s that names no entitlement there is', (_what, guardrails, key) => {
    const mistyped = JSON.parse(JSON.stringify(guardrails).replace('shop/preview', 'shop/preveiw')) as Yaml;
    expect(warningsOf({ organization: { guardrails } })).toEqual([]);
    expect(warningsOf({ organization: { guardrails: mistyped } })).toEqual([
      `_organization.yaml ${key}: no policy has an entitlement "shop/preveiw"; did you mean \`shop/preview\`?`,
    ]);
  });

  it('knows when a freeze starts and ends on the clocks of its zone', () => {
    const policies = buildPolicies({
      organization: { guardrails: { freeze: [{ ...FREEZE, from: '2026-07-01T00:00' }] } },
    });
    expect(policies.freezes).toEqual([
      {
        from: Date.parse('2026-06-30T22:00:00Z'),
        to: Date.parse('2027-01-01T23:00:00Z'),
        ends: '2027-01-02T00:00 Europe/Berlin',
        reason: 'Holidays',
        except: new Set(),
      },
    ]);
  });
});

describe('a project and the organization', () => {
  it('a project that the organization does not list is an error', () => {
    expect(errorsOf({ organization: { projects: { shopp: OWNED } } })).toContain(
      'shop.yaml project: "shop" is not among the projects of _organization.yaml; did you mean `shopp`?',
    );
    expect(errorsOf({ organization: { projects: {} } })).toContain(
      'shop.yaml project: "shop" is not among the projects of _organization.yaml: add `shop: { owner: acme/platform }` there',
    );
  });

  it('two owners are an error', () => {
    expect(errorsOf({ project: { owner: 'acme/security' } })).toEqual([
      'shop.yaml owner: is acme/security, and _organization.yaml says that acme/platform owns this project: the two must agree',
    ]);
  });

  it('what was not offered is an error that names the offer to make', () => {
    expect(errorsOf({ organization: { projects: { shop: OWNED } } })).toEqual([
      'shop.yaml entitlements.preview.credential: the organization offers this project no `jwt` credential: add { kind: jwt, audiences: [https://previews.example.com] } to `projects.shop.may-offer` of _organization.yaml',
    ]);
    expect(errorsOf({ entitlement: { credential: { kind: 'jwt', audience: 'https://other.example.com' } } })).toEqual([
      'shop.yaml entitlements.preview.credential.audience: "https://other.example.com" is not offered (audiences: https://previews.example.com or https://deploy.example.com); add it to an offer of kind `jwt` in `projects.shop.may-offer` of _organization.yaml',
    ]);
  });
});

describe('a project and the configuration', () => {
  const issuers = [
    { name: 'github', owners: { acme: '1001' } },
    { name: 'ghes', owners: { acme: '7' } },
  ];
  const at = (issuer: string | undefined): Yaml => ({
    repositories: [{ name: 'acme/shop', id: '2001', ...(issuer === undefined ? {} : { issuer }) }],
  });

  it('the only issuer need not be named', () => {
    expect(
      buildPolicies({}, { issuers: [{ name: 'ghes', owners: { acme: '7' } }] }).projects.get('shop')?.repositories,
    ).toMatchObject([{ issuer: 'ghes' }]);
    expect(buildPolicies({}, { issuers: undefined }).projects.get('shop')?.repositories).toMatchObject([
      { issuer: 'github' },
    ]);
  });

  it('one of several issuers must be named, and rightly', () => {
    expect(errorsOf({ project: at(undefined) }, { issuers })).toEqual([
      'shop.yaml repositories[0].issuer: is missing: several issuers are configured, and ids of one mean nothing to another; write github or ghes',
    ]);
    expect(errorsOf({ project: at('gehs') }, { issuers })).toEqual([
      'shop.yaml repositories[0].issuer: "gehs" is not an issuer of the configuration; did you mean `ghes`?',
    ]);
    expect(errorsOf({ project: at('x') }, { issuers })).toEqual([
      'shop.yaml repositories[0].issuer: "x" is not an issuer of the configuration: there is github and ghes',
    ]);
    expect(errorsOf({ project: at('ghes') })).toEqual([
      'shop.yaml repositories[0].issuer: "ghes" is not an issuer of the configuration: there is github',
    ]);
    expect(errorsOf({ project: at('ghes') }, { issuers })).toEqual([]);
    expect(errorsOf({ project: at('gehs') }, { issuers: undefined })).toEqual([]);
  });

  it('warns of an owner whose jobs are refused anyway', () => {
    const project = { repositories: [{ name: 'stranger/shop', id: '2001' }] };
    expect(warningsOf({ project })).toEqual([
      'shop.yaml repositories[0].name: the owner of "stranger/shop" is not among `issuers.github.owners` of the configuration: its jobs are refused',
    ]);
    expect(warningsOf({ project: { repositories: [{ name: 'ACME/shop', id: '2001' }] } })).toEqual([]);
  });
});
