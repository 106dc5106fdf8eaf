import { describe, expect, it } from 'vitest';
import type { Facts, Found } from '../../../broker/facts.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { allNeeded, answers, factsNeeded } from '../../../broker/policy/facts-needed.ts';
import type { PolicyContext } from '../../../broker/policy/load-policy.ts';
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

  it('are those of teams alone, or of the environment alone, where a rule asks no more', () => {
    const of = (rule: Yaml) => needed({ allow: [{ branch: 'main', ...rule }] });
    expect(of({ requester: 'acme/security' })).toEqual({ run: true, commit: false, environment: false, teams: [TEAM] });
    expect(of({ 'protected-environment': true })).toEqual({ run: false, commit: false, environment: true, teams: [] });
  });

  it('are those of a rule beside one that holds at another time only', () => {
    const at = (days: string) => needed({ allow: [RULE, { branch: 'main', time: { zone: 'UTC', days } }] });
    expect(at('sun')).toBeUndefined();
    expect(at('mon')).toEqual({ run: true, commit: false, environment: true, teams: [TEAM] });
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
      environment: false,
      teams: [],
    });
    expect(needed(entitlement, { ...MAIN, runAttempt: '2', ref: 'refs/heads/x' })).toBeUndefined();
    expect(needed({ allow: [{ branch: 'main' }] }, { ...MAIN, runAttempt: '2' })).toBeUndefined();
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
    const all = { run: true, commit: true, environment: true, teams: [TEAM, { name: 'acme/platform', at: undefined }] };
    const found: Required<Omit<Facts, 'nobody'>> = {
      run: { unavailable: 'it is away' },
      commit: { unavailable: 'it is away' },
      environment: { value: false },
      teams: new Map([
        ['acme/security', { value: false }],
        ['acme/platform', { unavailable: 'it is away' }],
      ]),
    };
    expect(answers(found, all)).toBe(true);
    for (const key of ['run', 'commit', 'environment', 'teams'] as const) {
      const { [key]: _, ...others } = found;
      expect(answers(others, all)).toBe(false);
      expect(answers(others, { ...all, [key]: key === 'teams' ? [] : false })).toBe(true);
    }
    expect(answers({ ...found, teams: new Map([['acme/security', { value: true }]]) }, all)).toBe(false);
    expect(answers({ nobody: 'nobody' }, all)).toBe(true);
  });
});

describe('the facts that several asks need', () => {
  const NONE = { run: false, commit: false, environment: false, teams: [] };
  const PLATFORM = { name: 'acme/platform', at: { organizationId: '1001', teamId: '4710' } };

  it('are each asked for once', () => {
    const all = [
      NONE,
      { ...NONE, run: true, teams: [TEAM] },
      { ...NONE, commit: true, environment: true, teams: [PLATFORM, TEAM] },
    ];
    expect(allNeeded(all)).toEqual({ run: true, commit: true, environment: true, teams: [TEAM, PLATFORM] });
    expect(allNeeded([NONE, NONE])).toEqual(NONE);
  });

  it('are none where no ask needs any', () => {
    expect(allNeeded([])).toBeUndefined();
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

  it('without an answer of each team is a no of none', () => {
    const entitlement = { allow: [{ branch: 'main', requester: ['acme/security', 'acme/platform'] }] };
    const said = (found: readonly (readonly [string, Found<boolean>])[]) =>
      decided(entitlement, { ...LIVE, teams: new Map(found) });
    const [no, away] = [{ value: false }, { unavailable: 'it is away' }];
    expect(
      outcomeOf(
        said([
          ['acme/security', no],
          ['acme/platform', no],
        ]),
      ),
    ).toBe('POLICY_NO_MATCH');
    for (const [asked, why] of [
      [[['acme/security', no]], 'nobody asked for it'],
      [[['acme/platform', no]], 'nobody asked for it'],
      [
        [
          ['acme/security', no],
          ['acme/platform', away],
        ],
        'it is away',
      ],
    ] as const)
      expect(said(asked)).toMatchObject({
        reasons: [
          {
            code: 'FACT_UNAVAILABLE',
            message: `The first rule needs \`requester\` (acme/security or acme/platform), and whether that holds cannot be found out: ${why}. Without that the rule does not hold; where it cannot be mended, ask acme/platform for one without it.`,
          },
        ],
      });
  });

  it.each<[who: string, run: Facts, got: string]>([
    ['who started this attempt', LIVE, 'alice (id 7)'],
    ['whom the token names, where that is not known', { run: { unavailable: 'x' } }, 'octocat (id 583231)'],
    ['whom the token names, where that was not asked', {}, 'octocat (id 583231)'],
  ])('says of a team that it lacks %s', (_who, run, got) => {
    const facts = { ...run, teams: new Map([['acme/security', { value: false }]]) };
    expect(decided(TEAM_ONLY, facts)).toMatchObject({
      reasons: [
        {
          code: 'POLICY_NO_MATCH',
          condition: 'requester',
          expected: 'acme/security',
          got,
          message: `The first rule wants \`requester\` to be acme/security; this job has "${got}". Have a member of such a team start the run, or ask acme/platform to change the rule in shop.yaml.`,
        },
      ],
    });
  });

  it('says of an environment that nothing guards what would', () => {
    const entitlement = { allow: [{ branch: 'main', 'protected-environment': true }] };
    const reasonOf = (facts: Facts, subject: Partial<typeof MAIN> = {}) => {
      const decision = decided(entitlement, facts, { ...MAIN, ...subject });
      return decision.outcome === 'deny' ? decision.reasons[0] : undefined;
    };
    const remedy =
      'Have required reviewers, or a deployment branch policy that keeps branches out, set on the environment, or ask acme/platform to change the rule in shop.yaml.';
    const wants =
      'The first rule wants `protected-environment` to be an environment with protection rules; this job has';
    expect(reasonOf({ environment: { value: false } })?.message).toBe(
      `${wants} "production, without such rules". ${remedy}`,
    );
    expect(reasonOf({}, { environment: undefined })?.message).toBe(`${wants} none. ${remedy}`);
    expect(reasonOf({ environment: { value: true } })).toBeUndefined();
  });

  it('names what failed, and not what nobody asked about because of it', () => {
    const elsewhere = { ...MAIN, ref: 'refs/heads/x' };
    expect(outcomeOf(decided({ allow: [RULE] }, {}, elsewhere))).toBe('POLICY_NO_MATCH');
    expect(decided({ allow: [RULE] }, teams(false), elsewhere)).toMatchObject({
      reasons: [{ condition: 'branch' }, { condition: 'requester' }],
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
