import { describe, expect, it } from 'vitest';
import { standingOf } from '../../../broker/issuance/lease-standing.ts';
import type { LeaseRow } from '../../../broker/store/leases.ts';
import type { OutboxRow } from '../../../broker/store/outbox.ts';

const NOW = Date.UTC(2026, 10, 23, 9);
const MINUTE = 60_000;
const DIES = '2026-11-23T09:10:00.000Z';

const leaseOf = (changes: Partial<LeaseRow> = {}): LeaseRow => ({
  ...{ id: 'lse_1', issuance_id: 'iss_1', request_id: 'req_1', job_key: 'job', kind: '_test', state: 'live' },
  ...{ revocation: 'immediate', issued_at: NOW - MINUTE, ends_at: NOW + 5 * MINUTE },
  ...{ upstream_expires_at: NOW + 10 * MINUTE, sealed_handle: null, key_id: null, check_run_id: null },
  revoked_at: null,
  ...changes,
});

/** Its next try is due in five seconds. */
const waitingWith = (attempts: number, claimed_until: number | null): OutboxRow => ({
  ...{ id: 'obx_1', kind: 'revoke', payload: 'lse_1', due_at: NOW + 5_000, attempts, claimed_until },
});

const NEVER = { upstream_expires_at: null };
const TRADED: Partial<LeaseRow> = { kind: 'gcp-credentials-file', revocation: 'at-expiry' };
const BEYOND =
  'what Google gives for it lives up to an hour longer (or twelve, where the organization allows that), and nobody here can revoke that';

describe('what is left of a credential', () => {
  it.each<[string, Partial<LeaseRow>, string, string]>([
    ['can be revoked', {}, 'usable', 'can be revoked; the lease ends at 09:05:00 UTC, dies at 09:10:00 UTC'],
    [
      'can be revoked, and its lease has no end',
      { ends_at: null, ...NEVER },
      'never-dies',
      'can be revoked; never dies',
    ],
    ['can be revoked, and its lease is over', { state: 'returned' }, 'usable', 'dies at 09:10:00 UTC'],
    ['cannot be revoked', { revocation: 'at-expiry' }, 'usable', 'cannot be revoked: dies at 09:10:00 UTC'],
    ['never dies', { revocation: 'none', ...NEVER }, 'never-dies', 'cannot be revoked: never dies'],
    ['can be traded', TRADED, 'usable', `cannot be revoked: dies at 09:10:00 UTC; ${BEYOND}`],
    [
      'dies in a moment',
      { upstream_expires_at: NOW + 1, ends_at: null },
      'usable',
      'can be revoked; dies at 09:00:00 UTC',
    ],
    ['dies now', { upstream_expires_at: NOW }, 'died', 'died at 09:00:00 UTC'],
    [
      'died, and was traded',
      { ...TRADED, upstream_expires_at: NOW - MINUTE },
      'died',
      `died at 08:59:00 UTC; ${BEYOND}`,
    ],
    [
      'dies on another day',
      { revocation: 'none', upstream_expires_at: NOW + 24 * 60 * MINUTE },
      'usable',
      'cannot be revoked: dies at 09:00:00 UTC on 24 Nov 2026',
    ],
  ])('that %s', (_what, changes, ...[standing, says]) => {
    const lease = leaseOf(changes);
    const dies = lease.upstream_expires_at;
    const facts = { dies_at: dies === null ? null : new Date(dies).toISOString(), revocation: lease.revocation };
    expect(standingOf(lease, undefined, NOW)).toEqual({ ...facts, standing, says });
  });

  it('that was revoked is said to be, with the time, whatever else there is to say', () => {
    const lease = leaseOf({ revoked_at: NOW - MINUTE, upstream_expires_at: NOW - 1 });
    expect(standingOf(lease, waitingWith(1, null), NOW)).toEqual({
      ...{ standing: 'revoked', says: 'revoked at 08:59:00 UTC', revoked_at: '2026-11-23T08:59:00.000Z' },
      ...{ dies_at: '2026-11-23T08:59:59.999Z', revocation: 'immediate' },
    });
  });

  it.each([
    ['nobody has tried yet', waitingWith(0, null)],
    ['the first try is being made', waitingWith(1, NOW + MINUTE)],
  ])('whose revocation waits, and %s, is being revoked', (_what, waiting) => {
    const facts = { dies_at: DIES, revocation: 'immediate', standing: 'being-revoked' };
    const says = 'is being revoked; not confirmed yet, dies at 09:10:00 UTC';
    expect(standingOf(leaseOf(), waiting, NOW)).toEqual({ ...facts, says });
  });

  it.each([
    ['the first try failed', waitingWith(1, null), 1],
    ['the second try is being made', waitingWith(2, NOW + MINUTE), 1],
    ['the second try failed', waitingWith(2, null), 2],
  ])('whose revocation waits, and %s, could not be revoked yet', (_what, waiting, attempts) => {
    expect(standingOf(leaseOf(NEVER), waiting, NOW)).toEqual({
      ...{ dies_at: null, revocation: 'immediate', standing: 'revocation-failing', attempts },
      says: `could not be revoked yet (attempt ${attempts}, next at 09:00:05 UTC); never dies`,
      next_attempt_at: '2026-11-23T09:00:05.000Z',
    });
  });
});
