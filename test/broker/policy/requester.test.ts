// Who asks, where people must agree. Over HTTP: approve-run-again.test.ts and not-approved.test.ts of the scenarios.
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../broker/facts.ts';
import type { Decision, Subject } from '../../../broker/model.ts';
import { isProgram, requesterOf } from '../../../broker/policy/requester.ts';
import { decide, outcomeOf, type Yaml } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const APPROVAL = { approval: { by: 'acme/release-managers' } };
const BREAK_GLASS = { 'break-glass': { for: 'acme/security', notify: 'acme/security' } };
const BOT: Partial<Subject> = { actor: 'renovate[bot]', actorId: '29139614' };
const AGAIN: Partial<Subject> = { runAttempt: '2' };
const ALICE = { id: '7', login: 'alice', isProgram: false };
const RENOVATE = { id: '29139614', login: 'renovate[bot]', isProgram: true };

const startedBy = (account: typeof ALICE, ended = false): Facts => ({ run: { value: { startedBy: account, ended } } });
const decided = (entitlement: Yaml, subject: Partial<Subject>, facts?: Facts): Decision =>
  decide(entitlement, buildSubject(subject), facts === undefined ? {} : { facts });
const reasonsOf = (decision: Decision) => (decision.outcome === 'deny' ? decision.reasons : []);

describe('a program', () => {
  it('is whoever has the mark of an App behind the login', () => {
    expect(['renovate[bot]', 'renovate', 'a[bot]b', '[bot]a'].map((actor) => isProgram({ actor }))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('asks no people where no rule names it', () => {
    expect(reasonsOf(decided(APPROVAL, BOT))).toEqual([
      {
        code: 'POLICY_NO_MATCH',
        message:
          'shop/preview needs approval, and this run was started by the program "renovate[bot]": have a person start it, or ask the owner for a rule that names it (`actor: "29139614"`).',
        condition: 'approval',
        expected: 'a person',
        got: 'renovate[bot]',
      },
    ]);
  });

  it('asks them where one does, whichever rule of the file it is', () => {
    const named = { branch: 'main', actor: ['29139614'] };
    for (const allow of [[named], [{ branch: 'main' }, named], [named, { branch: 'main' }]])
      expect(decided({ ...APPROVAL, allow }, BOT)).toMatchObject({ outcome: 'approval', rule: allow.indexOf(named) });
    expect(outcomeOf(decided({ ...APPROVAL, allow: [{ branch: 'main' }, { ...named, branch: 'x' }] }, BOT))).toBe(
      'POLICY_NO_MATCH',
    );
  });

  it('is told of its rules alone where none of them holds', () => {
    const reasons = reasonsOf(decided({ ...APPROVAL, allow: [{ branch: 'x' }] }, BOT));
    expect(reasons.map(({ condition }) => condition)).toEqual(['branch']);
  });

  it('is like anybody where nobody has to agree: the first rule that holds allows it', () => {
    const allow = [{ branch: 'main' }, { branch: 'main', actor: ['29139614'] }];
    expect(decided({ allow }, BOT)).toMatchObject({ outcome: 'permit', rule: 0 });
  });

  it('does not put another’s run before people by running it again', () => {
    expect(reasonsOf(decided(APPROVAL, AGAIN, startedBy(RENOVATE)))).toEqual([
      {
        code: 'POLICY_NO_MATCH',
        message:
          'shop/preview needs approval, and this run was started again by the program "renovate[bot]": have a person start it.',
        condition: 'approval',
        expected: 'a person',
        got: 'renovate[bot]',
      },
    ]);
    const allow = [{ branch: 'main', actor: ['29139614'] }];
    expect(outcomeOf(decided({ ...APPROVAL, allow }, { ...BOT, ...AGAIN }, startedBy(RENOVATE)))).toBe('approval');
  });
});

describe('a person', () => {
  it('is the first of the rules that hold, named or not', () => {
    const allow = [{ branch: 'main' }, { branch: 'main', actor: ['583231'] }];
    expect(decided({ ...APPROVAL, allow }, {})).toMatchObject({ outcome: 'approval', rule: 0 });
  });
});

describe('a run that was started again', () => {
  const WHO = 'who ran it again is not known, and must not be who';

  it.each<[what: string, entitlement: Yaml, facts: Facts | undefined, message: string]>([
    [
      'where nobody can be asked by whom',
      APPROVAL,
      undefined,
      `shop/preview needs approval, and this is attempt 2 of its run: ${WHO} approves (no GitHub App is configured here (\`github\` in the configuration, see docs/operations.md)). Start a new run.`,
    ],
    [
      'where GitHub did not say by whom',
      APPROVAL,
      { run: { unavailable: 'it is away' } },
      `shop/preview needs approval, and this is attempt 2 of its run: ${WHO} approves (it is away). Start a new run.`,
    ],
    [
      'where it was not asked by whom',
      APPROVAL,
      {},
      `shop/preview needs approval, and this is attempt 2 of its run: ${WHO} approves. Start a new run.`,
    ],
    [
      'where people can only invoke',
      BREAK_GLASS,
      {},
      `shop/preview needs break-glass, and this is attempt 2 of its run: ${WHO} reviews it later. Start a new run.`,
    ],
    [
      'where people can approve or invoke',
      { ...APPROVAL, ...BREAK_GLASS },
      {},
      `shop/preview needs approval, and this is attempt 2 of its run: ${WHO} approves. Start a new run.`,
    ],
  ])('is put before nobody %s', (_what, ...[entitlement, facts, message]) => {
    expect(reasonsOf(decided(entitlement, AGAIN, facts))).toEqual([
      { code: 'FACT_UNAVAILABLE', message, condition: 'approval', expected: 'the first attempt of a run', got: '2' },
    ]);
  });

  it('needs nobody to be known where nobody has to agree', () => {
    expect(decided({}, AGAIN).outcome).toBe('permit');
  });

  it('asks for nothing once it has ended', () => {
    expect(reasonsOf(decided({}, AGAIN, startedBy(ALICE, true)))).toEqual([
      {
        code: 'RUN_ENDED',
        message:
          'shop/preview is for jobs that run, and GitHub says that attempt 2 of run 15987654321 has ended: ask from a job of a new run.',
        expected: 'a run that has not ended',
        got: '15987654321, attempt 2',
      },
    ]);
    expect(decided({}, AGAIN, { run: { unavailable: 'it is away' } }).outcome).toBe('permit');
  });
});

describe('the requester', () => {
  it('is who started this attempt where that is known, else whom the token names', () => {
    expect(requesterOf(buildSubject(AGAIN), startedBy(ALICE))).toBe(ALICE);
    expect(requesterOf(buildSubject(), {})).toEqual({ id: '583231', login: 'octocat', isProgram: false });
    expect(requesterOf(buildSubject(BOT), { run: { unavailable: 'it is away' } })).toEqual(RENOVATE);
  });
});
