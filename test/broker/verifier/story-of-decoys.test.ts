// Answers of decoys that cannot follow from what was said before: a verifier shows each.
import { expect, it } from 'vitest';
import { problemsOf, type Told } from '../../support/told-entries.ts';

const decoy = { decoy_id: 'dcy_1', project: 'shop', entitlement: 'deploy' };
const STARTED: Told = ['decoy.started', decoy];
const ENDED: Told = ['decoy.ended', decoy];

it.each<[what: string, told: readonly Told[], problems: string[]]>([
  ['a decoy and its answer', [STARTED, ENDED], []],
  ['a decoy that a crash interrupted', [STARTED], []],
  ['an answer to nothing', [ENDED], ['entry 0: it answers the decoy dcy_1, and none is open']],
  ['a second answer', [STARTED, ENDED, ENDED], ['entry 2: it answers the decoy dcy_1, and none is open']],
  [
    'an answer about another entitlement',
    [STARTED, ['decoy.ended', { ...decoy, entitlement: 'other' }]],
    ['entry 1: it takes the decoy dcy_1 for one of something else'],
  ],
])('%s', (_what, told, problems) => {
  expect(problemsOf(told)).toEqual(problems);
});
