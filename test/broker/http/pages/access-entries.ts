// Entries about access that security ends, each with the words that it must have.
const PAST = '2026-11-22T11:50:00.000Z';
const FUTURE = '2026-11-22T12:10:00.000Z';
const ofRequest = { request_id: 'req_1', project: 'shop', entitlement: 'deploy' };
const lease = { ...ofRequest, issuance_id: 'iss_1', lease_id: 'lse_1' };
const returned = { ...lease, revocation: 'at-expiry', upstream_expires_at: FUTURE };
const by = { by: 'security', step_up: 'passkey' };
const paused = { pause_id: 'pau_1', scope: 'project', target: 'shop', project: 'shop', ...by };
const decoy = { decoy_id: 'dcy_1', project: 'shop', entitlement: 'deploy' };
const ordered = { revocation_id: 'rev_1', ...by };

/** Type, fields, what it is called, and the detail. */
export const ACCESS_ENTRIES: readonly (readonly [string, object, string, string])[] = [
  [
    'lease.ended',
    { ...returned, because: 'job-ended' },
    'Lease ended early',
    'Nobody can revoke it: it can be used until 12:10:00.',
  ],
  [
    'lease.ended',
    { ...returned, because: 'revocation-ordered', revocation_id: 'rev_1', revocation: 'immediate' },
    'Lease ended early',
    'The broker asks the other side to revoke it; an entry says so once that is confirmed.',
  ],
  [
    'grant.ended',
    { ...ofRequest, grant_id: 'grt_1', because: 'job-ended' },
    'Ended while it was issued',
    'What was being made is handed to nobody. The job may ask again, which is decided anew.',
  ],
  [
    'grant.ended',
    { ...ofRequest, grant_id: 'grt_1', because: 'revocation-ordered', revocation_id: 'rev_1' },
    'Ended while it was issued',
    'What was being made is handed to nobody. The job may ask again, which is decided anew.',
  ],
  [
    'lease.died',
    { ...lease, attempts: 2, upstream_expires_at: PAST },
    'Died unrevoked',
    'Nobody confirmed that it was revoked, in 2 tries. It cannot be used any more.',
  ],
  [
    'access.paused',
    { ...paused, by: 'operator', scope: 'everything', target: '' },
    'Issuing paused',
    'Nothing is issued for everything until it is resumed, which takes two wherever people can sign in.',
  ],
  [
    'access.paused',
    { ...paused, by: 'operator', scope: 'principal', target: 'prn_1', sessions: 2 },
    'Issuing paused',
    'Nothing is issued for the principal prn_1 until it is resumed, which takes two wherever people can sign in. Sessions of theirs that ended: 2.',
  ],
  [
    'access.resume_proposed',
    { ...paused, principal: 'prn_1', ends_at: FUTURE },
    'Resuming proposed',
    'For the project shop. A second person may confirm until 12:10:00.',
  ],
  ['access.resumed', { ...paused, alone: false }, 'Issuing resumed', 'That pause of the project shop is over.'],
  [
    'access.resumed',
    { ...paused, by: 'operator', alone: true },
    'Issuing resumed by one alone',
    'That pause of the project shop is over. Nobody could sign in to confirm it.',
  ],
  [
    'passkey.reset_proposed',
    { ...by, target: 'prn_a', ends_at: FUTURE },
    'Reset of passkeys proposed',
    'Those of prn_a. A second person may confirm until 12:10:00.',
  ],
  [
    'passkey.reset',
    { ...by, target: 'prn_a', passkeys: ['pky_a'], sessions: 2, register_by: FUTURE },
    'Passkeys reset',
    '1 of prn_a removed, and 2 sessions ended. A new one may be registered until 12:10:00.',
  ],
  [
    'access.revocation_ordered',
    { ...ordered, scope: 'called-workflow', target: 'o/r/.github/workflows/d.yml@v1', leases: 2 },
    'Revocation ordered',
    'Of the called workflow o/r/.github/workflows/d.yml@v1: 2 leases were live. What became of each credential is with its lease.',
  ],
  [
    'access.revocation_ordered',
    { ...ordered, scope: 'project', target: 'shop', leases: 1, under_way: 2 },
    'Revocation ordered',
    'Of the project shop: 1 lease was live, and 2 credentials were being made. What became of each credential is with its lease.',
  ],
  [
    'access.revocation_ordered',
    { ...ordered, scope: 'project', target: 'shop', leases: 0, under_way: 1 },
    'Revocation ordered',
    'Of the project shop: 0 leases were live, and 1 credential was being made. What became of each credential is with its lease.',
  ],
  [
    'access.revocation_finished',
    { revocation_id: 'rev_1', ended: 1 },
    'Order of revocation worked off',
    '1 lease was ended by it.',
  ],
  [
    'decoy.started',
    {
      ...decoy,
      kind: 'aws-role',
      policy_digest: 'a'.repeat(64),
      system: 'AWS STS',
      target: 'role/x',
      audience: 'a',
      by: 'operator',
    },
    'Trust tried with a decoy',
    'A token with a subject that no job has, shown to AWS STS for role/x.',
  ],
  [
    'decoy.ended',
    { ...decoy, outcome: 'subject-refused' },
    'Decoy answered',
    'It was refused for its subject, as it must be.',
  ],
  [
    'decoy.ended',
    { ...decoy, outcome: 'accepted', may_live_until: FUTURE },
    'Decoy accepted',
    'It was taken: the other side trusts subjects that it must not trust. Nobody was handed what may have come of it; it dies by itself by 12:10:00.',
  ],
  [
    'decoy.ended',
    { ...decoy, outcome: 'unclear', may_live_until: PAST },
    'Decoy answered',
    'There was no clear answer. Nobody was handed what may have come of it; it has died by 11:50:00.',
  ],
];
