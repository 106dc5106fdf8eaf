import { describe, expect, it } from 'vitest';
import type { Yaml } from '../../../support/build-policy.ts';
import { organizationLines } from '../../../support/diff-lines.ts';

const changes = (before: Yaml, now: Yaml) => organizationLines({ guardrails: before }, { guardrails: now });

const FREEZE = { from: '2026-12-20T00:00', to: '2027-01-02T00:00', zone: 'Europe/Berlin', reason: 'Holidays' };
const FROM_TO = 'from 2026-12-20T00:00 to 2027-01-02T00:00 Europe/Berlin';
const LONGER = `narrower: the freeze "Holidays" is from 2026-12-18T00:00 to 2027-01-06T00:00 Europe/Berlin, and was ${FROM_TO}`;
const WAIVER = {
  entitlement: 'shop/preview',
  of: 'approval',
  until: '2026-12-31',
  owner: 'acme/security',
  reason: 'Old',
};
const needs = (...all: string[]): Yaml => ({ needs: all });

describe('a change of the guardrails', () => {
  it.each<[before: Yaml, now: Yaml, said: string[]]>([
    [
      { 'longest-ttl': { high: '15m' } },
      { 'longest-ttl': { high: '1h' } },
      ['wider: `longest-ttl` for high risk is 1h, and was 15m'],
    ],
    [{ 'longest-ttl': { high: '15m' } }, {}, ['wider: `longest-ttl` for high risk is unlimited, and was 15m']],
    [{}, { 'longest-ttl': { low: '1h' } }, ['narrower: `longest-ttl` for low risk is 1h, and was unlimited']],
    [
      { require: [{ risk: 'high', ...needs('environment', 'approval') }] },
      { require: [{ risk: 'high', ...needs('environment') }] },
      ['wider: `require` does not ask entitlements of high risk for `approval` any more'],
    ],
    [
      { require: [{ kind: 'aws-role', risk: 'low', ...needs('approval') }] },
      {},
      ['wider: `require` does not ask entitlements of low risk and kind aws-role for `approval` any more'],
    ],
    [
      {},
      { require: [{ environment: 'production', risk: 'high', ...needs('approval') }] },
      ['narrower: `require` asks entitlements of high risk in environment production for `approval` now'],
    ],
    [{ never: { events: ['issue_comment'] } }, {}, ['wider: `never.events` loses issue_comment']],
    [{ never: { runners: ['self-hosted'] } }, {}, ['wider: `never.runners` loses self-hosted']],
    [{}, { never: { events: ['issue_comment'] } }, ['narrower: `never.events` gains issue_comment']],
    [{}, { 'allow-static': ['shop/preview'] }, ['wider: `allow-static` gains shop/preview']],
    [
      {},
      { waivers: [WAIVER] },
      ['wider: the waiver of "approval" for shop/preview: until 2026-12-31 now, and before there is none'],
    ],
    [
      { waivers: [WAIVER] },
      { waivers: [{ ...WAIVER, until: '2027-06-30' }] },
      ['wider: the waiver of "approval" for shop/preview: until 2027-06-30 now, and before until 2026-12-31'],
    ],
    [
      { waivers: [WAIVER] },
      {},
      ['narrower: the waiver of "approval" for shop/preview: there is none now, and before until 2026-12-31'],
    ],
    [{ freeze: [FREEZE] }, {}, [`wider: the freeze "Holidays" (${FROM_TO}) is removed`]],
    [
      { waivers: [WAIVER] },
      { waivers: [{ ...WAIVER, owner: 'acme/platform' }] },
      ['other: acme/platform answers for the waiver of "approval" for shop/preview now'],
    ],
    [
      { waivers: [{ ...WAIVER, until: '2027-06-30' }, WAIVER] },
      { waivers: [WAIVER, { ...WAIVER, until: '2027-06-30' }, { ...WAIVER, of: 'review' }] },
      ['wider: the waiver of "review" for shop/preview: until 2026-12-31 now, and before there is none'],
    ],
    [{}, { freeze: [FREEZE] }, [`narrower: the freeze "Holidays" (${FROM_TO}) is added`]],
    [
      { freeze: [FREEZE] },
      { freeze: [{ ...FREEZE, reason: 'Audit' }, FREEZE] },
      [`narrower: the freeze "Audit" (${FROM_TO}) is added`],
    ],
    [
      { freeze: [FREEZE] },
      { freeze: [{ ...FREEZE, from: '2026-12-24T00:00' }] },
      [`wider: the freeze "Holidays" is from 2026-12-24T00:00 to 2027-01-02T00:00 Europe/Berlin, and was ${FROM_TO}`],
    ],
    [
      { freeze: [FREEZE] },
      { freeze: [{ ...FREEZE, from: '2026-12-18T00:00', to: '2027-01-06T00:00' }] },
      [LONGER, LONGER],
    ],
    [
      { freeze: [FREEZE] },
      {
        freeze: [
          { ...FREEZE, reason: 'Audit' },
          { ...FREEZE, except: ['shop/preview'] },
        ],
      },
      [
        'wider: `except` of the freeze "Holidays" gains shop/preview',
        `narrower: the freeze "Audit" (${FROM_TO}) is added`,
      ],
    ],
    [
      { freeze: [{ ...FREEZE, from: '2025-12-20T00:00', to: '2026-01-02T00:00' }, FREEZE] },
      { freeze: [FREEZE] },
      ['wider: the freeze "Holidays" (from 2025-12-20T00:00 to 2026-01-02T00:00 Europe/Berlin) is removed'],
    ],
    // The last hour of a summer's clocks comes twice: a freeze ends with the second.
    [
      { freeze: [{ ...FREEZE, from: '2026-10-01T00:00', to: '2026-10-25T02:30' }] },
      { freeze: [{ ...FREEZE, from: '2026-09-30T22:00', to: '2026-10-25T01:30', zone: 'UTC' }] },
      [],
    ],
    [
      { freeze: [{ ...FREEZE, except: ['shop/preview', 'shop/deploy'] }] },
      { freeze: [{ ...FREEZE, except: ['shop/deploy', 'shop/preview'] }] },
      [],
    ],
    [
      { freeze: [FREEZE] },
      { freeze: [{ ...FREEZE, to: '2026-12-27T00:00' }] },
      [`wider: the freeze "Holidays" is from 2026-12-20T00:00 to 2026-12-27T00:00 Europe/Berlin, and was ${FROM_TO}`],
    ],
    [
      { freeze: [FREEZE] },
      { freeze: [{ ...FREEZE, except: ['shop/preview'] }] },
      ['wider: `except` of the freeze "Holidays" gains shop/preview'],
    ],
  ])('%j → %j', (before, now, said) => {
    expect(changes(before, now)).toEqual(said);
  });

  const high = (...all: Yaml[]): Yaml => ({ require: all.map((one) => ({ risk: 'high', ...one })) });

  it.each<[what: string, before: Yaml, now: Yaml, said: string[]]>([
    [
      'to every risk',
      high(needs('approval')),
      { require: [needs('approval')] },
      ['narrower: `require` asks entitlements of low risk for `approval` now'],
    ],
    [
      'to every environment',
      high({ environment: 'production', ...needs('approval') }),
      high(needs('approval')),
      ['narrower: `require` asks entitlements of high risk for `approval` now'],
    ],
    [
      'from every environment to one',
      high(needs('approval')),
      high({ environment: 'production', ...needs('approval') }),
      ['wider: `require` does not ask entitlements of high risk for `approval` any more'],
    ],
    [
      'from one kind to another',
      high({ kind: 'jwt', ...needs('approval') }),
      high({ kind: 'aws-role', ...needs('approval') }),
      [
        'wider: `require` does not ask entitlements of high risk and kind jwt for `approval` any more',
        'narrower: `require` asks entitlements of high risk and kind aws-role for `approval` now',
      ],
    ],
    [
      'to one environment more',
      high({ environment: 'production', ...needs('approval') }),
      high({ environment: ['staging', 'production'], ...needs('approval') }),
      ['narrower: `require` asks entitlements of high risk in environment staging for `approval` now'],
    ],
    [
      'to fewer environments of a form',
      high({ environment: 'prod*', ...needs('approval') }),
      high({ environment: 'Production', ...needs('approval') }),
      ['wider: `require` does not ask entitlements of high risk in environment prod* for `approval` any more'],
    ],
    [
      'to a requirement of its own, and asks for one thing more',
      high(needs('approval', 'environment')),
      high(needs('environment', 'review', 'runner: github-hosted'), needs('approval', 'environment')),
      ['narrower: `require` asks entitlements of high risk for `review`, `runner: github-hosted` now'],
    ],
    ['nowhere', high(needs('approval')), high({ environment: '**', ...needs('approval') }), []],
  ])('that moves a need %s says no more than that', (...[, before, now, said]) => {
    expect(changes(before, now)).toEqual(said);
  });
});
