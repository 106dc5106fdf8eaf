import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../../broker/policy/events.ts';
import { CONDITION_KEYS } from '../../../broker/policy/rule-document.ts';
import { errorsOf, warningsOf, type Yaml } from '../../support/build-policy.ts';

const needing = (need: string, rule: Yaml): readonly string[] =>
  errorsOf({ organization: { guardrails: { require: [{ needs: [need] }] } }, entitlement: { allow: [rule] } });
const everyDay = { zone: 'UTC', days: 'sun-sat' };
const SPLIT = [
  { zone: 'UTC', days: 'mon-thu' },
  { zone: 'Europe/Berlin', days: 'thu-tue' },
];

describe('a guardrail that needs a condition', () => {
  it.each<[need: string, rule: Yaml]>([
    ['environment', { branch: 'main', environment: '**' }],
    ['environment', { branch: 'main', environment: ['production', '*'] }],
    ['branch', { branch: '**' }],
    ['branch', { branch: '*/**' }],
    ['tag', { tag: '**' }],
    ['ref', { ref: 'refs/heads/**' }],
    ['ref', { ref: 're**' }],
    ['pull-request', { 'pull-request': { into: '**' } }],
    ['ref', { ref: ['refs/heads/main', 'refs/tags/**'] }],
    ['pull-request', { 'pull-request': [{ into: 'main' }, { into: ['next', '*'] }] }],
    ['event', { branch: '*', event: [...EVENTS] }],
    ['repository', { repository: '**', branch: 'main' }],
    ['runner', { branch: 'main', runner: ['self-hosted', 'github-hosted'] }],
    ['visibility', { branch: 'main', visibility: ['public', 'private', 'internal'] }],
    ['time', { branch: 'main', time: everyDay }],
    ['time', { branch: 'main', time: { zone: 'UTC', between: ['00:00-12:00', '12:00-23:59'] } }],
    ['time', { branch: 'main', time: SPLIT }],
  ])('is not satisfied by %s in form only: %j', (need, rule) => {
    expect(needing(need, rule)).toEqual([
      expect.stringContaining(`asks every entitlement for \`${need}\`: here it allows any, name which`),
    ]);
  });

  it.each<[need: string, rule: Yaml]>([
    ['environment', { branch: 'main', environment: 'prod-*' }],
    ['environment', { branch: 'main', environment: '*e*' }],
    ['branch', { branch: 'release/**' }],
    ['ref', { ref: 'refs/heads/main' }],
    ['runner', { branch: 'main', runner: 'self-hosted' }],
    ['time', { branch: 'main', time: { zone: 'UTC', days: 'mon-fri' } }],
    ['time', { branch: 'main', time: { zone: 'UTC', between: '00:00-23:00' } }],
    ['event', { branch: 'main', event: 'push' }],
    ['actor', { branch: 'main', actor: '501' }],
  ])('is satisfied by %s that says something: %j', (need, rule) => {
    expect(needing(need, rule)).toEqual([]);
  });

  it.each(CONDITION_KEYS.filter((key) => key !== 'workflow'))('wants %s to be named in the rule', (need) => {
    expect(needing(need, { workflow: '.github/workflows/deploy.yml' })).toEqual([
      expect.stringContaining(`asks every entitlement for \`${need}\`: add it to this rule`),
    ]);
  });

  it('is met by the key `review`, and says that nobody reviews yet', () => {
    const parts = {
      organization: { guardrails: { require: [{ needs: ['review'] }] } },
      entitlement: { review: { every: '90d', by: 'acme/security' } },
    };
    expect(errorsOf(parts)).toEqual([]);
    expect(warningsOf(parts)).toContainEqual(
      'shop.yaml entitlements.preview.review: is what the guardrail `require` asks for, and nobody is asked to review yet: the guardrail has no effect',
    );
  });

  it('says that nobody reviews yet also where review is one need of several, and not where it was waived', () => {
    const said = (guardrails: Yaml, entitlement: Yaml) =>
      warningsOf({ organization: { guardrails }, entitlement }).filter((line) =>
        line.includes('nobody is asked to review'),
      );
    const require = [{ needs: ['branch', 'review'] }];
    const waivers = [
      { entitlement: 'shop/preview', of: 'review', until: '2026-12-31', owner: 'acme/security', reason: 'Old' },
    ];
    expect(said({ require }, { review: { every: '90d', by: 'acme/security' } })).toHaveLength(1);
    expect(said({ require, waivers }, {})).toEqual([]);
  });
});

describe('protected-ref', () => {
  it.each<Yaml>([{ event: 'push' }, { branch: '**' }, { runner: 'github-hosted' }, { ref: 'refs/heads/**' }])(
    'is not enough beside %j',
    (beside) => {
      expect(errorsOf({ entitlement: { allow: [{ ...beside, 'protected-ref': true }] } })).toEqual([
        expect.stringContaining('protected-ref: is not enough without a ref'),
      ]);
    },
  );

  it('takes a list, as every condition does', () => {
    const rule = { branch: 'main', 'protected-ref': [true], 'protected-environment': [true] };
    expect(errorsOf({ entitlement: { allow: [rule] } })).toEqual([]);
  });
});

describe('times that nobody could keep', () => {
  it.each([
    [{ session: '6d' }, 'session: must be at most 5d: no job runs longer than 5 days'],
    [
      { review: { every: '367d', by: 'acme/security' } },
      'review.every: must be at most 366d: ask at least once a year',
    ],
    [{ review: { every: '1h', by: 'acme/security' } }, 'review.every: must be at least 1d'],
  ])('are refused: %j', (entitlement, error) => {
    expect(errorsOf({ entitlement })).toEqual([expect.stringContaining(error)]);
  });
});
