import { describe, expect, it } from 'vitest';
import { lifeOf, lifetimeOf } from '../../../../broker/http/pages/lease-words.ts';
import type { LogEntry } from '../../../../broker/http/pages/log-entry.ts';
import type { LeaseRow } from '../../../../broker/store/leases.ts';
import { NOW } from './page-store.ts';
import { textOf } from './page-text.ts';

const MINUTE = 60_000;

const lease = (overrides: Partial<LeaseRow> = {}): LeaseRow => ({
  ...{
    id: 'lse_1',
    issuance_id: 'iss_1',
    request_id: 'req_1',
    job_key: 'job',
    kind: 'jwt',
    sealed_handle: null,
    key_id: null,
  },
  ...{ check_run_id: null, revoked_at: null },
  ...{ state: 'live', revocation: 'at-expiry', issued_at: NOW - MINUTE },
  ...{ ends_at: NOW + 9 * MINUTE, upstream_expires_at: NOW + 9 * MINUTE },
  ...overrides,
});
const entry = (type: string): LogEntry => ({
  index: 7,
  time: NOW - 30_000,
  type,
  requestId: 'req_1',
  scope: undefined,
  known: undefined,
});
const said = (row: LeaseRow, entries: readonly LogEntry[] = []) => {
  const { state, words } = lifeOf(row, entries, NOW);
  return `${state.word}. ${textOf(words)}`;
};
const immediate = (overrides: Partial<LeaseRow> = {}) => lease({ revocation: 'immediate', ...overrides });
const over = { ends_at: NOW - MINUTE, upstream_expires_at: NOW - MINUTE };

describe('what lives of a lease', () => {
  it.each([
    ['a jwt, held', lease(), 'Dies at 12:09:00. Nobody can revoke it: it dies at 12:09:00.'],
    [
      'a jwt, returned',
      lease({ state: 'returned' }),
      'Dies at 12:09:00. Nobody can revoke it: it stays usable until it dies at 12:09:00.',
    ],
    [
      'a jwt, over',
      lease({ ...over, state: 'expired' }),
      'Died at 11:59:00. It died at 11:59:00. Nothing of it lives now.',
    ],
    [
      'a jwt, returned and over',
      lease({ ...over, state: 'returned' }),
      'Died at 11:59:00. Nobody could revoke it. It died at 11:59:00. Nothing of it lives now.',
    ],
    [
      'a static value',
      lease({ revocation: 'none', ends_at: null, upstream_expires_at: null }),
      'Never dies. Nobody can revoke it: it never dies.',
    ],
    [
      'a static value, returned',
      lease({ state: 'returned', revocation: 'none', ends_at: null, upstream_expires_at: null }),
      'Never dies. Nobody can revoke it: it stays usable, because it never dies.',
    ],
    [
      'one that can be revoked',
      immediate(),
      'Can be revoked. The broker can revoke it, and does when the job gives it back and at the end of the lease, 12:09:00.',
    ],
    [
      'one returned and not yet revoked',
      immediate({ state: 'returned' }),
      'Not yet revoked. The lease is over, and the broker is about to revoke the credential. Until then it can be used; it dies at 12:09:00.',
    ],
  ])('%s', (_, row, words) => {
    expect(said(row)).toBe(words);
  });

  it('is called revoked only by an entry of the log', () => {
    const row = immediate({ state: 'returned' });
    expect(said(row, [entry('lease.revoked')])).toBe('Revoked. It was revoked at 11:59:30. Nothing of it lives now.');
    expect(said(immediate({ state: 'ended', revoked_at: NOW }))).not.toContain('It was revoked');
  });

  it('says that revoking failed, until it no longer did', () => {
    const row = immediate({ state: 'returned' });
    const failed = entry('lease.revocation_failed');
    expect(said(row, [failed])).toBe(
      'Could not be revoked. It could not be revoked. The broker tries again; it dies at 12:09:00.',
    );
    expect(said(row, [failed, entry('lease.revoked')])).toMatch(/^Revoked\./);
  });

  it('outlives a lease that ended before its credential', () => {
    const row = immediate({ state: 'expired', ends_at: NOW - MINUTE });
    expect(said(row)).toMatch(/^Not yet revoked\..*it dies at 12:09:00\.$/);
  });

  it('was given for whole seconds, though it began within one', () => {
    expect(lifetimeOf(lease({ issued_at: NOW + 400, ends_at: NOW + 600_000 }))).toBe('10 min');
    expect(lifetimeOf(lease({ ends_at: null }))).toBeUndefined();
  });

  it('names the day where it is not today', () => {
    expect(lifeOf(lease({ upstream_expires_at: NOW + 86_400_000 }), [], NOW).state.word).toBe(
      'Dies at 12:00:00, 23 Nov 2026',
    );
  });
});
