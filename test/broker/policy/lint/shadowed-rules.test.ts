import { describe, expect, it } from 'vitest';
import { implies, meaningOf } from '../../../../broker/policy/lint/shadowed-rules.ts';
import type { RuleDocument } from '../../../../broker/policy/rule-document.ts';
import { ordinal } from '../../../../shared/ordinal.ts';
import { lint, OFFERED } from '../../../support/build-lint.ts';
import type { Yaml } from '../../../support/build-policy.ts';

const shadowings = (allow: readonly Yaml[], project: Yaml = {}) =>
  lint({ organization: OFFERED, project: { ...project, ...withRules(allow) } }).filter(
    ({ code }) => code === 'LINT_RULE_SHADOWED',
  );
const withRules = (allow: readonly Yaml[]): Yaml => ({ entitlements: { preview: { ...PREVIEW, allow } } });
const PREVIEW = { risk: 'low', ttl: '10m', credential: { kind: 'jwt', audience: 'https://previews.example.com' } };

/** Rules that are said to be shadowed, and by which. */
const shadowed = (allow: readonly Yaml[], project: Yaml = {}): readonly string[] =>
  shadowings(allow, project).map(({ message }) => {
    const [, ...named] = /that the (\w+) rule allows, the (\w+) allows/.exec(message) ?? [];
    return named.map((name) => ORDINALS.indexOf(name)).join(' by ');
  });
const ORDINALS = Array.from({ length: 101 }, (_, index) => ordinal(index));

const repositories = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ name: `acme/r${at}`, id: `${1 + at}` }));
const called = (file: string) => `acme/ci/.github/workflows/${file}.yml@${'a'.repeat(40)}`;
const [MONDAY, TUESDAY] = [
  { zone: 'UTC', days: 'mon' },
  { zone: 'UTC', days: 'tue' },
];

describe('a rule', () => {
  it.each<[what: string, allow: readonly Yaml[], said: readonly string[]]>([
    ['narrower by one condition', [{ branch: 'main' }, { branch: 'main', environment: 'x' }], ['1 by 0']],
    ['narrower and earlier', [{ branch: 'main', environment: 'x' }, { branch: 'main' }], ['0 by 1']],
    ['written twice', [{ branch: 'main' }, { branch: 'main' }], ['1 by 0']],
    ['within two others', [{ branch: 'main', environment: 'x' }, { environment: 'x' }, { branch: 'main' }], ['0 by 1']],
    ['within a pattern', [{ branch: '**' }, { branch: ['main', 'release/*'] }], ['1 by 0']],
    ['of another pattern', [{ branch: 'release/*' }, { branch: 'release/**' }], ['0 by 1']],
    ['of fewer events', [{ branch: 'main' }, { branch: 'main', event: 'push' }], ['1 by 0']],
    [
      'of another event that its refs never have',
      [
        { branch: 'main', event: 'push' },
        { branch: 'main', event: ['push', 'release'] },
      ],
      ['1 by 0'],
    ],
    ['for every repository there is', [{ branch: 'main', repository: 'acme/*' }, { branch: 'main' }], ['1 by 0']],
    [
      'of an environment in other letters',
      [{ environment: 'Prod' }, { environment: 'pROD', branch: 'main' }],
      ['1 by 0'],
    ],
    ['of a branch in other letters', [{ branch: 'Main' }, { branch: 'main' }], []],
    ['of a tag in other letters', [{ tag: 'V1' }, { tag: 'v1' }], []],
    ['of a ref in other letters', [{ ref: 'refs/heads/Main' }, { ref: 'refs/heads/main' }], []],
    [
      'of a base branch in other letters',
      [{ 'pull-request': { into: 'Main' } }, { 'pull-request': { into: 'main' } }],
      [],
    ],
    [
      'with another claim',
      [
        { branch: 'main', claims: { tier: '1', zone: '1' } },
        { branch: 'main', claims: { tier: '1', ring: '1' } },
      ],
      [],
    ],
    [
      'with a claim of an odd name',
      [
        { branch: 'main', claims: { toString: '1' } },
        { branch: 'main', claims: { ring: '1' } },
      ],
      [],
    ],
    [
      'with a claim more',
      [
        { branch: 'main', claims: { tier: '1' } },
        { branch: 'main', claims: { tier: '1', ring: '1' } },
      ],
      ['1 by 0'],
    ],
    ['of a protected branch', [{ branch: 'main' }, { branch: 'main', 'protected-ref': true }], ['1 by 0']],
    ['of a protected environment', [{ branch: 'main' }, { branch: 'main', 'protected-environment': true }], ['1 by 0']],
  ])('%s', (_what, allow, said) => {
    expect(shadowed(allow)).toEqual(said);
  });

  it.each<[key: string, values: readonly [one: unknown, other: unknown, both: unknown]]>([
    ['repository', ['acme/r0', 'acme/r1', ['acme/r0', 'acme/r1']]],
    ['branch', ['main', 'next', ['main', 'next']]],
    ['tag', ['v1', 'v2', ['v1', 'v2']]],
    ['ref', ['refs/heads/main', 'refs/heads/next', ['refs/heads/main', 'refs/heads/next']]],
    ['pull-request', [{ into: 'main' }, { into: 'next' }, { into: ['main', 'next'] }]],
    ['environment', ['staging', 'production', ['staging', 'production']]],
    ['event', ['push', 'workflow_dispatch', ['push', 'workflow_dispatch']]],
    ['called-workflow', [called('a'), called('b'), [called('a'), called('b')]]],
    ['actor', ['501', '502', ['501', '502']]],
    ['requester', ['acme/platform', 'acme/security', ['acme/platform', 'acme/security']]],
    ['runner', ['github-hosted', 'self-hosted', ['github-hosted', 'self-hosted']]],
    ['visibility', ['public', 'private', ['public', 'private']]],
    ['time', [MONDAY, TUESDAY, [MONDAY, TUESDAY]]],
    ['claims', [{ tier: '1' }, { tier: '2' }, { tier: ['1', '2'] }]],
  ])(
    'with `%s` is within one that says the same and more, and not within one that says something else',
    (key, [one, other, both]) => {
      const rule = (value: unknown): Yaml => ({ workflow: '.github/workflows/a.yml', [key]: value });
      const project = { repositories: repositories(2) };
      expect(shadowed([rule(one), rule(other)], project)).toEqual([]);
      expect(shadowed([rule(both), rule(one)], project)).toEqual(['1 by 0']);
      expect(shadowed([rule(one), rule(both)], project)).toEqual(['0 by 1']);
    },
  );

  it('with a workflow is within one of the same workflow only', () => {
    const [a, b] = [{ workflow: '.github/workflows/a.yml' }, { workflow: '.github/workflows/b.yml' }];
    expect(shadowed([a, b])).toEqual([]);
    expect(shadowed([a, { ...a, branch: 'main' }])).toEqual(['1 by 0']);
  });

  it('says which of the two to take out', () => {
    expect(shadowings([{ branch: 'main' }, { branch: 'main', environment: 'x' }])).toMatchObject([
      {
        key: 'entitlements.preview.allow[1]',
        message: 'every job that the second rule allows, the first allows too: the second limits nothing.',
        remedy: 'take the second rule out, or, if its limits are meant, the first.',
      },
    ]);
  });

  it('is looked at among the first hundred', () => {
    const branches = Array.from({ length: 99 }, (_, at) => ({ branch: `b${at}` }));
    expect(shadowed([...branches, { branch: 'b0' }, { branch: 'b1' }])).toEqual(['99 by 0']);
  });

  it('is passed over where comparing would take too long', () => {
    const [narrow, wide] = [meant({ branch: ['a1', 'a2', 'a3'] }), meant({ branch: ['a*'] })];
    expect(implies(narrow, wide, { left: 3 })).toBe(true);
    expect(implies(narrow, wide, { left: 2 })).toBe(false);
  });

  it('of many patterns takes nothing from what others may be compared', () => {
    const tags = Array.from({ length: 100 }, (_, at) => `v${at}`);
    expect(shadowed([{ tag: tags }, { branch: 'release/*' }, { branch: 'release/1.*' }])).toEqual(['2 by 1']);
  });

  it('of many, over many repositories, holds nobody up', () => {
    const allow = Array.from({ length: 90 }, (_, at) => ({ repository: 'acme/*', branch: `b${at}` }));
    expect(shadowed(allow, { repositories: repositories(900) })).toEqual([]);
  });
});

const meant = (rule: RuleDocument) => meaningOf(rule, []);
