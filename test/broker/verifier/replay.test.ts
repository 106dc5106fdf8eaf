// Entries that cannot follow from those before, as a broker that errs or a log key that was stolen would write them.
import { describe, expect, it } from 'vitest';
import { ENTRY_FIELDS } from '../../../broker/log/entry.ts';
import {
  AT,
  ask,
  CHANGED,
  decided,
  ends,
  ISSUED,
  issuance,
  lease,
  PERMIT,
  POLICY,
  permit,
  problemsOf,
  STARTED,
  SUCCEEDED,
  started,
  type Told,
} from '../../support/told-entries.ts';

const BINDING = 'b'.repeat(64);
const LATER = '2026-11-25T10:00:00.000Z';
const PENDING: Told = [
  'request.pending',
  { ...decided, approval_id: 'apr_1', binding: BINDING, needed: 1, issuances: 1, expires_at: AT },
];
const invoked = {
  ...{ ...ask, approval_id: 'apr_1', requests: ['req_1'], binding: BINDING, invocation_id: 'inv_1' },
  ...{ incident_id: 'inc_1', number: 1, incident_ends_at: LATER, invoker: 'prn_1', expires_at: AT },
};
const STAGED: Told = [
  'policy.staged',
  { set_digest: 'set', documents: [{ file: 'shop.yaml', digest: POLICY, project: 'shop' }] },
];
const INVOKED: Told = ['break-glass.invoked', invoked];
const reviewed = { project: 'shop', entitlement: 'deploy', incident_id: 'inc_1', invocations: 1, reviewer: 'prn_2' };
const REVIEWED: Told = ['break-glass.reviewed', reviewed];
const EMERGENCY = [CHANGED, PENDING, INVOKED];
const ANOTHER: Told = ['request.pending', { ...PENDING[1], request_id: 'req_2', approval_id: 'apr_2' }];
const again = { ...invoked, request_id: 'req_2', approval_id: 'apr_2', requests: ['req_2'], invocation_id: 'inv_2' };

const WRONG: readonly (readonly [string, readonly Told[], string])[] = [
  [
    'a second issuance for one grant',
    [...ISSUED, ['issuance.started', { ...started, issuance_id: 'iss_2' }]],
    'entry 4: the grant grt_1 was spent before',
  ],
  [
    'a permit by an invocation that nobody made',
    [CHANGED, PENDING, ['request.decided', { ...permit, invocation_id: 'inv_1' }]],
    'entry 2: it stands on inv_1, which nobody invoked',
  ],
  [
    'an invocation of what was invoked',
    [...EMERGENCY, ['break-glass.invoked', { ...invoked, invocation_id: 'inv_2', number: 2 }]],
    'entry 3: it takes state of apr_1 for "pending", and that was "invoked"',
  ],
  [
    'an approval of what was invoked',
    [...EMERGENCY, ['request.decided', { ...permit, approvals: ['apr_1'] }]],
    'entry 3: it takes state of apr_1 for "approved", and that was "invoked"',
  ],
  [
    'an invocation that is not counted',
    [...EMERGENCY, ANOTHER, ['break-glass.invoked', again]],
    'entry 4: it is invocation 1 of inc_1, and there were 1',
  ],
  [
    'a second incident before the first was reviewed',
    [...EMERGENCY, ANOTHER, ['break-glass.invoked', { ...again, incident_id: 'inc_2' }]],
    'entry 4: it opens inc_2, and inc_1 was not reviewed',
  ],
  [
    'an invocation in an incident that was reviewed',
    [...EMERGENCY, REVIEWED, ANOTHER, ['break-glass.invoked', { ...again, number: 2 }]],
    'entry 5: inc_1 was reviewed before',
  ],
  [
    'an invocation in an incident that was over',
    [CHANGED, PENDING, ['break-glass.invoked', { ...invoked, incident_ends_at: '1970-01-01T00:00:00.000Z' }]],
    'entry 2: it invokes in inc_1, which was over',
  ],
  [
    'a review by who invoked',
    [...EMERGENCY, ['break-glass.reviewed', { ...reviewed, reviewer: 'prn_1' }]],
    'entry 3: prn_1 reviews inc_1, and invoked in it',
  ],
  [
    'a review of fewer than there were',
    [...EMERGENCY, ANOTHER, ['break-glass.invoked', { ...again, number: 2 }], REVIEWED],
    'entry 5: it reviews 1 invocations of inc_1, and there were 2',
  ],
  [
    'a review of an incident of another entitlement',
    [...EMERGENCY, ['break-glass.reviewed', { ...reviewed, entitlement: 'other' }]],
    'entry 3: inc_1 is an incident of another entitlement',
  ],
  ['a review of nothing', [CHANGED, REVIEWED], 'entry 1: it reviews inc_1, which nobody opened'],
  ['an issuance without a permit', [CHANGED, STARTED], 'entry 1: it speaks of req_1, which no entry before made'],
  [
    'an issuance by another rule',
    [CHANGED, PERMIT, ['issuance.started', { ...started, rule: 1 }]],
    'entry 2: it takes rule of grt_1 for "1", and that was "0"',
  ],
  [
    'an issuance of another project',
    [CHANGED, PERMIT, ['issuance.started', { ...started, project: 'bank' }]],
    'entry 2: it takes project of req_1 for "bank", and that was "shop"',
  ],
  [
    'a lease without an issuance',
    [CHANGED, PERMIT, SUCCEEDED],
    'entry 2: it speaks of iss_1, which no entry before made',
  ],
  [
    'a lease under another id',
    [CHANGED, PERMIT, STARTED, ['issuance.succeeded', { ...issuance, lease_id: 'lse_2', ...ends }]],
    'entry 3: it takes lease_id of iss_1 for "lse_2", and that was "lse_1"',
  ],
  [
    'an issuance that succeeded twice',
    [...ISSUED, SUCCEEDED],
    'entry 4: it takes state of iss_1 for "started", and that was "succeeded"',
  ],
  [
    'a lease given back that nobody had',
    [CHANGED, ['lease.returned', lease]],
    'entry 1: it speaks of lse_1, which no entry before made',
  ],
  [
    'a lease given back twice',
    [...ISSUED, ['lease.returned', lease], ['lease.returned', lease]],
    'entry 5: it takes state of lse_1 for "live", and that was "returned"',
  ],
  [
    'a lease given again after its return',
    [...ISSUED, ['lease.returned', lease], ['issuance.redelivered', { ...issuance, lease_id: 'lse_1' }]],
    'entry 5: it takes state of lse_1 for "live", and that was "returned"',
  ],
  [
    'a lease of another request',
    [...ISSUED, ['lease.revoked', { ...lease, request_id: 'req_2' }]],
    'entry 4: it takes request_id of lse_1 for "req_2", and that was "req_1"',
  ],
  [
    'the same withheld twice',
    [
      ...ISSUED,
      ['issuance.withheld', { ...issuance, lease_id: 'lse_1', ...ends }],
      ['issuance.withheld', { ...issuance, lease_id: 'lse_1', ...ends }],
    ],
    'entry 5: what it withholds was withheld before',
  ],
  [
    'a permit after it was issued',
    [...ISSUED, ['request.decided', { ...permit, grant_id: 'grt_2' }]],
    'entry 4: it decides req_1 again, which was issued',
  ],
  ['the same grant made twice', [CHANGED, PERMIT, PERMIT], 'entry 2: it makes the grant grt_1 a second time'],
  ['a decision by no policy in force', [PERMIT], `entry 0: it decides by the policy ${POLICY}, and none was in force`],
  [
    'a decision by an earlier policy',
    [
      CHANGED,
      ['policy.changed', { ...CHANGED[1], policy_digest: 'b', previous_digest: POLICY, set_digest: 'other' }],
      PERMIT,
    ],
    `entry 2: it decides by the policy ${POLICY}, and b was in force`,
  ],
  [
    'a decision by a policy that was removed',
    [
      CHANGED,
      ['policy.changed', { ...CHANGED[1], policy_digest: null, previous_digest: POLICY, set_digest: 'other' }],
      PERMIT,
    ],
    `entry 2: it decides by the policy ${POLICY}, and none was in force`,
  ],
  [
    'a decision under no organization',
    [
      CHANGED,
      [
        'organization.changed',
        { file: '_organization.yaml', organization_digest: 'o', previous_digest: null, set_digest: 'set' },
      ],
      PERMIT,
    ],
    'entry 2: it decides under the organization null, and o was in force',
  ],
  [
    'a policy that replaces what was not there',
    [['policy.changed', { ...CHANGED[1], previous_digest: 'b' }]],
    'entry 0: it replaces the shop.yaml b, and null was in force',
  ],
  ['staged documents without a list', [['policy.staged', { set_digest: 'set' }]], 'entry 0: its documents are no list'],
  [
    'a staged document that is none',
    [['policy.staged', { set_digest: 'set', documents: [null] }]],
    'entry 0: it has no file',
  ],
  [
    'a document kept a second time',
    [CHANGED, STAGED],
    `entry 1: it stages the shop.yaml ${POLICY}, which was kept before`,
  ],
  [
    'a decision by what was only staged',
    [STAGED, PERMIT],
    `entry 1: it decides by the policy ${POLICY}, and none was in force`,
  ],
  ['a misuse of no request', [['request.misused', ask]], 'entry 0: it speaks of req_1, which no entry before made'],
  [
    'a key created twice',
    [1, 2].map(
      (): Told => ['key.created', { key_id: 'k', purpose: 'log', algorithm: 'EdDSA', public_key: 'x', created_at: AT }],
    ),
    'entry 1: the key k was created before',
  ],
  [
    'a type that there is not',
    [['key.forgotten', {}]],
    'entry 0: its type "key.forgotten" is none that this verifier knows',
  ],
  [
    'no id where there must be one',
    [CHANGED, ['request.decided', { ...permit, grant_id: 7 }]],
    'entry 1: it has no grant_id',
  ],
  [
    'a time that is none',
    [CHANGED, ['request.decided', { ...permit, grant_expires_at: 'soon' }]],
    'entry 1: its grant_expires_at is no time',
  ],
];

describe('entries told one after the other', () => {
  it('say nothing where each follows from those before', () => {
    const refused: Told = ['request.decided', { ...decided, decision: 'deny' }];
    expect(problemsOf([...ISSUED, refused, ['lease.returned', lease], ['lease.revoked', lease]])).toEqual([]);
  });

  it.each(WRONG)('say so of %s', (_what, told, problem) => {
    expect(problemsOf(told)).toEqual([problem]);
  });

  it('say so of two with one id', () => {
    expect(problemsOf([CHANGED, PERMIT], ['ent_1', 'ent_1'])).toEqual([
      'entry 1: its id ent_1 is that of an earlier entry',
    ]);
  });

  it('are of types that are all known', () => {
    const told = Object.keys(ENTRY_FIELDS).map((type): Told => [type, {}]);
    expect(problemsOf(told).filter((problem) => problem.includes('none that this verifier knows'))).toEqual([]);
  });
});
