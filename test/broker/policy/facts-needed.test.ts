import { describe, expect, it } from 'vitest';
import { type Facts, type FactsNeeded, type PolicyVersion, versionKey } from '../../../broker/facts.ts';
import { allNeeded, answers, factsNeeded } from '../../../broker/policy/facts-needed.ts';
import type { PolicyContext } from '../../../broker/policy/load-policy.ts';
import { buildAsk, buildPolicies, warningsOf, type Yaml } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const MAIN = buildSubject({ ref: 'refs/heads/main', environment: 'production' });
const TEAM = { name: 'acme/security', at: { organizationId: '1001', teamId: '4712' } };
const RULE: Yaml = { branch: 'main', requester: 'acme/security', 'protected-environment': true };
const APPROVAL = { by: 'acme/release-managers' };

const needed = (entitlement: Yaml, subject = MAIN) => factsNeeded(buildPolicies({ entitlement }), subject, buildAsk());

const APART = { ...APPROVAL, 'apart-from': 'commit-author' };
const ALICE = { id: '7', login: 'alice', isProgram: false };
const WRITTEN: Facts = { commit: { value: { author: ALICE, committer: ALICE } } };

const NONE: FactsNeeded = { run: false, commit: false, policies: [], environment: false, teams: [] };
const VERSION: PolicyVersion = { project: 'shop', file: 'shop.yaml', blob: 'b'.repeat(40), commit: undefined };

describe('facts that are needed', () => {
  it('are those of a rule that holds but for them', () => {
    expect(needed({ allow: [RULE] })).toEqual({
      run: true,
      commit: false,
      policies: [],
      environment: true,
      teams: [TEAM],
    });
    expect(needed({ allow: [{ branch: 'main', 'protected-environment': true }] })).toEqual({
      ...{ run: false, commit: false, policies: [], environment: true, teams: [] },
    });
  });

  it('are those of teams alone, or of the environment alone, where a rule asks no more', () => {
    const of = (rule: Yaml) => needed({ allow: [{ branch: 'main', ...rule }] });
    expect(of({ requester: 'acme/security' })).toEqual({
      run: true,
      commit: false,
      policies: [],
      environment: false,
      teams: [TEAM],
    });
    expect(of({ 'protected-environment': true })).toEqual({
      run: false,
      commit: false,
      policies: [],
      environment: true,
      teams: [],
    });
  });

  it('are those of a rule beside one that holds at another time only', () => {
    const at = (days: string) => needed({ allow: [RULE, { branch: 'main', time: { zone: 'UTC', days } }] });
    expect(at('sun')).toBeUndefined();
    expect(at('mon')).toEqual({ run: true, commit: false, policies: [], environment: true, teams: [TEAM] });
  });

  it.each<[string, Yaml, Partial<PolicyContext>]>([
    ['a group of a sign-in provider', { 'acme/security': { 'sign-in': 'sso', group: 'g' } }, {}],
    ['a team of an owner that is not configured', {}, { issuers: [{ name: 'github', owners: { other: '1002' } }] }],
    ['any team, where nothing is configured', {}, { issuers: undefined }],
  ])('name %s without the ids that GitHub would know it by', (_what, teams, context) => {
    const known = { 'acme/platform': { github: '4710' }, 'acme/security': { github: '4712' } };
    const project = { repositories: [{ name: 'other/shop', id: '2001' }] };
    const organization = { teams: { ...known, ...teams } };
    const policies = buildPolicies({ entitlement: { allow: [RULE] }, organization, project }, context);
    const subject = { ...MAIN, repositoryOwnerId: '1002' };
    expect(factsNeeded(policies, subject, buildAsk())?.teams).toEqual([{ name: 'acme/security', at: undefined }]);
  });

  it.each([{ project: 'none' }, { entitlement: 'none' }])('are none of what is not there: %j', (ask) => {
    expect(factsNeeded(buildPolicies({ entitlement: { allow: [RULE] } }), MAIN, buildAsk(ask))).toBeUndefined();
  });

  it.each<[string, Yaml, Partial<typeof MAIN>]>([
    ['no rule asks for any', { allow: [{ branch: 'main' }] }, {}],
    ['another rule holds', { allow: [RULE, { branch: 'main' }] }, {}],
    ['the rule fails otherwise', { allow: [RULE] }, { ref: 'refs/heads/x' }],
    ['the job has no environment', { allow: [RULE] }, { environment: undefined }],
    ['the repository is somebody else’s now', { allow: [RULE] }, { repositoryOwnerId: '9' }],
    ['the job is a stranger', { allow: [RULE] }, { repositoryId: '9' }],
    [
      'it is refused whatever they are',
      {
        allow: [RULE],
        credential: { kind: 'github-token', repositories: 'acme/shop', permissions: { contents: 'read' } },
      },
      {},
    ],
    ['people decide on a first attempt', { allow: [{ branch: 'main' }], approval: APPROVAL }, {}],
  ])('are none where %s', (_why, entitlement, subject) => {
    expect(needed(entitlement, { ...MAIN, ...subject })).toBeUndefined();
  });

  it('are who started it, where people decide on a run that was started again', () => {
    const entitlement = { allow: [{ branch: 'main' }], approval: APPROVAL };
    expect(needed(entitlement, { ...MAIN, runAttempt: '2' })).toEqual({
      run: true,
      commit: false,
      policies: [],
      environment: false,
      teams: [],
    });
    expect(needed(entitlement, { ...MAIN, runAttempt: '2', ref: 'refs/heads/x' })).toBeUndefined();
    expect(needed({ allow: [{ branch: 'main' }] }, { ...MAIN, runAttempt: '2' })).toBeUndefined();
  });

  it('are who wrote the commit, where people decide and the policy keeps them apart', () => {
    const entitlement = { allow: [{ branch: 'main' }], approval: APART };
    const commit = { run: false, commit: true, policies: [], environment: false, teams: [] };
    expect(needed(entitlement)).toEqual(commit);
    expect(needed(entitlement, { ...MAIN, runAttempt: '2' })).toEqual({ ...commit, run: true });
    expect(needed({ ...entitlement, allow: [RULE] })).toMatchObject({ commit: true, environment: true });
    expect(needed(entitlement, { ...MAIN, ref: 'refs/heads/x' })).toBeUndefined();
    expect([answers({}, commit), answers(WRITTEN, commit)]).toEqual([false, true]);
  });

  it('are who wrote the version of the policy that decides, where the policy keeps them apart', () => {
    const apart = { ...APPROVAL, 'apart-from': 'policy-author' };
    const set = buildPolicies({ entitlement: { allow: [{ branch: 'main' }], approval: apart } });
    const of = (commit: string | undefined) => factsNeeded({ ...set, commit }, MAIN, buildAsk());
    const blob = set.projects.get('shop')?.blob ?? '';
    const version: PolicyVersion = { project: 'shop', file: 'shop.yaml', blob, commit: 'c'.repeat(40) };
    expect(blob).toMatch(/^[0-9a-f]{40}$/);
    expect(of(version.commit)).toEqual({ ...NONE, policies: [version] });
    expect(of(undefined)).toEqual({ ...NONE, policies: [{ ...version, commit: undefined }] });
    const found = (other: Partial<PolicyVersion>): Facts => ({
      policies: new Map([['shop', { of: versionKey({ ...version, ...other }), authors: { value: [ALICE] } }]]),
    });
    const asked = { ...NONE, policies: [version] };
    expect(answers(found({}), asked)).toBe(true);
    for (const other of [{ blob: 'b' }, { commit: 'd'.repeat(40) }, { file: 'x.yaml' }])
      expect(answers(found(other), asked)).toBe(false);
    expect([answers({}, asked), answers({ policies: new Map() }, asked)]).toEqual([false, false]);
  });

  it('are answered by an answer to each, or where nobody can be asked', () => {
    const all = {
      run: true,
      commit: true,
      policies: [VERSION],
      environment: true,
      teams: [TEAM, { name: 'acme/platform', at: undefined }],
    };
    const found: Required<Omit<Facts, 'nobody'>> = {
      run: { unavailable: 'it is away' },
      commit: { unavailable: 'it is away' },
      policies: new Map([['shop', { of: versionKey(VERSION), authors: { unavailable: 'it is away' } }]]),
      environment: { value: false },
      teams: new Map([
        ['acme/security', { value: false }],
        ['acme/platform', { unavailable: 'it is away' }],
      ]),
    };
    expect(answers(found, all)).toBe(true);
    for (const key of ['run', 'commit', 'policies', 'environment', 'teams'] as const) {
      const { [key]: _, ...others } = found;
      expect(answers(others, all)).toBe(false);
      expect(answers(others, { ...all, [key]: key === 'teams' || key === 'policies' ? [] : false })).toBe(true);
    }
    expect(answers({ ...found, teams: new Map([['acme/security', { value: true }]]) }, all)).toBe(false);
    expect(answers({ nobody: 'nobody' }, all)).toBe(true);
  });
});

describe('the facts that several asks need', () => {
  const PLATFORM = { name: 'acme/platform', at: { organizationId: '1001', teamId: '4710' } };

  it('are each asked for once', () => {
    const all = [
      NONE,
      { ...NONE, run: true, teams: [TEAM] },
      { ...NONE, commit: true, environment: true, teams: [PLATFORM, TEAM] },
    ];
    expect(allNeeded(all)).toEqual({
      run: true,
      commit: true,
      policies: [],
      environment: true,
      teams: [TEAM, PLATFORM],
    });
    expect(allNeeded([NONE, NONE])).toEqual(NONE);
    const [other, newer] = [
      { ...VERSION, project: 'web' },
      { ...VERSION, blob: 'c'.repeat(40) },
    ];
    const versions = [VERSION, other, newer].map((version) => ({ ...NONE, policies: [version] }));
    expect(allNeeded(versions)?.policies).toEqual([newer, other]);
  });

  it('are none where no ask needs any', () => {
    expect(allNeeded([])).toBeUndefined();
  });
});

describe('loading', () => {
  const entitlement = { allow: [{ branch: 'main', requester: 'acme/security' }] };
  it('warns of a fact where no App is configured, and of nothing where one is', () => {
    expect(warningsOf({ entitlement }, { facts: false })).toEqual([
      expect.stringContaining('until a GitHub App is configured (`github`)'),
    ]);
    expect(warningsOf({ entitlement }, { facts: true })).toEqual([]);
  });

  it('warns of authors that nobody can be asked for', () => {
    const apart = (who: string) => ({ entitlement: { approval: { ...APPROVAL, 'apart-from': who } } });
    expect(warningsOf(apart('commit-author'), { facts: false })).toEqual([
      'shop.yaml entitlements.preview.approval.apart-from: needs to know who wrote the commit, which GitHub is asked: it loads, and refuses every job with FACT_UNAVAILABLE until a GitHub App is configured (`github`)',
    ]);
    expect(warningsOf(apart('commit-author'), { facts: true })).toEqual([]);
    expect(warningsOf(apart('policy-author'), { facts: true })).toEqual([
      expect.stringMatching(/who wrote the policy.*FACT_UNAVAILABLE until .*`policies.kept-in`/),
    ]);
    expect(warningsOf(apart('policy-author'), { facts: true, keptIn: false })).toEqual([
      expect.stringMatching(/needs to know who wrote the policy.*`policies.kept-in`.*FACT_UNAVAILABLE/),
    ]);
    expect(warningsOf(apart('policy-author'), { facts: true, keptIn: true })).toEqual([]);
  });

  it('warns of a team that GitHub does not know', () => {
    const organization = {
      teams: {
        'acme/platform': { github: '4710' },
        'acme/security': { 'sign-in': 'sso', group: 'security' },
      },
    };
    expect(warningsOf({ entitlement, organization }, { facts: true })).toEqual([
      'shop.yaml entitlements.preview.allow[0].requester: acme/security is a group of a sign-in provider, whom GitHub cannot be asked about: it lets nobody in here',
    ]);
  });
});
