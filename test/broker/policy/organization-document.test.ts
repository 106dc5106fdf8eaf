// The organization's file, key by key; what the keys mean together is in organization.test.ts.
import { describe, expect, it } from 'vitest';
import { jsonSchemaOf } from '../../../broker/policy/json-schema.ts';
import { organizationSchema } from '../../../broker/policy/organization-document.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import { errorsOf, type Yaml } from '../../support/build-policy.ts';

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
  ...[null, {}, true].map((need): [string, Yaml, string] => [
    `${JSON.stringify(need)} as a need`,
    { guardrails: { require: [{ needs: [need] }] } },
    need === null
      ? 'guardrails.require[0].needs[0]: is empty: it must be text'
      : `guardrails.require[0].needs[0]: must be text, not ${need === true ? 'true: put it in quotes, "true"' : 'a map'}`,
  ]),
  ...['pull-request', 'time', 'claims', 'review'].map((key): [string, Yaml, string] => [
    `a need of ${key} with a value`,
    { guardrails: { require: [{ needs: [`${key}: x`] }] } },
    `guardrails.require[0].needs[0]: \`${key}\` can only be needed as such: write "${key}"`,
  ]),
  [
    'a need of another risk',
    { guardrails: { require: [{ risk: 'medium', needs: ['approval'] }] } },
    'guardrails.require[0].risk: must be `low` or `high`, not "medium"',
  ],
  [
    'every runner forbidden',
    { guardrails: { never: { runners: ['github-hosted', 'self-hosted'] } } },
    'guardrails.never.runners: names every runner there is: nothing could be allowed',
  ],
  [
    'too long a reason of a freeze',
    { guardrails: { freeze: [{ ...FREEZE, reason: 'a'.repeat(201) }] } },
    'guardrails.freeze[0].reason: must have at most 200 characters',
  ],
  [
    'a freeze of no time',
    { guardrails: { freeze: [{ ...FREEZE, to: FREEZE.from }] } },
    'guardrails.freeze[0].to: 2026-12-20T00:00 is not after 2026-12-20T00:00: the freeze would never hold',
  ],
  [
    'too long a reason of a waiver',
    { guardrails: { waivers: [{ ...WAIVER, reason: 'a'.repeat(201) }] } },
    'guardrails.waivers[0].reason: must have at most 200 characters',
  ],
  [
    'a waiver of nothing',
    { guardrails: { waivers: [{ ...WAIVER, of: '' }] } },
    'guardrails.waivers[0].of: is empty: name at least one, or leave the key out',
  ],
  [
    'a team without anything',
    { teams: { 'acme/platform': null } },
    'teams.acme/platform: is empty: write { github: "ID" }, which `buildpass policy pin --write` asks GitHub for by the name, or { sign-in, group }',
  ],
  [
    'a team with a group of too long an id',
    { teams: { 'acme/platform': { 'sign-in': 'sso', group: 'a'.repeat(201) } } },
    'teams.acme/platform.group: must have at most 200 characters',
  ],
  ['a team that is text', { teams: { 'acme/platform': '4710' } }, 'teams.acme/platform: must be a map, not text'],
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

describe('the organization’s file', () => {
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

  it('holds nobody to what it leaves out', () => {
    const guardrails = {
      ...{ 'longest-ttl': {}, require: [], never: { events: [], runners: [] } },
      ...{ 'allow-static': [], freeze: [], waivers: [] },
    };
    expect(organizationSchema.parse({})).toEqual({ teams: {}, projects: {}, guardrails });
    const { projects, guardrails: given } = organizationSchema.parse({
      projects: { shop: OWNED },
      guardrails: {
        'longest-ttl': { high: '60s' },
        never: {},
        freeze: [FREEZE],
        waivers: [{ ...WAIVER, reason: 'a'.repeat(200) }],
      },
    });
    expect(projects).toEqual({ shop: { ...OWNED, repositories: [], 'may-offer': [] } });
    expect(given['longest-ttl']).toEqual({ high: 60 });
    expect(given.never).toEqual({ events: [], runners: [] });
    expect(given.freeze).toEqual([{ ...FREEZE, except: [] }]);
  });

  it('asks for a condition, or for one of its values, which may itself have a colon', () => {
    const needs = ['approval', 'environment', 'runner: github-hosted', 'branch:main', 'ref:  a: b', 'workflow: a\nb'];
    const [required] = organizationSchema.parse({ guardrails: { require: [{ needs }] } }).guardrails.require;
    expect(required).toEqual({
      needs: [
        { text: 'approval', key: 'approval', value: undefined },
        { text: 'environment', key: 'environment', value: undefined },
        { text: 'runner: github-hosted', key: 'runner', value: 'github-hosted' },
        { text: 'branch:main', key: 'branch', value: 'main' },
        { text: 'ref:  a: b', key: 'ref', value: 'a: b' },
        { text: 'workflow: a\nb', key: 'workflow', value: 'a\nb' },
      ],
    });
  });

  it('tells an editor which keys an offer of each kind has', () => {
    const schema = jsonSchemaOf(organizationSchema, { title: 'The organization', kinds: credentialKinds(['jwt']) });
    const jwt = expect.objectContaining({
      properties: expect.objectContaining({ kind: { const: 'jwt' }, audiences: expect.anything() }),
    });
    const offers = { items: { anyOf: expect.arrayContaining([jwt]) } };
    expect(schema).toMatchObject({
      properties: { projects: { additionalProperties: { properties: { 'may-offer': offers } } } },
    });
  });
});
