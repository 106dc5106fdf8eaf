// Pauses, resumptions and orders of revocation that cannot follow from what was said before: a verifier shows each.
import { describe, expect, it } from 'vitest';
import type { Said } from '../../../broker/verifier/check-entry.ts';
import {
  AT,
  ask,
  CHANGED,
  ends,
  ISSUED,
  issuance,
  lease,
  PERMIT,
  problemsOf,
  STARTED,
  SUCCEEDED,
  type Told,
} from '../../support/told-entries.ts';

const pause = { pause_id: 'pau_1', scope: 'everything', target: '', by: 'security', step_up: 'passkey' };
const PAUSED: Told = ['access.paused', { ...pause, principal: 'prn_1' }];
const proposal = { ...pause, principal: 'prn_1', ends_at: '1970-01-01T01:00:00.001Z' };
const PROPOSED: Told = ['access.resume_proposed', proposal];
const resumedBy = (principal: string, more: Said['fields'] = {}): Told => [
  'access.resumed',
  { ...pause, principal, alone: false, ...more },
];
const MERGED: Told = ['identity.linked', { principal: 'prn_2', provider: 'sso', merged_principal: 'prn_1' }];
const order = { revocation_id: 'rev_1', scope: 'project', target: 'shop', by: 'operator', step_up: 'none', leases: 1 };
const ORDERED: Told = ['access.revocation_ordered', order];
const ended = { ...lease, because: 'revocation-ordered', revocation_id: 'rev_1', upstream_expires_at: AT };
const ENDED: Told = ['lease.ended', ended];
const FINISHED: Told = ['access.revocation_finished', { revocation_id: 'rev_1', ended: 1 }];

const OF_WHAT_IS_UNDER_WAY: Told = ['access.revocation_ordered', { ...order, leases: 0, under_way: 1 }];
const endedGrant = { ...ask, grant_id: 'grt_1', because: 'revocation-ordered', revocation_id: 'rev_1' };
const GRANT_ENDED: Told = ['grant.ended', endedGrant];
const UNDER_WAY = [OF_WHAT_IS_UNDER_WAY, GRANT_ENDED];
const WITHHELD: Told = ['issuance.withheld', { ...issuance, lease_id: 'lse_1', ...ends }];

const resetBy = (type: string, principal: string): Told => [
  type,
  { target: 'prn_3', by: 'security', step_up: 'passkey', principal, passkeys: ['pky_1'], sessions: 1 },
];
const LOST = resetBy('passkey.reset_proposed', 'prn_1');

const WRONG_ACCESS: readonly (readonly [string, readonly Told[], string])[] = [
  [
    'a proposal to resume what is not paused',
    [PROPOSED],
    'entry 0: it speaks of the pause pau_1, which is not in force',
  ],
  [
    'a reset of passkeys that nobody proposed',
    [resetBy('passkey.reset', 'prn_1')],
    'entry 0: it resets the passkeys of prn_3, and nobody had proposed that within the hour before',
  ],
  [
    'a reset of passkeys by who proposed it, under another identity',
    [LOST, MERGED, resetBy('passkey.reset', 'prn_2')],
    'entry 2: one and the same proposes to reset the passkeys of prn_3 and confirms it',
  ],
  [
    'a reset of one’s own passkeys',
    [LOST, resetBy('passkey.reset', 'prn_3')],
    'entry 1: prn_3 resets their own passkeys',
  ],
  [
    'a resumption that nobody proposed',
    [PAUSED, resumedBy('prn_2')],
    'entry 1: it resumes pau_1, and nobody had proposed that within the hour before',
  ],
  [
    'a resumption by who proposed it',
    [PAUSED, PROPOSED, resumedBy('prn_1')],
    'entry 2: one and the same proposes to resume pau_1 and confirms it',
  ],
  [
    'a resumption by who proposed it, under another identity',
    [PAUSED, PROPOSED, MERGED, resumedBy('prn_2')],
    'entry 3: one and the same proposes to resume pau_1 and confirms it',
  ],
  [
    'a person who resumes alone',
    [PAUSED, resumedBy('prn_2', { alone: true })],
    'entry 1: prn_2 resumes alone, which only an operator may',
  ],
  [
    'a person who resumes their own access',
    [
      ['access.paused', { ...pause, scope: 'principal', target: 'prn_3', principal: 'prn_1' }],
      ['access.resume_proposed', { ...proposal, scope: 'principal', target: 'prn_3' }],
      resumedBy('prn_3', { scope: 'principal', target: 'prn_3' }),
    ],
    'entry 2: prn_3 resumes their own access',
  ],
  [
    'a resumption of something else',
    [PAUSED, PROPOSED, resumedBy('prn_2', { scope: 'project', target: 'shop' })],
    'entry 2: it takes pau_1 for a pause of something else',
  ],
  [
    'a second proposal',
    [PAUSED, PROPOSED, PROPOSED],
    'entry 2: what it proposes may be confirmed for another time than an hour',
  ],
  [
    'a pause that was resumed before',
    [PAUSED, PROPOSED, resumedBy('prn_2'), resumedBy('prn_2')],
    'entry 3: it speaks of the pause pau_1, which is not in force',
  ],
  ['a pause that is made twice', [PAUSED, PAUSED], 'entry 1: it makes the pause pau_1 a second time'],
  [
    'a lease ended by an order that nobody gave',
    [...ISSUED, ENDED],
    'entry 4: it speaks of the order rev_1, which nobody gave',
  ],
  [
    'a lease ended by an order that is finished',
    [...ISSUED, ORDERED, ['access.revocation_finished', { revocation_id: 'rev_1', ended: 0 }], ENDED],
    'entry 6: the order rev_1 was finished before',
  ],
  [
    'an order that ended more than it says',
    [...ISSUED, ORDERED, ENDED, ['access.revocation_finished', { revocation_id: 'rev_1', ended: 0 }]],
    'entry 6: it says that rev_1 ended 0 leases, and it ended 1',
  ],
  [
    'a lease ended by an order that it does not name',
    [...ISSUED, ['lease.ended', { ...lease, because: 'revocation-ordered' }]],
    'entry 4: its cause is an order of revocation, and it names none; or the other way round',
  ],
  [
    'a credential that somebody has of a grant that was ended while it was made',
    [CHANGED, PERMIT, STARTED, ...UNDER_WAY, SUCCEEDED],
    'entry 5: the grant grt_1 was ended before, by rev_1',
  ],
  [
    'an issuance that was begun on a grant that was ended',
    [CHANGED, PERMIT, ...UNDER_WAY, STARTED],
    'entry 4: the grant grt_1 was ended before, by rev_1',
  ],
  [
    'a grant ended twice',
    [CHANGED, PERMIT, STARTED, ['grant.ended', { ...ask, grant_id: 'grt_1', because: 'job-ended' }], ...UNDER_WAY],
    'entry 5: the grant grt_1 was ended before, by job-ended',
  ],
  [
    'a grant ended on which nothing was under way',
    [...ISSUED, ...UNDER_WAY],
    'entry 5: it ends the grant grt_1, and nothing was under way on it',
  ],
  [
    'a grant ended that another request has',
    [CHANGED, PERMIT, OF_WHAT_IS_UNDER_WAY, ['grant.ended', { ...endedGrant, request_id: 'req_2' }]],
    'entry 3: it speaks of the grant grt_1, which no entry before made for req_2',
  ],
  [
    'a grant ended that there is not',
    [CHANGED, ...UNDER_WAY],
    'entry 2: it speaks of the grant grt_1, which no entry before made for req_1',
  ],
  [
    'more under way than its order counted',
    [CHANGED, PERMIT, ORDERED, GRANT_ENDED],
    'entry 3: it is one more than the order rev_1 counted as under way',
  ],
  [
    'an order that counted more under way than was ended',
    [CHANGED, OF_WHAT_IS_UNDER_WAY, ['access.revocation_finished', { revocation_id: 'rev_1', ended: 0 }]],
    'entry 2: rev_1 counted 1 more under way than entries speak of',
  ],
  [
    'a grant ended by an order that it does not name',
    [CHANGED, PERMIT, ['grant.ended', { ...ask, grant_id: 'grt_1', because: 'revocation-ordered' }]],
    'entry 2: its cause is an order of revocation, and it names none; or the other way round',
  ],
  ['an order that is given twice', [ORDERED, ORDERED], 'entry 1: it gives the order rev_1 a second time'],
  [
    'a revocation of a lease that is live',
    [...ISSUED, ['lease.revoked', lease]],
    'entry 4: it says that lse_1 is revoked, which was live',
  ],
  [
    'a second revocation of a lease',
    [...ISSUED, ['lease.returned', lease], ['lease.revoked', lease], ['lease.revoked', lease]],
    'entry 6: it says that lse_1 is revoked, which was revoked',
  ],
  [
    'a death before its time',
    [...ISSUED, ['lease.returned', lease], ['lease.died', { ...lease, attempts: 1, upstream_expires_at: AT }]],
    'entry 5: it says that lse_1 has died, and that comes later',
  ],
];

describe('entries about access', () => {
  it.each(WRONG_ACCESS)('show %s', (_what, told, problem) => {
    expect(problemsOf(told)).toEqual([problem]);
  });

  it('say nothing where access was ended and given back in order', () => {
    const alone: Told = ['access.resumed', { ...pause, by: 'operator', alone: true }];
    const told = [...ISSUED, ORDERED, ENDED, FINISHED, ['lease.revoked', lease] as Told];
    expect(problemsOf(told)).toEqual([]);
    expect(problemsOf([CHANGED, PERMIT, STARTED, ...UNDER_WAY, WITHHELD])).toEqual([]);
    expect(problemsOf([CHANGED, PERMIT, ...UNDER_WAY])).toEqual([]);
    expect(problemsOf([PAUSED, PROPOSED, resumedBy('prn_2'), PAUSED, alone])).toEqual([]);
  });
});
