// Endings of command lines that cannot follow from what was said before: a verifier shows each.
import { expect, it } from 'vitest';
import { AT, problemsOf, type Told } from '../../support/told-entries.ts';

const one = { principal: 'prn_a', session_id: 'ses_1' };
const ALLOWED: Told = ['command_line.allowed', { ...one, step_up: 'none', ends_at: AT }];
const ENDED: Told = ['command_line.ended', { ...one, by: 'page' }];
const NONE = 'it ends the command line ses_1, and no such one is logged in';
const reset = { target: 'prn_a', by: 'security', step_up: 'passkey' };
const paused = (scope: string, target: string): Told => [
  'access.paused',
  { pause_id: 'pau_1', scope, target, by: 'operator', step_up: 'none' },
];
const linked = (merged_principal: string): Told => [
  'identity.linked',
  { principal: 'prn_b', provider: 'sso', merged_principal },
];

it.each<[what: string, told: readonly Told[], problems: string[]]>([
  ['one that is allowed and ended', [ALLOWED, ENDED], []],
  ['one that its time ends', [ALLOWED], []],
  ['one that was never allowed', [ENDED], [`entry 0: ${NONE}`]],
  ['one that is ended twice', [ALLOWED, ENDED, ENDED], [`entry 2: ${NONE}`]],
  ['one that is allowed twice', [ALLOWED, ALLOWED], ['entry 1: it allows the command line ses_1 a second time']],
  [
    'one of somebody else',
    [ALLOWED, ['command_line.ended', { ...one, principal: 'prn_b', by: 'page' }]],
    ['entry 1: it ends the command line ses_1 for somebody whose it is not'],
  ],
  [
    'one of a person whose passkeys were reset by two',
    [
      ALLOWED,
      ['passkey.reset_proposed', { ...reset, principal: 'prn_s', ends_at: AT }],
      ['passkey.reset', { ...reset, principal: 'prn_r', passkeys: [], sessions: 1, register_by: AT }],
      ENDED,
    ],
    [`entry 3: ${NONE}`],
  ],
  ['one of a person who was paused', [ALLOWED, paused('principal', 'prn_a'), ENDED], [`entry 2: ${NONE}`]],
  ['one beside a pause of something else', [ALLOWED, paused('project', 'prn_a'), ENDED], []],
  ['one of a person who was found to be another', [ALLOWED, linked('prn_a'), ENDED], [`entry 2: ${NONE}`]],
  ['one beside such a person', [ALLOWED, linked('prn_c'), ENDED], []],
])('%s', (_what, told, problems) => {
  expect(problemsOf(told)).toEqual(problems);
});
