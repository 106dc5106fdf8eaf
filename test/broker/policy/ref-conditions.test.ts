import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../broker/model.ts';
import { decideRule, outcomeOf, type Yaml } from '../../support/build-policy.ts';
import { buildPullRequest, buildSubject } from '../../support/build-subject.ts';

const outcome = (rule: Yaml, subject: Subject): string => outcomeOf(decideRule(rule, subject));
const ON_DEFAULT_BRANCH = [
  'pull_request_target',
  'workflow_run',
  'issue_comment',
  'schedule',
  'repository_dispatch',
  'issues',
];

describe('branch', () => {
  it('is the name of a branch', () => {
    expect(outcome({ branch: 'main' }, buildSubject())).toBe('permit');
    expect(outcome({ branch: ['main', 'release/*'] }, buildSubject({ ref: 'refs/heads/release/1' }))).toBe('permit');
    expect(outcome({ branch: 'main' }, buildSubject({ ref: 'refs/heads/feature' }))).toBe('POLICY_NO_MATCH');
  });

  it.each([
    ['a tag of that name', { ref: 'refs/tags/main' }],
    ['a branch that is called like a full ref', { ref: 'refs/heads/refs/heads/main' }],
    ['a ref whose type says something else', { refType: 'tag' as const }],
    ['a branch of that name in another case', { ref: 'refs/heads/Main' }],
    ['no ref at all', { ref: '' }],
  ])('is not %s', (_what, overrides) => {
    expect(outcome({ branch: 'main' }, buildSubject(overrides))).toBe('POLICY_NO_MATCH');
  });

  it('is not the head or the base of a pull request', () => {
    expect(outcome({ branch: '**' }, buildPullRequest('main', { headRef: 'main' }))).toBe(
      'POLICY_NO_MATCH EVENT_NOT_ALLOWED',
    );
  });

  it('is not the base that a merged and closed pull request shows, though its event is allowed', () => {
    const merged = buildSubject({ eventName: 'pull_request', baseRef: 'main', headRef: 'feature' });
    const decision = decideRule({ branch: 'main', event: ['push', 'pull_request'] }, merged);
    expect(decision).toMatchObject({
      reasons: [
        { code: 'POLICY_NO_MATCH', condition: 'branch', got: 'refs/heads/main (branch, of a pull_request job)' },
      ],
    });
  });

  it.each(ON_DEFAULT_BRANCH)('under %s holds only where that event is named', (eventName) => {
    const subject = buildSubject({ eventName });
    expect(outcome({ branch: 'main' }, subject)).toBe('EVENT_NOT_ALLOWED');
    expect(outcome({ branch: 'main', event: eventName }, subject)).toBe('permit');
  });
});

describe('tag', () => {
  it('is the name of a tag, by push, dispatch or release', () => {
    for (const eventName of ['push', 'workflow_dispatch', 'release']) {
      expect(outcome({ tag: 'v*' }, buildSubject({ ref: 'refs/tags/v1', eventName }))).toBe('permit');
    }
  });

  it('is not a branch of that name', () => {
    expect(outcome({ tag: 'v*' }, buildSubject({ ref: 'refs/heads/v1' }))).toBe('POLICY_NO_MATCH');
    expect(outcome({ tag: 'v*' }, buildSubject({ ref: 'refs/tags/v1', refType: 'branch' }))).toBe('POLICY_NO_MATCH');
  });
});

describe('ref', () => {
  it('is the whole ref', () => {
    expect(outcome({ ref: 'refs/heads/main' }, buildSubject())).toBe('permit');
    expect(outcome({ ref: 'refs/**' }, buildSubject({ ref: 'refs/tags/v1' }))).toBe('permit');
    expect(outcome({ ref: 'refs/pull/*/merge', event: 'pull_request' }, buildPullRequest())).toBe('permit');
    expect(outcome({ ref: 'refs/heads/main' }, buildSubject({ ref: 'refs/heads/main2' }))).toBe('POLICY_NO_MATCH');
  });

  it('even ** is not a job without a ref', () => {
    const subject = buildSubject({ ref: '', eventName: 'deployment' });
    const decision = decideRule({ ref: '**', event: 'deployment' }, subject);
    // Not even undefined: the log writes no such thing down.
    expect(decision).not.toHaveProperty(['reasons', 0, 'got']);
    expect(decision).toMatchObject({
      reasons: [{ code: 'POLICY_NO_MATCH', condition: 'ref', message: expect.stringContaining('this job has none.') }],
    });
  });
});

describe('pull-request', () => {
  it('is the base branch of a pull request', () => {
    expect(outcome({ 'pull-request': { into: 'main' } }, buildPullRequest('main'))).toBe('permit');
    expect(outcome({ 'pull-request': { into: ['main', 'release/*'] } }, buildPullRequest('release/1'))).toBe('permit');
    expect(outcome({ 'pull-request': [{ into: 'a' }, { into: 'b' }] }, buildPullRequest('b'))).toBe('permit');
    expect(decideRule({ 'pull-request': { into: 'main' } }, buildPullRequest('other'))).toMatchObject({
      reasons: [{ code: 'POLICY_NO_MATCH', condition: 'pull-request', expected: 'into main', got: 'into other' }],
    });
  });

  it('is never the name of the head, which its author chooses', () => {
    expect(outcome({ 'pull-request': { into: 'main' } }, buildPullRequest('develop', { headRef: 'main' }))).toBe(
      'POLICY_NO_MATCH',
    );
  });

  it('is not pull_request_target, which runs on the default branch for anybody', () => {
    const subject = buildSubject({ eventName: 'pull_request_target', baseRef: 'main' });
    expect(outcome({ 'pull-request': { into: 'main' } }, subject)).toBe('POLICY_NO_MATCH EVENT_NOT_ALLOWED');
  });

  it('is not a review, though its event is allowed: who reviews is not who may merge', () => {
    const rule = { 'pull-request': { into: 'main' }, event: ['pull_request', 'pull_request_review'] };
    expect(outcome(rule, buildPullRequest('main', { eventName: 'pull_request_review' }))).toBe('POLICY_NO_MATCH');
  });

  it('even into ** is not one without a base', () => {
    expect(decideRule({ 'pull-request': { into: '**' } }, buildPullRequest(''))).toMatchObject({
      reasons: [{ condition: 'pull-request', got: 'refs/pull/27/merge' }],
    });
  });

  it.each([
    ['refs/pull/27/head', 'refs/pull/27/head'],
    ['refs/pull/x/merge', 'refs/pull/x/merge'],
    ['refs/heads/main', 'refs/heads/main (branch, of a pull_request job)'],
    ['refs/heads/refs/pull/27/merge', 'refs/heads/refs/pull/27/merge (branch, of a pull_request job)'],
  ])('is not the ref %s', (ref, got) => {
    expect(decideRule({ 'pull-request': { into: 'main' } }, buildPullRequest('main', { ref }))).toMatchObject({
      reasons: [{ code: 'POLICY_NO_MATCH', condition: 'pull-request', got }],
    });
  });
});
