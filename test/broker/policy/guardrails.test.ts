import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import {
  buildAsk,
  buildPolicies,
  buildStaticSecret,
  errorsOf,
  NOW,
  outcomeOf,
  type Yaml,
} from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const errors = (guardrails: Yaml, entitlement: Yaml = {}): readonly string[] =>
  errorsOf({ organization: { guardrails }, entitlement }).map((line) =>
    line.replace('shop.yaml entitlements.preview', ''),
  );
const need = (...needs: string[]): Yaml => ({ require: [{ needs }] });
const HIGH = { risk: 'high' };
const RULE = { branch: 'main', environment: 'production', runner: 'github-hosted' };
const waiver = (overrides: Yaml = {}): Yaml => ({
  entitlement: 'shop/preview',
  of: 'approval',
  until: '2026-12-31',
  owner: 'acme/security',
  reason: 'Old',
  ...overrides,
});

describe('longest-ttl', () => {
  it('limits by risk', () => {
    expect(errors({ 'longest-ttl': { low: '10m' } })).toEqual([]);
    expect(errors({ 'longest-ttl': { low: '9m', high: '15m' } })).toEqual([
      '.ttl: 10m is longer than the guardrail `longest-ttl` allows for low risk: write 9m or less, or ask for a waiver of "longest-ttl"',
    ]);
    expect(errors({ 'longest-ttl': { low: '9m', high: '15m' } }, HIGH)).toEqual([]);
  });

  it('can be waived by name', () => {
    expect(errors({ 'longest-ttl': { low: '9m' }, waivers: [waiver({ of: 'longest-ttl' })] })).toEqual([]);
  });
});

describe('require', () => {
  it.each<[what: string, need: string, entitlement: Yaml, error: string]>([
    [
      'a condition in each rule',
      'environment',
      { allow: [RULE, { branch: 'main' }] },
      '.allow[1]: the guardrail `require` asks every entitlement for `environment`: add it to this rule, or ask for a waiver of "environment"',
    ],
    [
      'a value of a condition',
      'runner: github-hosted',
      { allow: [{ ...RULE, runner: 'self-hosted' }] },
      '.allow[0]: the guardrail `require` asks every entitlement for `runner: github-hosted`: add it to this rule',
    ],
    [
      'nothing beside that value',
      'runner: github-hosted',
      { allow: [{ ...RULE, runner: ['github-hosted', 'self-hosted'] }] },
      '.allow[0]: the guardrail `require` asks every entitlement for `runner: github-hosted`',
    ],
    [
      'an event, also where none is named',
      'event: push',
      {},
      '.allow[0]: the guardrail `require` asks every entitlement for `event: push`',
    ],
    [
      'a flag',
      'protected-ref: true',
      {},
      '.allow[0]: the guardrail `require` asks every entitlement for `protected-ref: true`',
    ],
    [
      'approval',
      'approval',
      {},
      ': the guardrail `require` asks every entitlement for `approval`: add it, or ask for a waiver of "approval"',
    ],
    ['review', 'review', {}, ': the guardrail `require` asks every entitlement for `review`: add it'],
    [
      'one environment and no other',
      'environment: staging',
      { allow: [RULE] },
      '.allow[0]: the guardrail `require` asks every entitlement for `environment: staging`: add it to this rule',
    ],
    [
      'a branch in its own letters',
      'branch: Main',
      { allow: [RULE] },
      '.allow[0]: the guardrail `require` asks every entitlement for `branch: Main`: add it to this rule',
    ],
    [
      'a value where any is allowed',
      'environment: production',
      { allow: [{ ...RULE, environment: '**' }] },
      '.allow[0]: the guardrail `require` asks every entitlement for `environment: production`: here it allows any, name which',
    ],
  ])('asks for %s', (_what, ...[one, entitlement, error]) => {
    expect(errors(need(one), entitlement).map((line) => line.slice(0, error.length))).toEqual([error]);
  });

  it.each([
    ['environment', { allow: [RULE] }],
    ['environment: Production', { allow: [RULE] }],
    ['repository: ACME/shop', { allow: [{ ...RULE, repository: 'acme/Shop' }] }],
    ['runner: github-hosted', { allow: [RULE, { runner: ['github-hosted'] }] }],
    ['event: push', { allow: [{ event: 'push' }] }],
    ['protected-ref: true', { allow: [{ branch: 'main', 'protected-ref': true }] }],
    ['approval', { approval: { by: 'acme/security' } }],
    ['review', { review: { every: '90d', by: 'acme/security' } }],
  ])('%s is met', (one, entitlement) => {
    expect(errors(need(one), entitlement)).toEqual([]);
  });

  it('concerns a risk or a kind where it names one', () => {
    const ofHigh = { require: [{ risk: 'high', needs: ['approval'] }] };
    const ofKind = { require: [{ risk: 'low', kind: 'aws-role', needs: ['approval'] }] };
    expect(errors(ofHigh)).toEqual([]);
    expect(errors(ofHigh, HIGH)).toEqual([
      expect.stringContaining('asks every entitlement of high risk for `approval`'),
    ]);
    expect(errors(ofKind)).toEqual([]);
    expect(errors({ require: [{ risk: 'low', kind: 'jwt', needs: ['approval'] }] })).toEqual([
      expect.stringContaining('of low risk and kind jwt for `approval`'),
    ]);
  });

  it('asks once for what two guardrails need', () => {
    expect(errors({ require: [{ needs: ['approval'] }, { risk: 'low', needs: ['approval'] }] })).toHaveLength(1);
  });

  it('is not satisfied by break-glass', () => {
    expect(errors(need('approval'), { 'break-glass': { for: 'acme/security', notify: 'acme/security' } })).toHaveLength(
      1,
    );
  });
});

describe('never', () => {
  it('forbids events, named or meant', () => {
    const never = { never: { events: ['pull_request_target', 'release'] } };
    expect(errors(never, { allow: [{ branch: 'main', event: ['push', 'pull_request_target'] }] })).toEqual([
      '.allow[0].event: the guardrail `never` forbids jobs of `pull_request_target`: take it out',
    ]);
    expect(errors(never)).toEqual([
      '.allow[0].event: the guardrail `never` forbids jobs of `release`; where `event` is left out it is meant: name the others',
    ]);
    expect(errors(never, { allow: [{ branch: 'main', event: 'push' }] })).toEqual([]);
  });
});

describe('require for an environment', () => {
  const inProduction = (...needs: string[]): Yaml => ({
    require: [{ environment: ['production', 'prod-*'], needs }],
  });
  const rule = (environment?: string | string[]): Yaml => ({
    allow: [{ branch: 'main', ...(environment === undefined ? {} : { environment }) }],
  });

  it.each([
    ['production'],
    ['PRODUCTION'],
    ['prod-eu'],
    ['p*'],
    ['*-eu'],
    [['staging', 'production']],
    ['**'],
    [undefined],
  ])('concerns a rule of environment %j', (environment) => {
    expect(errors(inProduction('runner: github-hosted'), rule(environment))).toEqual([
      '.allow[0]: the guardrail `require` asks every entitlement that a job of environment production or prod-* can meet for `runner: github-hosted`: add it to this rule, or name an `environment` that is none of those, or ask for a waiver of "runner: github-hosted"',
    ]);
  });

  it.each([['staging'], ['prod'], ['production-eu'], [['a', 'b*']]])('does not concern one of %j', (environment) => {
    expect(errors(inProduction('runner: github-hosted', 'approval'), rule(environment))).toEqual([]);
  });

  it('asks the entitlement for approval where any of its rules is concerned', () => {
    const both = { allow: [{ branch: 'x', environment: 'staging' }, { branch: 'main' }, { branch: 'y' }] };
    expect(errors(inProduction('approval'), both)).toEqual([
      ': the guardrail `require` asks every entitlement that a job of environment production or prod-* can meet for `approval`: add it, or name an `environment` that is none of those in the second and third rule, or ask for a waiver of "approval"',
    ]);
    expect(errors(inProduction('approval'), { ...both, approval: { by: 'acme/security' } })).toEqual([]);
  });

  it('is met, waived, and limited to a risk like any other', () => {
    const hosted = { allow: [{ branch: 'main', runner: 'github-hosted' }] };
    expect(errors(inProduction('runner: github-hosted'), hosted)).toEqual([]);
    expect(errors({ ...inProduction('approval'), waivers: [waiver()] })).toEqual([]);
    expect(errors({ require: [{ risk: 'high', environment: 'production', needs: ['approval'] }] })).toEqual([]);
  });

  it('is a pattern like that of a rule', () => {
    expect(
      errorsOf({ organization: { guardrails: { require: [{ environment: 'prod[12]', needs: ['approval'] }] } } }),
    ).toEqual([expect.stringContaining('guardrails.require[0].environment: "prod[12]" has `[`')]);
  });
});

describe('never on runners', () => {
  const never = { never: { runners: ['self-hosted'] } };

  it('asks every rule for the runner that is left', () => {
    expect(errors(never, { allow: [{ branch: 'main', runner: 'github-hosted' }] })).toEqual([]);
    expect(errors(never)).toEqual([
      '.allow[0]: the guardrail `never` forbids jobs on `self-hosted` runners: add `runner: github-hosted` to this rule',
    ]);
    expect(errors(never, { allow: [{ branch: 'main', runner: ['github-hosted', 'self-hosted'] }] })).toEqual([
      '.allow[0].runner: the guardrail `never` forbids jobs on `self-hosted` runners: let `runner` be github-hosted alone',
    ]);
  });

  it('cannot forbid all there are', () => {
    const all = { never: { runners: ['self-hosted', 'github-hosted'] } };
    expect(errorsOf({ organization: { guardrails: all } })).toEqual([
      expect.stringContaining('guardrails.never.runners: names every runner there is'),
    ]);
  });
});

describe('allow-static', () => {
  const staticErrors = (guardrails: Yaml): readonly string[] => errorsOf(buildStaticSecret({}, guardrails));

  it('names the entitlements whose value may never die', () => {
    expect(staticErrors({ 'allow-static': ['shop/preview'], 'longest-ttl': { low: '1h' } })).toEqual([]);
    expect(staticErrors({ 'allow-static': ['shop/other'] })).toEqual([
      'shop.yaml entitlements.preview.ttl: a value that never dies is handed out only where the guardrails name it: add shop/preview to `allow-static`, or give it an end',
    ]);
  });

  it('is asked for even where there are no guardrails', () => {
    expect(staticErrors({})).toHaveLength(1);
  });

  it('cannot make another kind live forever', () => {
    expect(errors({ 'allow-static': ['shop/preview'] }, { ttl: 'never' })).toEqual([
      '.ttl: a `jwt` credential has an end: write a duration; only a static value of a vault never dies',
    ]);
  });
});

describe('waivers', () => {
  const guardrails = (...waivers: Yaml[]): Yaml => ({ ...need('approval'), waivers });
  const outcomeAt = (now: number, ...waivers: Yaml[]): string =>
    outcomeOf(
      evaluate(
        buildPolicies({ organization: { guardrails: guardrails(...waivers) } }),
        buildSubject(),
        buildAsk({ now }),
      ),
    );
  const END = Date.parse('2027-01-01T00:00:00Z');

  it('except one entitlement from one need until the end of a day in UTC', () => {
    expect(errors(guardrails(waiver()))).toEqual([]);
    expect(errors(guardrails(waiver({ entitlement: 'shop/other' })))).toHaveLength(1);
    expect(errors(guardrails(waiver({ of: 'review' })))).toHaveLength(1);
    expect(outcomeAt(END - 1, waiver())).toBe('permit');
    expect(outcomeAt(END, waiver())).toBe('WAIVER_EXPIRED');
  });

  it('load after their day, and the entitlement then refuses and says who can help', () => {
    const policies = buildPolicies({ organization: { guardrails: guardrails(waiver({ until: '2020-01-01' })) } });
    expect(evaluate(policies, buildSubject(), buildAsk())).toMatchObject({
      reasons: [
        {
          code: 'WAIVER_EXPIRED',
          condition: 'approval',
          message:
            'shop/preview stands on a waiver of "approval" that ended with 2020-01-01 (UTC): meet what the guardrails ask for, or ask acme/security for a new one.',
          expected: 'until 2020-01-01',
        },
      ],
    });
  });

  it('except from what they name and nothing else', () => {
    const needsBoth = { ...need('approval', 'review'), waivers: [waiver({ of: 'review' })] };
    expect(errors(needsBoth)).toEqual([expect.stringContaining('for `approval`: add it')]);
  });

  it('each count for their own need, whichever ends last', () => {
    const waivers = [waiver({ of: 'approval' }), waiver({ of: 'review', until: '2027-06-30' })];
    expect(errors({ ...need('approval', 'review'), waivers })).toEqual([]);
  });

  it('count from the latest, where one was renewed', () => {
    expect(outcomeAt(NOW, waiver({ until: '2020-01-01' }), waiver({ until: '2027-01-31' }))).toBe('permit');
  });

  it('that are not needed do not end anything', () => {
    const organization = { guardrails: { waivers: [waiver({ until: '2020-01-01' })] } };
    expect(outcomeOf(evaluate(buildPolicies({ organization }), buildSubject(), buildAsk()))).toBe('permit');
  });
});
