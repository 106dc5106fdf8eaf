import { describe, expect, it } from 'vitest';
import { sharedFigure } from '../../../broker/policy/risk-figure.ts';
import { createSharing } from '../../../broker/policy/sharing.ts';
import { GUARDED } from '../../support/build-lint.ts';
import type { Yaml } from '../../support/build-policy.ts';
import { figureOf, figureWithout, score, sentences } from '../../support/build-risk-figure.ts';

describe('the risk figure', () => {
  it('is the sum of its factors, the heaviest first, each with a sentence', () => {
    const { score: sum, level, factors } = figureOf({ ...GUARDED, allow: [{ branch: 'release/*', event: 'push' }] });
    expect([sum, level]).toEqual([67, 'high']);
    expect(factors).toHaveLength(9);
    expect(sentences({ ...GUARDED, allow: [{ branch: 'release/*', event: 'push' }] })).toEqual([
      '40 The policy says that it is of high risk.',
      '5 What a JWT can do is up to the one party that it is made for.',
      '4 Once handed out, it cannot be taken back.',
      '4 The first rule names no environment.',
      '4 The first rule allows runners that other jobs have used.',
      '4 Nobody has to agree.',
      '3 The first rule allows every branch of a form.',
      '2 The first rule allows any workflow.',
      '1 The first rule allows 3 repositories.',
    ]);
  });

  it('is 100 at most, and far from it where all is as it should be', () => {
    const best = {
      risk: 'low',
      allow: [
        {
          branch: 'main',
          environment: 'e',
          runner: 'github-hosted',
          workflow: '.github/workflows/d.yml',
          repository: 'acme/shop',
        },
      ],
    };
    expect(score({ ...best, approval: { by: 'acme/security' }, expires: '2027-01-01' })).toBe(9);
    const secret = { kind: 'github-token', repositories: 'acme/shop', permissions: { secrets: 'admin' } };
    expect(
      score({ risk: 'high', credential: secret, ttl: 'never', allow: [{ environment: '**', event: 'issue_comment' }] }),
    ).toBe(99);
  });

  it.each<[what: string, wider: Yaml, narrower: Yaml]>([
    ['approval', {}, { approval: { by: 'acme/security' } }],
    [
      'approval by another',
      { approval: { by: 'acme/security', self: 'allowed' } },
      { approval: { by: 'acme/security' } },
    ],
    ['break-glass', {}, { 'break-glass': { for: 'acme/security', notify: 'acme/security' } }],
    ['an end', {}, { expires: '2027-01-01' }],
    ['low risk', { risk: 'high' }, {}],
  ])('is lower with %s', (_what, wider, narrower) => {
    expect(score(narrower)).toBeLessThan(score(wider));
  });

  it('is the same with a review, by which nobody is asked yet', () => {
    expect(score({ review: { every: '90d', by: 'acme/security' } })).toBe(score({}));
  });

  it.each<[what: string, entitlement: Yaml, factors: string[]]>([
    ['a life of a quarter of an hour', { ttl: '15m' }, []],
    ['a life of up to an hour', { ttl: '16m' }, ['3 It lives for up to 16m.']],
    ['an hour', { ttl: '1h' }, ['3 It lives for up to 1h.']],
    ['a shift', { ttl: '8h' }, ['6 It lives for up to 8h.']],
    ['longer than a shift', { ttl: '9h' }, ['8 It lives for up to 9h.']],
    ['no end', { ttl: 'never' }, ['10 It never dies.']],
  ])('knows %s', (_what, ...[entitlement, factors]) => {
    expect(sentences(entitlement).filter((one) => /It (lives|never dies)/.test(one))).toEqual(factors);
  });

  it.each<[what: string, rule: Yaml, factors: string[]]>([
    ['any ref', { environment: 'e' }, ['6 The first rule allows any branch and tag.']],
    ['any branch', { branch: '**' }, ['5 The first rule allows any branch.']],
    ['any branch, however written', { branch: ['main', '*'] }, ['5 The first rule allows any branch.']],
    ['any tag', { tag: '**', 'protected-ref': true }, ['5 The first rule allows any tag.']],
    ['any full ref', { ref: 'refs/heads/**' }, ['5 The first rule allows any ref.']],
    ['branches of a form', { branch: 'release/*' }, ['3 The first rule allows every branch of a form.']],
    ['tags of a form', { tag: ['v1', 'v2.*'] }, ['3 The first rule allows every tag of a form.']],
    [
      'branches of a form that are protected',
      { branch: 'release/*', 'protected-ref': true },
      ['1 The first rule allows every branch of a form.'],
    ],
    ['any ref of two kinds', { branch: '**', ref: 'refs/heads/**' }, ['5 The first rule allows any branch or ref.']],
    ['one branch', { branch: ['main', 'next'] }, []],
    ['a branch named twice, once whole', { branch: '**', ref: 'refs/heads/main' }, []],
    [
      'a form of two kinds',
      { branch: 'release/*', ref: 'refs/heads/**' },
      ['3 The first rule allows every branch or ref of a form.'],
    ],
    ['pull requests', { 'pull-request': { into: 'release/*' } }, []],
  ])('knows %s', (_what, ...[rule, factors]) => {
    expect(sentences({ allow: [rule] }).filter((one) => /branch|tag|\bref\b/.test(one))).toEqual(factors);
  });

  it.each<[what: string, rule: Yaml, factors: string[]]>([
    ['no environment', { branch: 'main' }, ['4 The first rule names no environment.']],
    ['any environment', { environment: '**' }, ['4 The first rule names no environment.']],
    ['an environment', { environment: 'e' }, []],
    ['a protected one of any name', { environment: '**', 'protected-environment': true }, []],
  ])('knows %s', (_what, ...[rule, factors]) => {
    expect(sentences({ allow: [rule] }).filter((one) => one.includes('environment'))).toEqual(factors);
  });

  it.each<[what: string, rule: Yaml, factors: string[]]>([
    ['any runner', {}, ['4 The first rule allows runners that other jobs have used.']],
    [
      'one of either sort',
      { runner: ['github-hosted', 'self-hosted'] },
      ['4 The first rule allows runners that other jobs have used.'],
    ],
    ['a fresh one', { runner: 'github-hosted' }, []],
  ])('knows %s', (_what, ...[rule, factors]) => {
    expect(sentences({ allow: [{ branch: 'main', ...rule }] }).filter((one) => one.includes('runners'))).toEqual(
      factors,
    );
  });

  it.each<[what: string, rule: Yaml, factors: string[]]>([
    ['events of whoever may write', { branch: 'main' }, []],
    [
      'pull requests of anybody',
      { 'pull-request': { into: 'main' } },
      ['4 The first rule allows what people without write access can start (pull_request).'],
    ],
    [
      'comments of anybody',
      { branch: 'main', event: ['push', 'issues', 'issue_comment'] },
      ['7 The first rule allows what people without write access can start (issues, issue_comment).'],
    ],
    [
      'pull requests beside them',
      { branch: 'main', event: ['pull_request', 'issues'] },
      ['7 The first rule allows what people without write access can start (pull_request, issues).'],
    ],
  ])('knows %s', (_what, ...[rule, factors]) => {
    expect(sentences({ allow: [rule] }).filter((one) => one.includes('write access'))).toEqual(factors);
  });

  it.each<[what: string, rule: Yaml, factors: string[]]>([
    ['any workflow', {}, ['2 The first rule allows any workflow.']],
    ['a workflow', { workflow: '.github/workflows/a.yml' }, []],
    ['a called one', { 'called-workflow': 'acme/ci/.github/workflows/a.yml@refs/heads/main' }, []],
  ])('knows %s', (_what, ...[rule, factors]) => {
    expect(sentences({ allow: [{ branch: 'main', ...rule }] }).filter((one) => one.includes('workflow'))).toEqual(
      factors,
    );
  });

  it.each<[what: string, rule: Yaml, factors: string[]]>([
    ['each repository of the project', {}, ['1 The first rule allows 3 repositories.']],
    ['two by a pattern', { repository: 'ACME/*' }, ['1 The first rule allows 2 repositories.']],
    ['one alone', { repository: 'acme/shop' }, []],
  ])('knows %s', (_what, ...[rule, factors]) => {
    expect(sentences({ allow: [{ branch: 'main', ...rule }] }).filter((one) => one.includes('repositories'))).toEqual(
      factors,
    );
  });

  it('knows more than five repositories as many', () => {
    const of = (count: number) => {
      const repositories = Array.from({ length: count }, (_, at) => ({ name: `acme/r${at}`, id: `${at + 1}` }));
      return sentences({}, repositories).filter((one) => one.includes('repositories'));
    };
    expect([of(1), of(5), of(6)]).toEqual([
      [],
      ['1 The first rule allows 5 repositories.'],
      ['2 The first rule allows 6 repositories.'],
    ]);
  });

  it.each<[what: string, people: Yaml, factors: string[]]>([
    ['nobody', {}, ['4 Nobody has to agree.']],
    ['somebody else', { approval: { by: 'acme/security' } }, []],
    [
      'whoever asks',
      { approval: { by: 'acme/security', self: 'allowed' } },
      ['3 Whoever asks may agree by themselves.'],
    ],
    [
      'whoever asks, where only who started it is kept apart',
      { approval: { by: 'acme/security', 'apart-from': 'actor' } },
      ['3 Whoever asks may agree by themselves.'],
    ],
    [
      'somebody in an emergency',
      { approval: { by: 'acme/security' }, 'break-glass': { for: 'acme/security', notify: 'acme/security' } },
      ['3 In an emergency it is handed out before anybody agrees.'],
    ],
  ])('knows that %s must agree', (_what, ...[people, factors]) => {
    expect(sentences(people).filter((one) => one.includes('agree'))).toEqual(factors);
  });

  it('knows whether it can be taken back, and whether it ends', () => {
    const token = { kind: 'github-token', repositories: 'acme/shop', permissions: { contents: 'read' } };
    const secret = { kind: 'vault-secret', upstream: 'v', role: 'r', path: 'kv/a', values: { key: 'key' } };
    const backs = (entitlement: Yaml) => sentences(entitlement).filter((one) => one.includes('taken back'));
    expect(backs({})).toEqual(['4 Once handed out, it cannot be taken back.']);
    expect(backs({ credential: token })).toEqual([]);
    expect(backs({ credential: secret, ttl: '15m' })).toEqual([]);
    expect(backs({ credential: secret, ttl: 'never' })).toEqual(['4 Once handed out, it cannot be taken back.']);
    expect(sentences({})).toContain('2 It has no `expires`.');
    expect(sentences({ expires: '2027-01-01' })).not.toContain('2 It has no `expires`.');
  });

  it('counts the widest of several rules, of equal ones the first', () => {
    const allow = [{ branch: 'main' }, { branch: 'release/*' }, { branch: '**' }, { tag: '**' }];
    expect(sentences({ allow }).filter((one) => /any (branch|tag)|environment/.test(one))).toEqual([
      '5 The third rule allows any branch.',
      '4 The first rule names no environment.',
    ]);
  });

  it('is low under 35 points, medium under 65 and high from there', () => {
    const at = (entitlement: Yaml) => {
      const figure = figureOf(entitlement);
      return `${figure.score} ${figure.level}`;
    };
    const form = { branch: 'release/*' };
    expect(at({ ttl: '1d' })).toBe('34 low');
    expect(at({ ttl: '2h', allow: [form] })).toBe('35 medium');
    expect(at({ risk: 'high', expires: '2027-01-01' })).toBe('64 medium');
    const isProtected = { ...form, 'protected-ref': true };
    expect(at({ risk: 'high', expires: '2027-01-01', allow: [isProtected] })).toBe('65 high');
  });

  it.each<[what: string, entitlement: Yaml]>([
    ['an environment that is protected', { allow: [{ environment: '**', 'protected-environment': true }] }],
    ['a pull request', { allow: [{ 'pull-request': { into: 'main' } }] }],
    [
      'what can be taken back',
      { credential: { kind: 'github-token', repositories: 'acme/shop', permissions: { contents: 'read' } } },
    ],
  ])('says in whole sentences what it is made of, of %s too', (_what, entitlement) => {
    const { score: sum, factors } = figureOf(entitlement);
    expect(factors.reduce((total, { points }) => total + points, 0)).toBe(sum);
    expect(sentences(entitlement).filter((one) => !/^[1-9]\d* [A-Z].*\.$/.test(one))).toEqual([]);
  });

  it('of a credential that is not understood says nothing of its power', () => {
    expect(figureWithout('kind').filter((one) => one.includes('JWT'))).toEqual([]);
    expect(figureWithout('parameters').filter((one) => one.includes('JWT'))).toEqual([]);
    expect(figureWithout('kind')).toContain('4 Once handed out, it cannot be taken back.');
    expect([...figureWithout('kind'), ...figureWithout('parameters')].join()).not.toContain('undefined');
  });

  it('is kept once where many have the same, each factor too', () => {
    const share = createSharing();
    const [one, same, other] = [{}, {}, { ttl: '1h' }].map((keys) => sharedFigure(figureOf(keys), share));
    expect(same).toBe(one);
    expect(one).toEqual(figureOf({}));
    expect(other).toEqual(figureOf({ ttl: '1h' }));
    expect(one?.factors.filter((factor) => other?.factors.includes(factor))).toEqual(one?.factors);
  });
});
