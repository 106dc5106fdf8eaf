import { describe, expect, it } from 'vitest';
import type { Account, Facts, Found } from '../../../broker/facts.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { buildAsk, buildPolicies, outcomeOf, type Yaml } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const MAIN = buildSubject({ ref: 'refs/heads/main', environment: 'production' });
const RULE: Yaml = { branch: 'main', requester: 'acme/security', 'protected-environment': true };
const APPROVAL = { by: 'acme/release-managers' };

const decided = (entitlement: Yaml, facts: Facts, subject = MAIN) =>
  evaluate(buildPolicies({ entitlement }), subject, buildAsk({ facts }));

const APART = { ...APPROVAL, 'apart-from': 'commit-author' };
const ALICE = { id: '7', login: 'alice', isProgram: false };
const LIVE: Facts = { run: { value: { startedBy: ALICE, ended: false } } };
const WRITTEN: Facts = { commit: { value: { author: ALICE, committer: ALICE } } };
const teams = (value: boolean): Facts => ({ ...LIVE, teams: new Map([['acme/security', { value }]]) });

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

const by = (authors: Found<readonly Account[]>, project = 'shop'): Facts => ({
  policies: new Map([[project, { of: '', authors }]]),
});

describe('an approval apart from who wrote the policy', () => {
  it.each<[string, Facts, string]>([
    ['is asked for once it is known who did', by({ value: [ALICE] }), 'approval'],
    ['is refused where only another policy’s are known', by({ value: [ALICE] }, 'web'), 'FACT_UNAVAILABLE'],
    ['is refused where that is not to be had', by({ unavailable: 'x' }), 'FACT_UNAVAILABLE'],
    ['is refused where only who wrote the commit is known', WRITTEN, 'FACT_UNAVAILABLE'],
    ['is refused where nobody can be asked', { nobody: 'x' }, 'FACT_UNAVAILABLE'],
  ])('%s', (_what, facts, outcome) => {
    const approval = { ...APPROVAL, 'apart-from': 'policy-author' };
    expect(outcomeOf(decided({ allow: [{ branch: 'main' }], approval }, facts))).toBe(outcome);
  });
});

describe('an approval apart from people whom nobody knows', () => {
  it.each<[kind: string, reason: Yaml, facts: Facts, why: string]>([
    ['commit-author', { expected: 'a commit whose author is known', got: MAIN.sha }, {}, 'nobody asked for it'],
    ['commit-author', { expected: 'a commit whose author is known', got: MAIN.sha }, { nobody: 'no App' }, 'no App'],
    [
      'policy-author',
      { expected: 'a policy whose authors are known' },
      by({ unavailable: 'it is away' }),
      'it is away',
    ],
  ])('is refused, %s: says what is not known, and why', (kind, reason, ...[facts, why]) => {
    const approval = { ...APPROVAL, 'apart-from': kind };
    const decision = decided({ allow: [{ branch: 'main' }], approval }, facts);
    const who = kind === 'commit-author' ? 'the commit' : 'the policy';
    const message = `shop/preview needs approval by somebody else than who wrote ${who}, and who that is cannot be found out: ${why}.`;
    expect(decision).toMatchObject({ outcome: 'deny' });
    expect(decision.outcome === 'deny' && decision.reasons).toEqual([
      { code: 'FACT_UNAVAILABLE', message, condition: 'approval', ...reason },
    ]);
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
