// In which words it is said where jobs run that are decided differently.
import { describe, expect, it } from 'vitest';
import type { Yaml } from '../../../support/build-policy.ts';
import { diffOfRules, MAY_NOW, NO_LONGER } from '../../../support/diff-lines.ts';

const gains = (words: string): string => `gains: jobs of acme/shop ${words} ${MAY_NOW}`;
const loses = (words: string): string => `loses: jobs of acme/shop ${words} ${NO_LONGER}`;
const push = (place: Yaml): Yaml => ({ event: 'push', ...place });
const into = (...bases: string[]): Yaml => ({ 'pull-request': { into: bases } });

describe('jobs that are decided differently', () => {
  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [push({ branch: 'main' }), push({ branch: ['main', 'a', 'b'] }), [gains('on branch a or b by push')]],
    [push({ branch: 'main' }), push({ branch: '**' }), [gains('on branch ** (not main) by push')]],
    [push({ tag: 'v1' }), push({ tag: 'v*' }), [gains('on tag v* (not v1) by push')]],
    [push({ tag: 'v1' }), { tag: 'v1' }, [gains('on tag v1 by workflow_dispatch or release')]],
    [push({ tag: 'v1' }), push({ branch: '**' }), [gains('on any branch by push'), loses('on tag v1 by push')]],
    [
      push({ branch: 'main' }),
      { branch: ['main', 'x'] },
      [gains('on branch x by push; on branch main or x by workflow_dispatch')],
    ],
    [
      { environment: 'a' },
      { environment: 'a', branch: 'main' },
      [loses('on branch ** (not main) or on any tag by push or workflow_dispatch; by release, in environment a')],
    ],
    [
      push({ ref: 'refs/heads/main' }),
      push({ ref: ['refs/heads/main', 'refs/tags/v*', 'refs/heads/x'] }),
      [gains('on ref refs/heads/x or on ref refs/tags/v* by push')],
    ],
    [into('main'), into('main', 'next'), [gains('for a pull request into next by pull_request')]],
    [into('main'), { ...into('main'), event: ['pull_request', 'pull_request_review'] }, []],
    [
      into('main'),
      { event: 'pull_request', ref: 'refs/pull/*/merge' },
      [gains('for a pull request into ** (not main) by pull_request')],
    ],
    [
      into('**'),
      { event: 'pull_request', ref: 'refs/pull/*/merge' },
      [gains('for a pull request without a base branch by pull_request')],
    ],
    [
      { event: 'pull_request', ref: 'refs/pull/7/merge' },
      { event: 'pull_request', ref: 'refs/pull/*/merge' },
      [gains('for a pull request on ref refs/pull/*/merge (not refs/pull/7/merge) by pull_request')],
    ],
    [
      { event: 'pull_request', ref: 'refs/pull/7/merge' },
      { ...into('main'), ref: 'refs/pull/*/merge' },
      [
        gains('for a pull request into main on ref refs/pull/*/merge (not refs/pull/7/merge) by pull_request'),
        loses('for a pull request into ** (not main) on ref refs/pull/7/merge by pull_request'),
      ],
    ],
    [
      { event: 'pull_request_review', ref: 'refs/pull/7/merge' },
      { event: 'pull_request_review', ref: ['refs/pull/7/merge', 'refs/pull/8/merge'] },
      [gains('for a pull request on ref refs/pull/8/merge by pull_request_review')],
    ],
    [
      { event: 'pull_request', actor: '5', ref: 'refs/pull/*/merge' },
      { event: 'pull_request', actor: '5' },
      [
        gains(
          'on a ref that is no branch, tag or pull request of such an event by pull_request, started by the account 5',
        ),
      ],
    ],
    [
      push({ ref: ['refs/heads/a', 'refs/heads/b'] }),
      push({ ref: 'refs/heads/a' }),
      [loses('on ref refs/heads/b by push')],
    ],
    [
      push({ branch: 'a' }),
      push({ branch: '*', ref: ['refs/heads/a', 'refs/heads/b*'] }),
      [gains('on ref refs/heads/b* by push')],
    ],
  ])('%j → %j', (before, now, said) => {
    expect(diffOfRules([before], [now])).toEqual(said);
  });
});
