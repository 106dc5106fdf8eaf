import { describe, expect, it } from 'vitest';
import {
  buildEntitlement,
  buildOrganization,
  buildPolicies,
  buildProject,
  errorsOf,
  load,
  warningsOf,
  type Yaml,
  yamlText,
} from '../../support/build-policy.ts';

const FREEZE = { from: '2026-12-20T00:00', to: '2027-01-02T00:00', zone: 'Europe/Berlin', reason: 'Holidays' };
const WAIVER = {
  entitlement: 'shop/preview',
  of: 'approval',
  until: '2026-12-31',
  owner: 'acme/security',
  reason: 'Old',
};

describe('the organization', () => {
  it('must be there', () => {
    expect(errorsOf({ files: { '_organization.yaml': '' } })).toEqual([
      '_organization.yaml : is empty: it must be a map',
    ]);
    const result = load({}, { organizationFile: '_other.yaml' });
    expect(result).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([
        {
          ...{ file: '_other.yaml', line: 1, column: 1, key: '' },
          message:
            'is missing: it names the teams, the projects and what each may offer; nothing can be allowed without it',
        },
      ]),
      warnings: [],
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

  it('looks for what was meant among the entitlements of that name, and among the others of that project', () => {
    const shop = buildOrganization()['projects'] as Yaml;
    const warned = (entitlement: string): readonly string[] =>
      warningsOf({
        organization: { projects: { ...shop, store: shop['shop'] }, guardrails: { 'allow-static': [entitlement] } },
        files: {
          'store.yaml': yamlText(buildProject({ project: 'store', entitlements: { other: buildEntitlement() } })),
        },
      });
    const words = '_organization.yaml guardrails.allow-static[0]: no policy has an entitlement';
    expect(warned('sore/other')).toEqual([`${words} "sore/other"; did you mean \`store/other\`?`]);
    expect(warned('shop/other')).toEqual([`${words} "shop/other"; did you mean \`store/other\`?`]);
    expect(warned('store/othre')).toEqual([`${words} "store/othre"; did you mean \`store/other\`?`]);
    expect(warned('shpo/preview')).toEqual([`${words} "shpo/preview"; did you mean \`shop/preview\`?`]);
    expect(warned('shpo/preveiw')).toEqual([`${words} "shpo/preveiw"`]);
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

describe('the organization and the configuration', () => {
  const people = { signIn: ['sso'], roles: { security: ['acme/security', 'acme/secruity'], operators: ['x/y'] } };
  const ofGroup = (provider: string): Yaml => ({
    teams: { ...(buildOrganization()['teams'] as Yaml), 'acme/dba': { 'sign-in': provider, group: 'dba' } },
  });

  it('warns of a role for a team that is not there', () => {
    expect(warningsOf({}, { people })).toEqual([
      '_organization.yaml teams: the configuration gives the role `security` to the team "acme/secruity", which is not here; did you mean `acme/security`?',
      '_organization.yaml teams: the configuration gives the role `operators` to the team "x/y", which is not here: add it with its id',
    ]);
    expect(warningsOf({}, { people: { ...people, roles: { security: ['acme/security'] } } })).toEqual([]);
  });

  it('warns of a team that nobody can sign in to', () => {
    const signIn = { ...people, roles: {} };
    const words = '_organization.yaml teams.acme/dba.sign-in: the configuration has no sign-in provider';
    expect(warningsOf({ organization: ofGroup('sso') }, { people: signIn })).toEqual([]);
    expect(warningsOf({ organization: ofGroup('sos') }, { people: signIn })).toEqual([
      `${words} "sos"; did you mean \`sso\`?: nobody is in this team`,
    ]);
    expect(warningsOf({ organization: ofGroup('github') }, { people: signIn })).toEqual([
      `${words} "github": nobody is in this team`,
    ]);
  });

  it('says nothing of people where no configuration is at hand', () => {
    expect(warningsOf({ organization: ofGroup('sos') })).toEqual([]);
  });

  it('knows the group behind each team', () => {
    expect(buildPolicies({ organization: ofGroup('sso') }).teams).toEqual(
      new Map<string, unknown>([
        ['acme/platform', { github: '4710' }],
        ['acme/release-managers', { github: '4711' }],
        ['acme/security', { github: '4712' }],
        ['acme/dba', { signIn: 'sso', group: 'dba' }],
      ]),
    );
  });
});
