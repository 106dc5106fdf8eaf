import { describe, expect, it } from 'vitest';
import type { Project } from '../../../../broker/model.ts';
import { implies, newBudget } from '../../../../broker/policy/lint/shadowed-rules.ts';
import { lint, OFFERED } from '../../../support/build-lint.ts';
import type { Yaml } from '../../../support/build-policy.ts';

/** Rules that are said to be shadowed, and by which. */
function shadowed(allow: readonly Yaml[]): readonly string[] {
  return lint({ organization: OFFERED, entitlement: { allow } })
    .filter(({ code }) => code === 'LINT_RULE_SHADOWED')
    .map(({ message }) => /rule (\d+) allows, rule (\d+)/.exec(message)?.slice(1).join(' by ') ?? message);
}

describe('a rule', () => {
  it.each<[what: string, allow: readonly Yaml[], said: readonly string[]]>([
    ['narrower by one condition', [{ branch: 'main' }, { branch: 'main', environment: 'x' }], ['1 by 0']],
    ['narrower and earlier', [{ branch: 'main', environment: 'x' }, { branch: 'main' }], ['0 by 1']],
    ['written twice', [{ branch: 'main' }, { branch: 'main' }], ['1 by 0']],
    ['within a pattern', [{ branch: '**' }, { branch: ['main', 'release/*'] }], ['1 by 0']],
    ['of another pattern', [{ branch: 'release/*' }, { branch: 'release/**' }], ['0 by 1']],
    [
      'of other events',
      [
        { branch: 'main', event: 'push' },
        { branch: 'main', event: 'schedule' },
      ],
      [],
    ],
    ['of fewer events', [{ branch: 'main' }, { branch: 'main', event: 'push' }], ['1 by 0']],
    [
      'of more events',
      [
        { branch: 'main', event: 'push' },
        { branch: 'main', event: ['push', 'schedule'] },
      ],
      ['0 by 1'],
    ],
    [
      'of another time',
      [
        { branch: 'main', time: { zone: 'UTC', days: 'mon' } },
        { branch: 'main', time: { zone: 'UTC', days: 'tue' } },
      ],
      [],
    ],
    [
      'with another claim',
      [
        { branch: 'main', claims: { tier: '1' } },
        { branch: 'main', claims: { ring: '1' } },
      ],
      [],
    ],
    ['for every repository there is', [{ branch: 'main', repository: 'acme/*' }, { branch: 'main' }], ['1 by 0']],
    [
      'of an environment in other letters',
      [{ environment: 'Prod' }, { environment: 'pROD', branch: 'main' }],
      ['1 by 0'],
    ],
    ['of a branch in other letters', [{ branch: 'Main' }, { branch: 'main' }], []],
  ])('%s', (_what, allow, said) => {
    expect(shadowed(allow)).toEqual(said);
  });

  it('is passed over where comparing would take too long', () => {
    const [narrow, wide] = [{ branch: ['a1', 'a2', 'a3'] }, { branch: ['a*'] }];
    expect(implies(narrow, wide, { ...whole(), budget: { left: 3 } })).toBe(true);
    expect(implies(narrow, wide, { ...whole(), budget: { left: 2 } })).toBe(false);
  });
});

const whole = () => ({ repositories: buildRepositories(), budget: newBudget() });
const buildRepositories = (): Project['repositories'] => [{ name: 'acme/shop', id: '2001', issuer: 'github' }];
