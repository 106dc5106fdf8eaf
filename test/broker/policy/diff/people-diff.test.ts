import { describe, expect, it } from 'vitest';
import type { Yaml } from '../../../support/build-policy.ts';
import { diffOfTerms } from '../../../support/diff-lines.ts';

const approval = (more: Yaml = {}): Yaml => ({ approval: { by: ['acme/platform'], ...more } });
const breakGlass = (more: Yaml = {}): Yaml => ({
  'break-glass': { for: 'acme/platform', notify: 'acme/security', ...more },
});

/** A program is named, so that people and programs are allowed alike. */
const rules = { allow: [{ branch: 'main', event: 'push', actor: '5' }] };
const changes = (before: Yaml, now: Yaml): readonly string[] =>
  diffOfTerms({ ...rules, ...before }, { ...rules, ...now });

describe('who must agree', () => {
  it.each<[what: string, before: Yaml, now: Yaml, said: string[]]>([
    [
      'somebody, where nobody had to',
      {},
      approval(),
      ['narrower: shop/preview needs approval by 1 of acme/platform now'],
    ],
    [
      'nobody any more',
      approval(),
      {},
      ['wider: shop/preview needs nobody to agree any more; before it needed approval by 1 of acme/platform'],
    ],
    [
      'somebody of one team or another',
      {},
      { ...approval(), ...breakGlass() },
      ['narrower: shop/preview needs approval by 1 of acme/platform, or break-glass by acme/platform now'],
    ],
    [
      'somebody who invokes break-glass, where nobody had to',
      {},
      breakGlass({ for: ['acme/platform', 'acme/security'] }),
      ['narrower: shop/preview needs break-glass by acme/platform or acme/security now'],
    ],
    [
      'nobody any more, where break-glass was the only way',
      breakGlass(),
      {},
      ['wider: shop/preview needs nobody to agree any more; before it needed break-glass by acme/platform'],
    ],
    [
      'break-glass as a second way',
      approval(),
      { ...approval(), ...breakGlass() },
      ['wider: shop/preview may be had with break-glass by acme/platform now'],
    ],
    [
      'break-glass as a second way no more',
      { ...approval(), ...breakGlass() },
      approval(),
      ['narrower: shop/preview may not be had with break-glass by acme/platform any more'],
    ],
    [
      'approval as a second way',
      breakGlass(),
      { ...approval(), ...breakGlass() },
      ['wider: shop/preview may be had with approval by 1 of acme/platform now'],
    ],
    [
      'approval as a second way no more',
      { ...approval(), ...breakGlass() },
      breakGlass(),
      ['narrower: shop/preview may not be had with approval by 1 of acme/platform any more'],
    ],
    [
      'one way in the place of the other',
      approval(),
      breakGlass(),
      [
        'wider: shop/preview may be had with break-glass by acme/platform now',
        'narrower: shop/preview may not be had with approval by 1 of acme/platform any more',
      ],
    ],
  ])('%s', (...[, before, now, said]) => {
    expect(changes(before, now)).toEqual(said);
  });

  it.each<[before: Yaml, now: Yaml, said: string]>([
    [{ count: 2 }, {}, 'wider: shop/preview `approval.count` is 1, and was 2'],
    [{}, { count: 2 }, 'narrower: shop/preview `approval.count` is 2, and was 1'],
    [{}, { by: ['acme/platform', 'acme/security'] }, 'wider: shop/preview `approval.by` gains acme/security'],
    [
      { by: ['acme/platform', 'acme/security', 'acme/release-managers'] },
      {},
      'narrower: shop/preview `approval.by` loses acme/security, acme/release-managers',
    ],
    [
      {},
      { by: ['acme/platform', 'acme/security', 'acme/release-managers'] },
      'wider: shop/preview `approval.by` gains acme/security, acme/release-managers',
    ],
    [{}, { self: 'allowed' }, 'wider: shop/preview people may approve their own requests'],
    [{ self: 'allowed' }, {}, 'narrower: shop/preview nobody may approve their own request any more'],
    [{}, { 'apart-from': 'requester' }, 'wider: shop/preview `approval.apart-from` loses actor'],
    [{ 'apart-from': 'requester' }, {}, 'narrower: shop/preview `approval.apart-from` gains actor'],
    [{}, { covers: 'run' }, 'wider: shop/preview one approval is good for a run, and was for a job'],
    [{ covers: 'run' }, { covers: 'plan' }, 'wider: shop/preview one approval is good for a plan, and was for a run'],
    [{ covers: 'plan' }, {}, 'narrower: shop/preview one approval is good for a job, and was for a plan'],
    [{ issuances: 2 }, {}, 'narrower: shop/preview `approval.issuances` is 1, and was 2'],
    [{}, { within: '1h' }, 'wider: shop/preview `approval.within` is 1h, and was 30m'],
  ])('an approval %j → %j', (before, now, said) => {
    expect(changes(approval(before), approval(now))).toEqual([said]);
  });

  it.each<[before: Yaml, now: Yaml, said: string]>([
    [{}, { for: ['acme/platform', 'acme/security'] }, 'wider: shop/preview `break-glass.for` gains acme/security'],
    [
      {},
      { notify: ['acme/security', 'acme/platform'] },
      'narrower: shop/preview `break-glass.notify` gains acme/platform',
    ],
    [{ incident: '12h' }, {}, 'wider: shop/preview `break-glass.incident` is 1d, and was 12h'],
  ])('break-glass %j → %j', (before, now, said) => {
    expect(changes(breakGlass(before), breakGlass(now))).toEqual([said]);
  });
});
