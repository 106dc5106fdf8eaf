import { describe, expect, it } from 'vitest';
import { organizationChanges } from '../../../../broker/policy/diff/organization-changes.ts';
import { organizationSchema } from '../../../../broker/policy/organization-document.ts';
import { buildOrganization, type Yaml } from '../../../support/build-policy.ts';

const changes = (before: Yaml, now: Yaml): readonly string[] =>
  organizationChanges(
    ...([before, now].map((keys) => organizationSchema.parse(buildOrganization(keys))) as [never, never]),
  ).map(({ direction, text }) => `${direction}: ${text}`);
const ofGuardrails = (before: Yaml, now: Yaml) => changes({ guardrails: before }, { guardrails: now });

const FREEZE = { from: '2026-12-20T00:00', to: '2027-01-02T00:00', zone: 'Europe/Berlin', reason: 'Holidays' };
const FROM_TO = 'from 2026-12-20T00:00 to 2027-01-02T00:00 Europe/Berlin';
const WAIVER = {
  entitlement: 'shop/preview',
  of: 'approval',
  until: '2026-12-31',
  owner: 'acme/security',
  reason: 'Old',
};
const needs = (...all: string[]): Yaml => ({ needs: all });

describe('a change of the guardrails', () => {
  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [
      { 'longest-ttl': { high: '15m' } },
      { 'longest-ttl': { high: '1h' } },
      ['wider: `longest-ttl` for high risk is 1h, and was 15m'],
    ],
    [{ 'longest-ttl': { high: '15m' } }, {}, ['wider: `longest-ttl` for high risk is unlimited, and was 15m']],
    [{}, { 'longest-ttl': { low: '1h' } }, ['narrower: `longest-ttl` for low risk is 1h, and was unlimited']],
    [
      { require: [{ risk: 'high', ...needs('environment', 'approval') }] },
      { require: [{ risk: 'high', ...needs('environment') }] },
      ['wider: `require` does not ask entitlements of high risk for `approval` any more'],
    ],
    [
      { require: [{ kind: 'aws-role', risk: 'low', ...needs('approval') }] },
      {},
      ['wider: `require` does not ask entitlements of low risk and kind aws-role for `approval` any more'],
    ],
    [
      {},
      { require: [{ environment: 'production', risk: 'high', ...needs('approval') }] },
      ['narrower: `require` asks entitlements of high risk in environment production for `approval` now'],
    ],
    [{ never: { events: ['issue_comment'] } }, {}, ['wider: `never.events` loses issue_comment']],
    [{ never: { runners: ['self-hosted'] } }, {}, ['wider: `never.runners` loses self-hosted']],
    [{}, { never: { events: ['issue_comment'] } }, ['narrower: `never.events` gains issue_comment']],
    [{}, { 'allow-static': ['shop/preview'] }, ['wider: `allow-static` gains shop/preview']],
    [
      {},
      { waivers: [WAIVER] },
      ['wider: the waiver of "approval" for shop/preview: until 2026-12-31 now, and before there is none'],
    ],
    [
      { waivers: [WAIVER] },
      { waivers: [{ ...WAIVER, until: '2027-06-30' }] },
      ['wider: the waiver of "approval" for shop/preview: until 2027-06-30 now, and before until 2026-12-31'],
    ],
    [
      { waivers: [WAIVER] },
      {},
      ['narrower: the waiver of "approval" for shop/preview: there is none now, and before until 2026-12-31'],
    ],
    [{ freeze: [FREEZE] }, {}, [`wider: the freeze "Holidays" (${FROM_TO}) is removed`]],
    [{}, { freeze: [FREEZE] }, [`narrower: the freeze "Holidays" (${FROM_TO}) is added`]],
    [
      { freeze: [FREEZE] },
      { freeze: [{ ...FREEZE, to: '2026-12-27T00:00' }] },
      [`wider: the freeze "Holidays" is from 2026-12-20T00:00 to 2026-12-27T00:00 Europe/Berlin, and was ${FROM_TO}`],
    ],
    [
      { freeze: [FREEZE] },
      { freeze: [{ ...FREEZE, except: ['shop/preview'] }] },
      ['wider: `except` of the freeze "Holidays" gains shop/preview'],
    ],
  ])('%j → %j', (before, now, said) => {
    expect(ofGuardrails(before, now)).toEqual(said);
  });

  it('that moves a need to a wider requirement is no loosening', () => {
    const before = { require: [{ risk: 'high', ...needs('approval') }] };
    expect(ofGuardrails(before, { require: [needs('approval')] })).toEqual([
      'narrower: `require` asks entitlements of low risk for `approval` now',
    ]);
  });
});

describe('a change of teams and projects', () => {
  const teams = (security: Yaml): Yaml => ({
    teams: { ...(buildOrganization()['teams'] as Yaml), 'acme/security': security },
  });
  const project = (...offers: Yaml[]): Yaml => ({
    projects: { shop: { owner: 'acme/platform', 'may-offer': offers } },
  });
  const jwt = (...audiences: string[]): Yaml => ({ kind: 'jwt', audiences });

  it('says that a team is other people', () => {
    expect(changes({}, teams({ github: '1' }))).toEqual([
      'wider: the team acme/security is github:1, and was github:4712: other people are in it',
    ]);
    expect(changes({}, teams({ 'sign-in': 'sso', group: 'x' }))[0]).toContain(
      'is sign-in:sso,group:x, and was github:4712',
    );
  });

  it('says who owns a project now, and which are added and gone', () => {
    const owned = { projects: { shop: { owner: 'acme/security', 'may-offer': [jwt('a')] } } };
    expect(changes(project(jwt('a')), owned)).toEqual([
      'wider: acme/security owns the project shop now, and before acme/platform',
    ]);
    expect(changes({ projects: {} }, project())).toEqual([
      'wider: the project shop is added, and acme/platform owns it',
    ]);
    expect(changes(project(), { projects: {} })).toEqual(['narrower: the project shop is removed']);
  });

  it.each<[before: Yaml[], now: Yaml[], said: string[]]>([
    [
      [jwt('a')],
      [jwt('a', 'b')],
      ['wider: the project shop may offer {audiences:[a,b],kind:jwt} now, and before {audiences:[a],kind:jwt}'],
    ],
    [
      [jwt('a', 'b')],
      [jwt('a')],
      ['narrower: the project shop may offer {audiences:[a],kind:jwt} now, and before {audiences:[a,b],kind:jwt}'],
    ],
    [
      [jwt('a')],
      [jwt('b')],
      [
        'wider: the project shop may offer {audiences:[b],kind:jwt} now',
        'narrower: the project shop may not offer {audiences:[a],kind:jwt} any more',
      ],
    ],
    [[], [jwt('a')], ['wider: the project shop may offer {audiences:[a],kind:jwt} now']],
    [[jwt('a', 'b'), jwt('c')], [jwt('c'), jwt('b', 'a')], []],
  ])('offers %j → %j', (before, now, said) => {
    expect(changes(project(...before), project(...now))).toEqual(said);
  });

  it('knows levels of permissions', () => {
    const token = (contents: string): Yaml => ({
      kind: 'github-token',
      repositories: [{ name: 'acme/libs', id: '2' }],
      permissions: { contents },
    });
    expect(changes(project(token('read')), project(token('write')))[0]).toMatch(/^wider: the project shop may offer/);
    expect(changes(project(token('write')), project(token('read')))[0]).toMatch(
      /^narrower: the project shop may offer/,
    );
  });
});

it('what was loosened comes first, and comments are nothing', () => {
  const before = { guardrails: { 'longest-ttl': { low: '1h' }, never: { events: ['issues'] } } };
  const now = { guardrails: { 'longest-ttl': { low: '30m' } } };
  expect(changes(before, now).map((line) => line.slice(0, 5))).toEqual(['wider', 'narro']);
  expect(changes({}, {})).toEqual([]);
});
