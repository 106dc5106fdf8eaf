// In which words it is said what jobs differ in, beside where they run.
import { describe, expect, it } from 'vitest';
import type { Yaml } from '../../../support/build-policy.ts';
import { diffOfRules, MAY_NOW, NO_LONGER, PUSH } from '../../../support/diff-lines.ts';

const ON_MAIN = 'jobs of acme/shop on branch main by push';
const gains = (words: string): string => `gains: ${ON_MAIN}, ${words} ${MAY_NOW}`;
const loses = (words: string): string => `loses: ${ON_MAIN}, ${words} ${NO_LONGER}`;

const called = (file: string, ref = 'refs/heads/main'): string => `acme/ci/.github/workflows/${file}.yml@${ref}`;
const COMMIT = 'a'.repeat(40);
const files = (...names: string[]): Yaml => ({ workflow: names.map((name) => `.github/workflows/${name}.yml`) });

describe('jobs that are decided differently', () => {
  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [{ runner: 'github-hosted' }, {}, [gains('on another runner than a github-hosted one')]],
    [{}, { runner: 'self-hosted' }, [loses('on another runner than a self-hosted one')]],
    [
      { runner: 'github-hosted' },
      { runner: 'self-hosted' },
      [gains('on a self-hosted runner'), loses('on a github-hosted runner')],
    ],
    [
      { runner: ['github-hosted', 'self-hosted'] },
      {},
      [gains('on another runner than a github-hosted or self-hosted one')],
    ],

    [{ actor: '5' }, { actor: ['5', '6', '7'] }, [gains('started by the account 6 or 7')]],
    [{ actor: ['5', '6'] }, {}, [gains('started by another account than 5 or 6')]],

    [{ visibility: 'private' }, { visibility: ['private', 'public'] }, [gains('from a public repository')]],
    [{}, { visibility: 'private' }, [loses('from a public or internal repository')]],

    [{ 'protected-ref': true }, {}, [gains('on a ref that is not protected')]],

    [files('a'), files('a', 'b', 'c'), [gains('in the workflow .github/workflows/b.yml or .github/workflows/c.yml')]],
    [{}, files('a'), [loses('in another workflow than .github/workflows/a.yml')]],

    [
      { 'called-workflow': called('a') },
      { 'called-workflow': [called('a'), called('b', COMMIT)] },
      [gains(`in the called workflow ${called('b', COMMIT)}`)],
    ],
    [{ 'called-workflow': called('a') }, {}, [gains(`in another called workflow than ${called('a')}, or in none`)]],
    [{ 'called-workflow': called('a') }, { 'called-workflow': called('a').replace('acme/ci', 'Acme/CI') }, []],

    [{ claims: { x: ['1', '2'] } }, { claims: { x: ['1', '2', '3'] } }, [gains('with the claim x 3')]],
    [{ claims: { x: '1' } }, {}, [gains('with another claim x than 1, or none')]],
    [
      { claims: { x: '1' } },
      { claims: { y: '2' } },
      [
        gains('with another claim x than 1, or none, with the claim y 2'),
        loses('with the claim x 1, with another claim y than 2, or none'),
      ],
    ],

    [{ environment: 'production' }, {}, [gains('in environment ** (not production) or in none')]],
    [{ environment: 'production' }, { environment: 'Production' }, []],
    [{ environment: '**' }, {}, [gains('in no environment')]],
    [{ environment: 'a' }, { environment: 'A*' }, [gains('in environment A* (not a)')]],
    [
      { 'protected-ref': true, environment: 'a' },
      { 'protected-ref': true, environment: ['a', 'b'] },
      [gains('in environment b, on a ref that is protected')],
    ],
    [{}, { environment: 'production' }, [loses('in environment ** (not production) or in none')]],
    [{ environment: 'a' }, { environment: ['a', 'b'] }, [gains('in environment b')]],
    [{ environment: ['A', 'b'] }, { environment: 'a' }, [loses('in environment b')]],
  ])('%j → %j', (before, now, said) => {
    expect(diffOfRules([{ ...PUSH, ...before }], [{ ...PUSH, ...now }])).toEqual(said);
  });

  it('are in any environment where a rule wants some one and there was none', () => {
    expect(diffOfRules([{ ...PUSH, branch: 'x' }], [{ ...PUSH, environment: '**' }])).toContain(
      gains('in any environment'),
    );
  });

  it('are told apart by which of several windows is open', () => {
    const rules = (...spans: string[]): Yaml[] =>
      spans.map((between) => ({ ...PUSH, time: { zone: 'UTC', days: 'mon', between } }));
    expect(diffOfRules(rules('01:00-02:00', '03:00-04:00'), rules('01:00-02:00', '05:00-06:00'))).toEqual([
      gains('at some times, such as Mon, 11 Jan 2027 05:00 UTC').replace('the first rule', 'the second rule'),
      loses('at some times, such as Mon, 11 Jan 2027 03:00 UTC').replace('the first rule', 'the second rule'),
    ]);
  });

  it('are told apart by the time of a week, with a moment', () => {
    const time = (between: string): Yaml => ({ ...PUSH, time: { zone: 'Europe/Berlin', days: 'mon-fri', between } });
    expect(diffOfRules([time('09:00-17:00')], [time('09:00-18:00')])).toEqual([
      gains('at some times, such as Mon, 11 Jan 2027 16:00 UTC'),
    ]);
    expect(diffOfRules([time('09:00-17:00')], [PUSH])).toEqual([
      expect.stringMatching(/^gains: .* by push, at some times, such as \w{3}, \d\d Jan 2027 \d\d:\d\d UTC may now/),
    ]);
  });
});
