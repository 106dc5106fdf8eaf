// Renewals that do not follow from what was said before: they would make one approval good for any number of credentials.
import { describe, expect, it } from 'vitest';
import type { Said } from '../../../broker/verifier/check-entry.ts';
import { Replay } from '../../../broker/verifier/replay.ts';

type Told = readonly [type: string, fields: Said['fields']];

const POLICY = 'a'.repeat(64);
const BINDING = 'b'.repeat(64);
const at = (minutes: number): string => new Date(minutes * 60_000).toISOString();
const entitlement = { project: 'shop', entitlement: 'deploy' };
const job = { issuer: 'github', repository_id: '1', run_id: '7', check_run_id: '1' };
const by = { ...entitlement, ...job, policy_digest: POLICY, organization_digest: null };
const ends = { revocation: 'at-expiry', ends_at: at(5), upstream_expires_at: at(5) };

const CHANGED: Told = [
  'policy.changed',
  { project: 'shop', file: 'shop.yaml', policy_digest: POLICY, previous_digest: null, set_digest: 'set' },
];
const PENDING: Told = [
  'request.pending',
  { ...by, request_id: 'req_1', approval_id: 'apr_1', binding: BINDING, needed: 1, issuances: 1, expires_at: at(9) },
];
const agreed = { ...entitlement, request_id: 'req_1', approval_id: 'apr_1', requests: ['req_1'], binding: BINDING };
const APPROVED: Told = [
  'approval.verdict',
  { ...agreed, approver: 'prn_1', verdict: 'approve', approval: 'approved', expires_at: at(9) },
];
const INVOKED: Told = [
  'break-glass.invoked',
  {
    ...{ ...agreed, invocation_id: 'inv_1', incident_id: 'inc_1', number: 1, incident_ends_at: at(30) },
    ...{ invoker: 'prn_1', expires_at: at(9) },
  },
];
const ON_APPROVAL = { approvals: ['apr_1'] };
const ON_INVOCATION = { invocation_id: 'inv_1' };

/** One request is permitted and issued, on what its fields say. */
function issued(number: number, fields: Said['fields'], more: Said['fields'] = {}): Told[] {
  const ids = { request_id: `req_${number}`, grant_id: `grt_${number}` };
  const permit = { ...by, ...ids, decision: 'permit', rule: 0, ttl: 300, grant_expires_at: at(9), ...fields, ...more };
  const issuance = { ...entitlement, request_id: `req_${number}`, issuance_id: `iss_${number}`, kind: 'jwt' };
  const lease = { lease_id: `lse_${number}` };
  return [
    ['request.decided', permit],
    ['issuance.started', { ...issuance, ...lease, grant_id: ids.grant_id, policy_digest: POLICY, rule: 0 }],
    ['issuance.succeeded', { ...issuance, ...lease, ...ends }],
  ];
}

const renewing = (renews = 'req_1', minutes = 20) => ({ renews, session_ends_at: at(minutes) });
const FIRST = [CHANGED, PENDING, APPROVED, ...issued(1, ON_APPROVAL)];
const INVOKED_FIRST = [CHANGED, PENDING, INVOKED, ...issued(1, ON_INVOCATION)];

/** A minute between two entries. */
function problemsOf(told: readonly Told[]): string[] {
  const problems: string[] = [];
  const replay = new Replay({ isOurs: () => true, report: (problem) => problems.push(problem), isFirst: true });
  for (const [index, [type, fields]] of told.entries()) {
    const said = { index, id: `ent_${index}`, type, time: index * 60_000, fields };
    replay.tell({ ...said, commitments: {}, opened: new Map() });
  }
  return problems.filter((problem) => !/speaks of (req|iss)_[23]/.test(problem));
}

const WITHHELD: Told = [
  'issuance.withheld',
  { ...entitlement, request_id: 'req_1', issuance_id: 'iss_1', kind: 'jwt', lease_id: 'lse_1', ...ends },
];

const ENDED: Told = [
  'lease.ended',
  {
    ...{ ...entitlement, request_id: 'req_1', issuance_id: 'iss_1', lease_id: 'lse_1', because: 'job-ended' },
    ...{ revocation: 'at-expiry', upstream_expires_at: at(5) },
  },
];

const GRANT_ENDED: Told = [
  'grant.ended',
  { ...entitlement, request_id: 'req_2', grant_id: 'grt_2', because: 'job-ended' },
];

describe('renewals told one after the other', () => {
  it.each([
    ['an approval', [...FIRST, ...issued(2, ON_APPROVAL, renewing()), ...issued(3, ON_APPROVAL, renewing())]],
    ['an invocation', [...INVOKED_FIRST, ...issued(2, ON_INVOCATION, renewing())]],
  ])('say nothing where each is of the job that had the first on %s', (_, told) => {
    expect(problemsOf(told)).toEqual([]);
  });

  it.each<[string, Told[], string]>([
    [
      'one without the mark, which is one credential too many',
      [...FIRST, ...issued(2, ON_APPROVAL)],
      'entry 6: the approval apr_1 was used up before',
    ],
    [
      'one of another job',
      [...FIRST, ...issued(2, ON_APPROVAL, { ...renewing(), check_run_id: '2' })],
      'entry 6: it renews req_1, and what this job had first on apr_1 was nothing',
    ],
    [
      'one of another commit',
      [...FIRST, ...issued(2, ON_APPROVAL, { ...renewing(), sha: 'c' })],
      'entry 6: it renews req_1, and what this job had first on apr_1 was nothing',
    ],
    [
      'one before anything was issued',
      [CHANGED, PENDING, APPROVED, ...issued(2, ON_APPROVAL, renewing())],
      'entry 3: it renews req_1, and what this job had first on apr_1 was nothing',
    ],
    [
      'one of what was withheld',
      [...FIRST, WITHHELD, ...issued(2, ON_APPROVAL, renewing())],
      'entry 7: it renews req_1, and what this job had first on apr_1 was nothing',
    ],
    [
      'one after what the job had was ended by order',
      [...FIRST, ENDED, ...issued(2, ON_APPROVAL, renewing())],
      'entry 7: it renews req_1, and what this job had was ended',
    ],
    [
      'one after a renewal that was being made was ended by order',
      [
        ...FIRST,
        ...issued(2, ON_APPROVAL, renewing()).slice(0, -1),
        GRANT_ENDED,
        ...issued(3, ON_APPROVAL, renewing()),
      ],
      'entry 9: it renews req_1, and what this job had was ended',
    ],
    [
      'one of a renewal, which would never end',
      [...FIRST, ...issued(2, ON_APPROVAL, renewing()), ...issued(3, ON_APPROVAL, renewing('req_2', 90))],
      'entry 9: it renews req_2, and what this job had first on apr_1 was req_1',
    ],
    [
      'one after the session',
      [...FIRST, ...issued(2, ON_APPROVAL, renewing('req_1', 6))],
      'entry 6: it renews req_1, whose session was over',
    ],
    [
      'one that makes the session longer',
      [...FIRST, ...issued(2, ON_APPROVAL, renewing()), ...issued(3, ON_APPROVAL, renewing('req_1', 21))],
      'entry 9: it moves the end of the session of req_1',
    ],
    [
      'one that outlasts its incident',
      [...INVOKED_FIRST, ...issued(2, ON_INVOCATION, renewing('req_1', 31))],
      'entry 6: it renews req_1 beyond the end of its incident',
    ],
    [
      'one that stands on nothing',
      [...FIRST, ...issued(2, renewing())],
      'entry 6: it renews req_1, and stands on no approval',
    ],
  ])('say so of %s', (_, told, problem) => {
    expect(problemsOf(told)).toEqual([problem]);
  });
});
