import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../broker/facts.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { answers, factsNeeded } from '../../../broker/policy/facts-needed.ts';
import { buildAsk, buildPolicies, outcomeOf, warningsOf, type Yaml } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const MAIN = buildSubject({ ref: 'refs/heads/main', environment: 'production' });
const TEAM = { name: 'acme/security', at: { organizationId: '1001', teamId: '4712' } };
const RULE: Yaml = { branch: 'main', requester: 'acme/security', 'protected-environment': true };
const APPROVAL = { by: 'acme/release-managers' };

const needed = (entitlement: Yaml, subject = MAIN) => factsNeeded(buildPolicies({ entitlement }), subject, buildAsk());
const decided = (entitlement: Yaml, facts: Facts, subject = MAIN) =>
  evaluate(buildPolicies({ entitlement }), subject, buildAsk({ facts }));

const APART = { ...APPROVAL, 'apart-from': 'commit-author' };
const ALICE = { id: '7', login: 'alice', isProgram: false };
const LIVE: Facts = { run: { value: { startedBy: ALICE, ended: false } } };
const WRITTEN: Facts = { commit: { value: { author: ALICE, committer: ALICE } } };
const teams = (value: boolean): Facts => ({ ...LIVE, teams: new Map([['acme/security', { value }]]) });

describe('facts that are needed', () => {
  it('are those of a rule that holds but for them', () => {
    expect(needed({ allow: [RULE] })).toEqual({ run: true, commit: false, environment: true, teams: [TEAM] });
    expect(needed({ allow: [{ branch: 'main', 'protected-environment': true }] })).toEqual({
      ...{ run: false, commit: false, environment: true, teams: [] },
    });
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
      environment: false,
      teams: [],
    });
    expect(needed(entitlement, { ...MAIN, runAttempt: '2', ref: 'refs/heads/x' })).toBeUndefined();
  });

  it('are who wrote the commit, where people decide and the policy keeps them apart', () => {
    const entitlement = { allow: [{ branch: 'main' }], approval: APART };
    const commit = { run: false, commit: true, environment: false, teams: [] };
    expect(needed(entitlement)).toEqual(commit);
    expect(needed(entitlement, { ...MAIN, runAttempt: '2' })).toEqual({ ...commit, run: true });
    expect(needed({ ...entitlement, allow: [RULE] })).toMatchObject({ commit: true, environment: true });
    expect(needed(entitlement, { ...MAIN, ref: 'refs/heads/x' })).toBeUndefined();
    expect([answers({}, commit), answers(WRITTEN, commit)]).toEqual([false, true]);
  });

  it('are answered by an answer to each, or where nobody can be asked', () => {
    const all = needed({ allow: [RULE] });
    if (all === undefined) throw new Error('needs facts');
    expect(
      [{}, LIVE, teams(true), { ...teams(true), environment: { value: false } }].map((one) => answers(one, all)),
    ).toEqual([...[false, false, false, true]]);
    expect(answers({ nobody: 'nobody' }, all)).toBe(true);
  });
});

describe('a decision with facts', () => {
  const TEAM_ONLY = { allow: [{ branch: 'main', requester: 'acme/security' }] };
  it.each<[string, Facts, string]>([
    ['a member', teams(true), 'permit'],
    ['somebody else', teams(false), 'POLICY_NO_MATCH'],
    ['nobody knows', { ...LIVE, teams: new Map([['acme/security', { unavailable: 'x' }]]) }, 'FACT_UNAVAILABLE'],
    ['not asked', {}, 'FACT_UNAVAILABLE'],
    ['nobody to ask', { nobody: 'x' }, 'FACT_UNAVAILABLE'],
    [
      'a member, of a run that ended',
      { ...teams(true), run: { value: { startedBy: ALICE, ended: true } } },
      'RUN_ENDED',
    ],
  ])('%s', (_who, facts, outcome) => {
    expect(outcomeOf(decided(TEAM_ONLY, facts))).toBe(outcome);
  });

  it('one team of several is enough, and an unknown one is no “no”', () => {
    const entitlement = { allow: [{ branch: 'main', requester: ['acme/security', 'acme/platform'] }] };
    const both = (platform: boolean): Facts => ({
      ...LIVE,
      teams: new Map([
        ['acme/security', { unavailable: 'it is away' }],
        ['acme/platform', { value: platform }],
      ]),
    });
    expect(outcomeOf(decided(entitlement, both(true)))).toBe('permit');
    expect(decided(entitlement, both(false))).toMatchObject({
      reasons: [{ code: 'FACT_UNAVAILABLE', message: expect.stringContaining('it is away') }],
    });
  });

  it('lets a run that was started again be put before people, once it is known by whom', () => {
    const entitlement = { allow: [{ branch: 'main' }], approval: APPROVAL };
    const again = { ...MAIN, runAttempt: '2' };
    expect(outcomeOf(decided(entitlement, LIVE, again))).toBe('approval');
    expect(outcomeOf(decided(entitlement, { run: { unavailable: 'x' } }, again))).toBe('FACT_UNAVAILABLE');
    const bot: Facts = { run: { value: { startedBy: { ...ALICE, isProgram: true }, ended: false } } };
    expect(outcomeOf(decided(entitlement, bot, again))).toBe('POLICY_NO_MATCH');
  });
});

describe('an approval apart from who wrote the commit', () => {
  it.each<[string, Facts, string]>([
    ['is asked for once it is known who did', WRITTEN, 'approval'],
    ['is refused where that is not to be had', { commit: { unavailable: 'x' } }, 'FACT_UNAVAILABLE'],
    ['is refused where nobody can be asked', { nobody: 'x' }, 'FACT_UNAVAILABLE'],
    ['is refused where nobody was', {}, 'FACT_UNAVAILABLE'],
  ])('%s', (_what, facts, outcome) => {
    expect(outcomeOf(decided({ allow: [{ branch: 'main' }], approval: APART }, facts))).toBe(outcome);
  });

  it('is not the reason where no rule allows the ask', () => {
    const entitlement = { allow: [{ branch: 'main' }], approval: APART };
    const other = decided(entitlement, {}, { ...MAIN, ref: 'refs/heads/x' });
    expect(other).toMatchObject({ reasons: [{ code: 'POLICY_NO_MATCH', condition: 'branch' }] });
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

  it('warns of an author that nobody can be asked for, and of one of the policy, whom nobody knows', () => {
    const apart = (who: string) => ({ entitlement: { approval: { ...APPROVAL, 'apart-from': who } } });
    expect(warningsOf(apart('commit-author'), { facts: false })).toEqual([
      expect.stringContaining('until a GitHub App is configured (`github`)'),
    ]);
    expect(warningsOf(apart('commit-author'), { facts: true })).toEqual([]);
    expect(warningsOf(apart('policy-author'), { facts: true })).toEqual([
      expect.stringMatching(/nobody says whose change it is.*FACT_UNAVAILABLE/),
    ]);
  });

  it('warns of a team that GitHub does not know', () => {
    const organization = {
      teams: {
        'acme/platform': { github: '4710' },
        'acme/security': { 'sign-in': 'sso', group: 'security' },
      },
    };
    expect(warningsOf({ entitlement, organization }, { facts: true })).toEqual([
      expect.stringContaining('acme/security is a group of a sign-in provider, whom GitHub cannot be asked about'),
    ]);
  });
});
