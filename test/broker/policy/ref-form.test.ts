import { describe, expect, it } from 'vitest';
import { fullRefProblem, gitProblem, refKindsOfPattern } from '../../../broker/policy/ref-form.ts';
import { errorsOf, type Yaml } from '../../support/build-policy.ts';

describe('refs that a job can have', () => {
  it.each([
    ['refs/pull/27/merge', ['pull']],
    ['refs/pull/*/merge', ['pull']],
    ['refs/pull/**', ['pull']],
    ['refs/pull/2*7/**', ['pull']],
    ['refs/pull/12/*', ['pull']],
    ['refs/**/merge', ['branch', 'tag', 'pull']],
    ['refs/pull/*/head', []],
    ['refs/pull/x*/merge', []],
    ['refs/pull/27/head', []],
    ['refs/pull/027/merge', []],
    ['refs/heads/main', ['branch']],
    ['refs/pull/merge*', []],
  ])('%s can be %j', (ref, kinds) => {
    expect(refKindsOfPattern(ref)).toEqual(kinds);
  });

  it('are patterns first of all', () => {
    expect(fullRefProblem('refs/heads/a?')).toContain('has `?`');
    expect(fullRefProblem('refs/heads/*')).toBeUndefined();
  });

  it('says what a job has instead', () => {
    expect(fullRefProblem('refs/pull/*/head')).toBe(
      'can match nothing: a ref of a job is refs/heads/…, refs/tags/… or refs/pull/NUMBER/merge',
    );
  });
});

describe('a name that Git refuses', () => {
  it.each([
    ['a b', ' '],
    ['a\u0001b', '\u0001'],
    ['a~b', '~'],
    ['a^b', '^'],
    ['a:b', ':'],
    ['a..b', '..'],
    ['a@{b', '@{'],
    ['a//b', '//'],
    ['a/.b', '/.'],
    ['.a', '.'],
    ['/a', '/'],
    ['a.', '.'],
    ['a.lock', '.lock'],
    ['a.lock/b', '.lock'],
  ])('%j is one, for %j', (name, part) => {
    expect(gitProblem(name)).toBe(`can match nothing: no ref of Git has "${part}" there`);
  });

  it.each(['main', 'a.b/c-d_e', 'a@b', 'a.locked', 'v1.2.3', '@', 'été', 'a/*/b'])('%s is none', (name) => {
    expect(gitProblem(name)).toBeUndefined();
  });
});

describe('what can match nothing is an error', () => {
  it.each<[Yaml, string]>([
    [{ branch: 'a.lock/b' }, 'no ref of Git has ".lock" there'],
    [{ environment: ' production' }, 'it starts or ends with a space'],
    [{ environment: 'prod\nuction' }, 'the character U+000A cannot be seen'],
    [{ workflow: '.github/workflows/a\nb.yml' }, 'workflow: must be the whole path of a workflow file'],
    [{ 'called-workflow': 'acme/x/.github/workflows/a.yml@refs/heads/a b' }, 'no ref of Git has " " there'],
    [{ 'called-workflow': 'acme/x/.github/workflows/a\nb.yml@refs/heads/a' }, 'can match nothing: write owner/repo'],
    [{ branch: 'main', claims: { tier: 'a\nb' } }, 'claims.tier: the character U+000A cannot be seen'],
  ])('%j', (rule, error) => {
    expect(errorsOf({ entitlement: { allow: [rule] } })).toEqual([expect.stringContaining(error)]);
  });

  it('a title on two lines is none for a list of titles', () => {
    expect(errorsOf({ project: { title: 'a\nb' } })).toEqual([
      'shop.yaml title: has a line break: write it on one line, or folded with `>-`',
    ]);
  });
});
