// Keys that cannot have lived as the entries say, and credentials of keys that did not sign.
import { describe, expect, it } from 'vitest';
import { problemsOf, type Told } from '../../support/told-entries.ts';

const POLICY = 'a'.repeat(64);
const ask = { request_id: 'req_1', project: 'shop', entitlement: 'deploy' };
const issuance = { ...ask, issuance_id: 'iss_1', kind: 'jwt' };
const lease = { ...ask, issuance_id: 'iss_1', lease_id: 'lse_1' };
const AT = '2026-11-24T10:00:00.000Z';
const ends = { revocation: 'at-expiry', ends_at: AT, upstream_expires_at: AT };
const CHANGED: Told = [
  'policy.changed',
  { project: 'shop', file: 'shop.yaml', policy_digest: POLICY, previous_digest: null, set_digest: 'set' },
];
const decided = { ...ask, issuer: 'github', repository_id: '1', policy_digest: POLICY, organization_digest: null };
const permit = { ...decided, decision: 'permit', rule: 0, ttl: 600, grant_id: 'grt_1', grant_expires_at: AT };
const PERMIT: Told = ['request.decided', permit];
const started = { ...issuance, grant_id: 'grt_1', lease_id: 'lse_1', policy_digest: POLICY, rule: 0 };
const STARTED: Told = ['issuance.started', started];
const SUCCEEDED: Told = ['issuance.succeeded', { ...issuance, lease_id: 'lse_1', ...ends }];

const ofKey = { key_id: 'k', purpose: 'credential', algorithm: 'ES256' };
const KEY: Told = ['key.created', { ...ofKey, public_key: 'x', created_at: AT }];
const moved = { ...ofKey, from: 'current', state: 'previous', because: 'replaced', changes_at: AT };

const WRONG: readonly [what: string, told: readonly Told[], problem: string][] = [
  ['a key that nobody made', [['key.rotated', moved]], 'entry 0: it speaks of the key k, which no entry before made'],
  [
    'a key of another purpose',
    [KEY, ['key.rotated', { ...moved, purpose: 'log' }]],
    'entry 1: the key k is of another purpose or algorithm',
  ],
  [
    'a second key that signs',
    [KEY, ['key.created', { ...KEY[1], key_id: 'l' }]],
    'entry 1: the key l signs, and k still does',
  ],
  [
    'a key that comes back',
    [KEY, ['key.rotated', { ...moved, state: 'withdrawn', because: 'compromised' }], ['key.rotated', moved]],
    'entry 2: it makes the key k previous as replaced, and that was withdrawn',
  ],
  [
    'a key that is withdrawn for nothing',
    [KEY, ['key.rotated', { ...moved, state: 'withdrawn' }]],
    'entry 1: it makes the key k withdrawn as replaced, and that was current',
  ],
  [
    'a key that goes before its time',
    [KEY, ['key.rotated', moved], ['key.rotated', { ...moved, from: 'previous', state: 'retired', because: 'due' }]],
    'entry 2: it makes the key k retired before that was due',
  ],
  ['a key that was seen and did not wait', [KEY, ['key.seen', moved]], 'entry 1: the key k did not wait to be seen'],
  [
    'a credential of a key that does not sign',
    [CHANGED, PERMIT, STARTED, ['issuance.succeeded', { ...SUCCEEDED[1], key_id: 'k' }]],
    'entry 3: it is signed by the key k, which was made by no entry before',
  ],
  [
    'a lease that ends for a key that did not leak',
    [
      KEY,
      CHANGED,
      PERMIT,
      STARTED,
      ['issuance.succeeded', { ...SUCCEEDED[1], key_id: 'k' }],
      ['lease.ended', { ...lease, because: 'key-compromised', key_id: 'k' }],
    ],
    'entry 5: it ends a lease for its key, which was current',
  ],
];

describe('the story of the keys', () => {
  it('says nothing where each step follows', () => {
    const retired = { ...moved, from: 'previous', state: 'withdrawn', because: 'compromised' };
    const next: Told = ['key.created', { ...KEY[1], key_id: 'l', state: 'next', changes_at: null }];
    const steps: readonly Told[] = [KEY, next, ['key.rotated', moved], ['key.rotated', retired]];
    expect(problemsOf(steps)).toEqual([]);
  });

  it.each(WRONG)('says so of %s', (_what, told, problem) => {
    expect(problemsOf(told)).toEqual([problem]);
  });
});

const ofLog = { key_id: 'l', purpose: 'log', algorithm: 'EdDSA' };
const LOG_KEY: Told = ['key.created', { ...ofLog, public_key: 'x', created_at: AT }];
const rotatedLog = (from: string, state: string, because: string): Told => [
  'key.rotated',
  { ...ofLog, from, state, because, changes_at: '1970-01-01T00:00:00.000Z' },
];

describe('the story of a key of the log', () => {
  it('may end with a leak that was found after it was retired', () => {
    const steps = [
      ...[LOG_KEY, rotatedLog('current', 'previous', 'replaced'), rotatedLog('previous', 'retired', 'due')],
      rotatedLog('retired', 'withdrawn', 'compromised'),
    ];
    expect(problemsOf(steps)).toEqual([]);
  });

  it('has no way back', () => {
    const steps = [
      LOG_KEY,
      rotatedLog('current', 'withdrawn', 'compromised'),
      rotatedLog('withdrawn', 'current', 'due'),
    ];
    expect(problemsOf(steps)).toEqual(['entry 2: it makes the key l current as due, and that was withdrawn']);
  });
});
