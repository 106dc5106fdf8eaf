import { describe, expect, it } from 'vitest';
import { entryWords } from '../../../../broker/http/pages/entry-words.ts';
import { readEntry } from '../../../../broker/http/pages/log-entry.ts';
import { ENTRY_FIELDS, subjectFields } from '../../../../broker/log/entry.ts';
import type { LogEntryRow } from '../../../../broker/store/log-tables.ts';
import { buildSubject } from '../../../support/build-subject.ts';
import { ACCESS_ENTRIES } from './access-entries.ts';
import { KEY_ENTRIES } from './key-entries.ts';
import { NOW } from './page-store.ts';
import { ownWords, textOf } from './page-text.ts';
import { PEOPLE_ENTRIES } from './people-entries.ts';
import { POLICY_ENTRIES, policy } from './policy-entries.ts';

const DIGEST = 'ab'.repeat(32);
const ask = { request_id: 'req_1', project: 'shop', entitlement: 'deploy' };
const issuance = { ...ask, issuance_id: 'iss_1', kind: 'jwt' };
const lease = { ...ask, issuance_id: 'iss_1', lease_id: 'lse_1' };
const subject = subjectFields(buildSubject());
const decided = { ...ask, ...subject, policy_digest: DIGEST, organization_digest: DIGEST };
const PAST = '2026-11-22T11:50:00.000Z';
const FUTURE = '2026-11-22T12:10:00.000Z';
const ends = { ends_at: FUTURE, upstream_expires_at: FUTURE };
const returned = { ...lease, revocation: 'at-expiry', upstream_expires_at: FUTURE };
const succeeded = {
  ...issuance,
  ...subject,
  lease_id: 'lse_1',
  policy_digest: DIGEST,
  rule: 0,
  approvals: [],
  assurance: 'automated',
  fingerprint: DIGEST,
  revocation: 'at-expiry',
  ends_at: FUTURE,
  upstream_expires_at: FUTURE,
};
const row = (type: string, fields: object): LogEntryRow => {
  const leaf = { v: 1, type, time: PAST, id: 'ent_1', nonce: 'bm9uY2U=', personal: {}, ...fields };
  return {
    entry_index: 7,
    id: 'ent_1',
    time: NOW,
    type,
    project: null,
    request_id: null,
    leaf: JSON.stringify(leaf),
    leaf_hash: '',
  };
};
const words = (type: string, fields: object) => entryWords(readEntry(row(type, fields)), NOW);

it('an order stands beside what it names, and not beside the project of that', () => {
  const order = { pause_id: 'pau_1', by: 'operator', step_up: 'none' };
  const scopeOf = (fields: object) => readEntry(row('access.paused', { ...order, ...fields })).scope;
  expect(scopeOf({ scope: 'entitlement', target: 'shop/deploy', project: 'shop' })).toBe('shop/deploy');
  expect(scopeOf({ scope: 'everything', target: '' })).toBe('everything');
});

const withdrawn = { request_id: 'req_1', project: 'shop', entitlement: 'deploy', approval_id: 'apr_1' };
const approval = { ...withdrawn, requests: [] };
const verdict = {
  ...approval,
  verdict: 'approve',
  approver: 'prn_1',
  binding: DIGEST,
  team: 'acme/releases',
  self: false,
  step_up: 'none',
  expires_at: FUTURE,
};
const pending = { ...decided, approval_id: 'apr_1', binding: DIGEST, by: ['acme/releases'], needed: 1, issuances: 1 };

const invoked = {
  ...{
    ...approval,
    binding: DIGEST,
    invocation_id: 'inv_1',
    incident_id: 'inc_1',
    number: 2,
    incident_ends_at: FUTURE,
  },
  ...{ invoker: 'prn_1', team: 'acme/on-call', step_up: 'passkey', self: true, notify: ['acme/security'] },
  expires_at: FUTURE,
};

const EVERY_TYPE: readonly (readonly [string, object, string, string])[] = [
  [
    'request.pending',
    { ...pending, rule: 0, ttl: 600, expires_at: FUTURE },
    'Waiting for approval',
    '1 of acme/releases until 12:10:00.',
  ],
  ['request.withdrawn', { ...withdrawn, by: 'job', approval_ended: true }, 'Withdrawn', ''],
  ['approval.verdict', { ...verdict, approval: 'approved' }, 'Approved', 'The job may go on.'],
  ['approval.verdict', { ...verdict, approval: 'pending' }, 'Approved', 'More must agree.'],
  ['approval.verdict', { ...verdict, verdict: 'reject', approval: 'rejected' }, 'Rejected', ''],
  [
    'request.pending',
    { ...pending, rule: 0, ttl: 600, expires_at: FUTURE, by: [], break_glass: ['acme/on-call'] },
    'Waiting for break-glass',
    'Until 12:10:00. Break-glass: 1 of acme/on-call.',
  ],
  [
    'break-glass.invoked',
    invoked,
    'Break-glass by who asked',
    'Time 2 in its incident; acme/security told. It is shut after the incident until it was reviewed.',
  ],
  [
    'break-glass.reviewed',
    {
      ...{ project: 'shop', entitlement: 'deploy', incident_id: 'inc_1', opened_at: PAST, invocations: 2 },
      ...{ reviewer: 'prn_2', as: 'owner', step_up: 'passkey' },
    },
    'Break-glass reviewed',
    'It was invoked 2 times in that incident, and may be invoked again.',
  ],
  ['approval.expired', approval, 'Nobody decided in time', ''],
  [
    'approval.void',
    { ...approval, because: 'the policy was changed' },
    'Approval void',
    'The cause: the policy was changed.',
  ],
  [
    'request.decided',
    { ...decided, decision: 'permit', rule: 1, ttl: 600 },
    'Permitted',
    'The second rule holds, in the policy abab abab … abab.',
  ],
  [
    'request.decided',
    { ...decided, decision: 'deny', reasons: [{ code: 'FROZEN' }, { code: 'FROZEN' }] },
    'Refused',
    'FROZEN, by the policy abab abab … abab. Nothing was issued.',
  ],
  [
    'request.misused',
    { ...ask, ...subject, code: 'REQUEST_OF_ANOTHER_JOB' },
    'Misuse refused',
    'Another job presented the secret of this request. Nothing was answered from it, and nothing in it changed.',
  ],
  [
    'request.replayed',
    { ...subject, token_id: 'token-1' },
    'Replay refused',
    'A subject token works once; this one had been used.',
  ],
  [
    'issuance.started',
    {
      ...issuance,
      grant_id: 'grt_1',
      lease_id: 'lse_1',
      policy_digest: DIGEST,
      rule: 0,
      run_id: '1',
      run_attempt: '1',
    },
    'Issuance started',
    'Credential of kind jwt.',
  ],
  ['issuance.succeeded', succeeded, 'Issued, automated', 'A jwt, until 12:10:00. Fingerprint abab abab … abab.'],
  [
    'issuance.succeeded',
    { ...succeeded, fingerprint: undefined, ends_at: null },
    'Issued, automated',
    'A jwt, without an end.',
  ],
  [
    'issuance.failed',
    { ...issuance, reason: 'the other side refused' },
    'Not issued',
    'The cause: the other side refused.',
  ],
  [
    'issuance.unknown',
    { ...issuance, reason: 'it went away' },
    'Outcome unknown',
    'The cause: it went away. Nothing was handed to the job.',
  ],
  [
    'issuance.unknown',
    { ...issuance, reason: 'it went away', may_live_until: '2026-11-22T11:00:00.000Z' },
    'Outcome unknown',
    'The cause: it went away. Nothing was handed to the job. Whether it was made is unknown; if it was, it has died by 11:00:00.',
  ],
  [
    'issuance.withheld',
    { ...issuance, lease_id: 'lse_1', reason: 'it came late', revocation: 'immediate', ...ends },
    'Withheld',
    'The cause: it came late. The credential was handed to nobody, and is to be revoked.',
  ],
  [
    'issuance.withheld',
    { ...issuance, lease_id: 'lse_1', reason: 'it came late', revocation: 'at-expiry', ...ends },
    'Withheld',
    'The cause: it came late. The credential was handed to nobody; nobody can revoke it.',
  ],
  [
    'issuance.redelivered',
    { ...issuance, lease_id: 'lse_1' },
    'Same answer given again',
    'The job asked again with the same secret. Nothing new was issued.',
  ],
  ['lease.returned', returned, 'Lease returned', 'Nobody can revoke it: it can be used until 12:10:00.'],
  [
    'lease.returned',
    { ...returned, upstream_expires_at: PAST },
    'Lease returned',
    'Nobody could revoke it: it could be used until 11:50:00.',
  ],
  [
    'lease.returned',
    { ...returned, revocation: 'none', upstream_expires_at: null },
    'Lease returned',
    'Nobody can revoke it, and it never dies.',
  ],
  [
    'lease.returned',
    { ...returned, revocation: 'immediate' },
    'Lease returned',
    'The broker asks the other side to revoke it; an entry says so once that is confirmed.',
  ],
  ...ACCESS_ENTRIES,
  ['lease.expired', { ...lease, ends_at: PAST }, 'Lease ended', ''],
  ['lease.revoked', lease, 'Revoked', 'The system that issued it took the revocation.'],
  [
    'lease.revocation_failed',
    { ...lease, attempt: 2, next_attempt_at: FUTURE },
    'Could not be revoked',
    'Next try at 12:10:00.',
  ],
  ...POLICY_ENTRIES,
  ...KEY_ENTRIES,
  ...PEOPLE_ENTRIES,
  ['entry.erased', { erased_index: 7, fields: ['requester'] }, 'Personal fields erased', ''],
];

describe('an entry of the log in words', () => {
  it.for(EVERY_TYPE)('%s %#', ([type, fields, what, detail]) => {
    const { what: said, detail: more } = words(type, fields);
    expect([said, textOf(more ?? '')]).toEqual([what, detail]);
  });

  it('there is, for every type', () => {
    expect([...new Set(EVERY_TYPE.map(([type]) => type))].sort()).toEqual(Object.keys(ENTRY_FIELDS).sort());
  });

  it('quotes the names of files, which somebody typed', () => {
    expect(ownWords(words('policy.changed', policy).who)).toBe('the policy directory, [quoted]');
  });

  it.each([
    ['of a type from later', row('review.done', {})],
    ['that is no JSON any more', { ...row('lease.revoked', lease), leaf: '{' }],
    ['that lost a field', row('lease.revoked', { request_id: 'req_1' })],
    ['that gained a field', row('lease.revoked', { ...lease, approved: 'yes' })],
    ['whose row was given another type', { ...row('lease.returned', returned), type: 'lease.revoked' }],
  ])('breaks no page where it is one %s', (_, changed) => {
    const { what, state, detail } = entryWords(readEntry(changed), NOW);
    expect([what, state]).toEqual(['Unreadable', 'unknown']);
    expect(textOf(detail ?? '')).toContain('log verify says whether it was changed.');
  });
});
