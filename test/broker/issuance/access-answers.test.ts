import { describe, expect, it } from 'vitest';
import { named, revocationAnswer } from '../../../broker/issuance/access-answers.ts';
import type { Ordered } from '../../../broker/issuance/revocation-orders.ts';
import type { RevocationRow } from '../../../broker/store/revocations.ts';

const NOW = Date.UTC(2026, 10, 23, 9);

const ordered = (changes: Partial<Ordered> = {}, row: Partial<RevocationRow> = {}): Ordered => ({
  row: {
    ...{ id: 'rev_1', scope: 'called-workflow', target: 'octo-org/deploy@v3', ordered_by: null, ordered_at: NOW },
    ...{ reach: NOW, leases: 1, ended: 1, finished_at: NOW },
    ...row,
  },
  ...{ entry: 7, revocable: 0, dying: 0, lastEnd: null, endless: 0, underWay: 0 },
  ...changes,
});

const saysOf = (one: Ordered, isPaused = false): readonly string[] => revocationAnswer(one, NOW, isPaused).says;
/** Without the first line and the last, which are always there. */
const betweenOf = (one: Ordered): readonly string[] => saysOf(one).slice(1, -1);

describe('what is said of a revocation', () => {
  it('is the same in figures and in sentences', () => {
    const all = ordered(
      { revocable: 2, dying: 1, lastEnd: NOW + 60_000, endless: 3, underWay: 2 },
      { leases: 6, ended: 5, finished_at: null },
    );
    expect(revocationAnswer(all, NOW)).toEqual({
      ...{ id: 'rev_1', scope: 'called-workflow', target: 'octo-org/deploy@v3', leases: 6, ended: 5, finished: false },
      ...{ under_way: 2, entry: 7 },
      credentials: {
        ...{ to_be_revoked: 2, die_by_themselves: 1, last_dies_at: '2026-11-23T09:01:00.000Z', never_die: 3 },
      },
      says: [
        '6 live leases of the called workflow octo-org/deploy@v3; 5 ended.',
        'The others are being ended: they are on record, and a restart does not forget them.',
        '2 credentials to be revoked at the other side: `leases list` says which are confirmed.',
        '1 credential cannot be revoked, and dies by 09:01:00 UTC.',
        '3 credentials cannot be revoked and never die: change it at its source.',
        '2 credentials were being made: they are handed to nobody, and revoked where that can be once they are there.',
        'This stops no new issuance: `pause` does that.',
      ],
    });
  });

  it('begins with how many there are, and ends with what is issued from now on', () => {
    expect(saysOf(ordered({}, { scope: 'everything', target: '', leases: 0, ended: 0 }))).toEqual([
      ...['No lease is live.', 'This stops no new issuance: `pause` does that.'],
    ]);
    expect(saysOf(ordered(), true)).toEqual([
      '1 live lease of the called workflow octo-org/deploy@v3; 1 ended.',
      'New issuances are stopped by the pause.',
    ]);
    expect(revocationAnswer(ordered(), NOW)).toMatchObject({ finished: true, credentials: { last_dies_at: null } });
  });

  it('counts one as one and several as several', () => {
    expect(betweenOf(ordered({ revocable: 1 }))).toEqual([
      '1 credential to be revoked at the other side: `leases list` says which are confirmed.',
    ]);
    expect(betweenOf(ordered({ dying: 2, lastEnd: NOW + 60_000 }))).toEqual([
      '2 credentials cannot be revoked, and die by 09:01:00 UTC.',
    ]);
    expect(betweenOf(ordered({ endless: 1 }))).toEqual([
      '1 credential cannot be revoked and never dies: change it at its source.',
    ]);
    expect(betweenOf(ordered({ underWay: 1 }))).toEqual([
      '1 credential was being made: it is handed to nobody, and revoked where that can be once it is there.',
    ]);
  });

  it('calls one lease by its id', () => {
    const one = { scope: 'lease', target: 'lse_1' } as const;
    expect(saysOf(ordered({}, one))[0]).toBe('1 live lease, lse_1; 1 ended.');
    expect(saysOf(ordered({}, { ...one, leases: 0, ended: 0 }))[0]).toBe('The lease lse_1 is not live.');
  });

  it('names what an order is of', () => {
    expect(named({ scope: 'everything', target: '' })).toBe('everything');
    expect(named({ scope: 'project', target: 'shop' })).toBe('the project shop');
  });
});
