import { describe, expect, it } from 'vitest';
import { leaseState, refWords, stateOf, ttlWords } from '../../../broker/portal/data/request-words.ts';
import type { RequestDetail } from '../../../shared/people-api.ts';

const NOW = Date.UTC(2026, 10, 23, 9);
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

type Lease = NonNullable<RequestDetail['lease']>;

function wordOf(lease: Partial<Lease>, types: readonly string[] = []): string | undefined {
  const whole: Lease = {
    id: 'lse_1',
    kind: 'jwt',
    state: 'live',
    ends_at: at(5),
    dies_at: at(5),
    revocation: 'at-expiry',
    ...lease,
  };
  const timeline = types.map((type, entry) => ({ type, what: type, at: at(-1), entry }));
  return leaseState({ lease: whole, timeline } as unknown as RequestDetail, NOW)?.word;
}

describe('what remains of a credential', () => {
  it('is called revoked only where the log says so', () => {
    expect(wordOf({ revocation: 'immediate', state: 'revoked' })).toBe('Not yet revoked');
    expect(wordOf({ revocation: 'immediate', state: 'returned' }, ['lease.revoked'])).toBe('Revoked');
  });

  it('that was returned and cannot be revoked still lives', () => {
    expect(wordOf({ state: 'returned' })).toBe('Still lives');
  });

  it('lives as long as the other side lets it, whatever the lease says', () => {
    expect(wordOf({ state: 'expired', ends_at: at(-10), dies_at: at(20) })).toBe('Still lives');
    expect(wordOf({ state: 'expired', ends_at: at(-10), dies_at: at(-1) })).toBe('Died');
  });

  it('never dies where it has no end', () => {
    expect(wordOf({ ends_at: null, dies_at: null })).toBe('Never dies');
  });
});

describe('a request in words', () => {
  it('says how many approvals are missing', () => {
    const summary = { state: 'pending' } as RequestDetail;
    expect(stateOf({ ...summary, progress: { approved: 1, needed: 3 } }).word).toBe('Waiting for 2 approvals');
    expect(stateOf({ ...summary, progress: { approved: 0, needed: 1 } }).word).toBe('Waiting for 1 approval');
  });

  it.each([
    ['refs/heads/release/1', { kind: 'branch', name: 'release/1' }],
    ['refs/tags/v1', { kind: 'tag', name: 'v1' }],
    ['refs/pull/27/merge', { kind: 'pull request', name: '27/merge' }],
    ['refs/heads/refs/tags/v1', { kind: 'branch', name: 'refs/tags/v1' }],
    ['', { kind: 'ref', name: '' }],
  ])('%s is named for what it is', (ref, words) => {
    expect(refWords(ref)).toEqual(words);
  });

  it('says for how long, or that there is no end', () => {
    expect([ttlWords(900), ttlWords(null)]).toEqual(['15 min', 'without an end']);
  });
});
