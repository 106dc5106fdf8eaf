import { describe, expect, it } from 'vitest';
import { buildOrganization, type Yaml } from '../../../support/build-policy.ts';
import { organizationLines } from '../../../support/diff-lines.ts';

describe('a change of teams and projects', () => {
  const teams = (security: Yaml): Yaml => ({
    teams: { ...(buildOrganization()['teams'] as Yaml), 'acme/security': security },
  });
  const project = (...offers: Yaml[]): Yaml => ({
    projects: { shop: { owner: 'acme/platform', 'may-offer': offers } },
  });
  const jwt = (...audiences: string[]): Yaml => ({ kind: 'jwt', audiences });

  it('says that a team is other people', () => {
    expect(organizationLines({}, teams({ github: '1' }))).toEqual([
      'wider: the team acme/security is github:1, and was github:4712: other people are in it',
    ]);
    expect(organizationLines({}, teams({ 'sign-in': 'sso', group: 'x' }))).toEqual([
      'wider: the team acme/security is sign-in:sso,group:x, and was github:4712: other people are in it',
    ]);
  });

  it('says which teams are added and gone', () => {
    const more = { teams: { ...(buildOrganization()['teams'] as Yaml), 'acme/new': { github: '9' } } };
    expect(organizationLines({}, more)).toEqual(['neutral: the team acme/new (github:9) is added']);
    expect(organizationLines(more, {})).toEqual(['narrower: the team acme/new (github:9) is removed']);
  });

  it('says which repositories are the project’s, by their ids', () => {
    const vouched = (...repositories: Yaml[]): Yaml => ({
      projects: { shop: { owner: 'acme/platform', repositories } },
    });
    const [api, web] = ['api', 'web'].map((name, at) => ({ name: `acme/${name}`, id: `${at + 1}` }));
    const tokens = 'of the project shop, which may hand out tokens for it';
    expect(organizationLines(vouched({ ...api }), vouched({ ...api, name: 'acme/renamed' }, { ...web }))).toEqual([
      `wider: the repository acme/web (2) is one ${tokens}`,
    ]);
    expect(organizationLines(vouched({ ...api }, { ...web }), vouched({ ...web }))).toEqual([
      `narrower: the repository acme/api (1) is no longer one ${tokens}`,
    ]);
  });

  it('says who owns a project now, and which are added and gone', () => {
    const owned = { projects: { shop: { owner: 'acme/security', 'may-offer': [jwt('a')] } } };
    expect(organizationLines(project(jwt('a')), owned)).toEqual([
      'wider: acme/security owns the project shop now, and before acme/platform',
    ]);
    expect(organizationLines({ projects: {} }, project())).toEqual([
      'wider: the project shop is added, and acme/platform owns it',
    ]);
    const whole = {
      shop: { owner: 'acme/platform', repositories: [{ name: 'acme/api', id: '1' }], 'may-offer': [jwt('a')] },
    };
    expect(organizationLines({ projects: {} }, { projects: whole })).toEqual([
      'wider: the project shop is added, and acme/platform owns it',
      'wider: the repository acme/api (1) is one of the project shop, which may hand out tokens for it',
      'wider: the project shop may offer {audiences:[a],kind:jwt} now',
    ]);
    expect(organizationLines(project(), { projects: {} })).toEqual(['narrower: the project shop is removed']);
  });
});

it('what was loosened comes first, and comments are nothing', () => {
  const before = { guardrails: { 'longest-ttl': { low: '1h' }, never: { events: ['issues'] } } };
  const now = { guardrails: { 'longest-ttl': { low: '30m' } } };
  expect(organizationLines(before, now).map((line) => line.slice(0, 5))).toEqual(['wider', 'narro']);
  expect(organizationLines({}, {})).toEqual([]);
});
