// Entries about keys, and what pages say of each: type, fields, words, and what more there is to say.
export type EntrySample = readonly [type: string, fields: object, what: string, detail: string];

const PAST = '2026-11-22T11:50:00.000Z';
const FUTURE = '2026-11-22T12:10:00.000Z';
const key = { key_id: 'k', purpose: 'credential', algorithm: 'ES256' };
const rotated = { ...key, from: 'current', changes_at: null, because: 'replaced' };
const ended = {
  ...{ request_id: 'req_1', project: 'shop', entitlement: 'deploy', issuance_id: 'iss_1', lease_id: 'lse_1' },
  ...{ revocation: 'at-expiry', upstream_expires_at: FUTURE, because: 'key-compromised', key_id: 'k' },
};

export const KEY_ENTRIES: readonly EntrySample[] = [
  [
    'key.created',
    { key_id: 'k', purpose: 'log', algorithm: 'EdDSA', public_key: 'x', created_at: PAST },
    'Log key created',
    '',
  ],
  [
    'key.created',
    { key_id: 'k', purpose: 'log', algorithm: 'EdDSA', public_key: 'x', created_at: PAST, verifier_key: 'x/log+1+y' },
    'Log key created',
    'Whoever trusts the log may trust x/log+1+y from here on.',
  ],
  [
    'key.seen',
    { ...key, purpose: 'log', issuer: 'https://x/log/key', changes_at: FUTURE },
    'Log key published',
    'The key k is at https://x/log/key, and signs from 12:10:00 on.',
  ],
  [
    'key.rotated',
    { ...rotated, purpose: 'log', state: 'previous' },
    'The log key before signs beside it',
    'The key k.',
  ],
  [
    'key.seen',
    { ...key, issuer: 'https://keys.example.com', changes_at: FUTURE },
    'Signing key published',
    'The key k is at https://keys.example.com, and signs from 12:10:00 on.',
  ],
  ['key.rotated', { ...rotated, state: 'current', because: 'due' }, 'Another key signs', 'The key k.'],
  ['key.rotated', { ...rotated, state: 'previous' }, 'A key signs no longer', 'The key k.'],
  [
    'key.rotated',
    { ...rotated, state: 'withdrawn', because: 'compromised' },
    'A key that leaked was withdrawn',
    'The key k.',
  ],
  [
    'lease.ended',
    ended,
    'Lease ended: its key leaked',
    'The key k was withdrawn. Nobody can revoke it: it can be used until 12:10:00.',
  ],
];
