import { describe, expect, it } from 'vitest';
import { createRepositoryQuota } from '../../../broker/limits/repository-quota.ts';
import { buildSubject } from '../../support/build-subject.ts';

function quotaOf(count: number, refusedShare: number) {
  const limited: string[] = [];
  const quota = createRepositoryQuota({
    ...{ requests: { count, per: 3_600_000 }, refusedShare, elapsed: () => 0 },
    onLimited: (limit) => limited.push(limit),
  });
  return { quota, limited };
}

const [one, other] = [buildSubject({ repositoryId: '1' }), buildSubject({ repositoryId: '2' })];
const sameIdElsewhere = buildSubject({ repositoryId: '1', issuer: 'ghes' });

describe('the quota of a repository', () => {
  it('counts its asks, and says when to ask again', () => {
    const { quota, limited } = quotaOf(2, 1);
    quota.count(one);
    quota.count(one);
    expect(() => quota.count(one)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED', retryAfter: 1800 }));
    expect(limited).toEqual(['repository']);
  });

  it('is its own: not of another repository, nor of the same id at another issuer', () => {
    const { quota } = quotaOf(1, 1);
    quota.count(one);
    expect(() => quota.count(other)).not.toThrow();
    expect(() => quota.count(sameIdElsewhere)).not.toThrow();
  });

  it.each([
    [4, 0.5, 2],
    [3, 0.5, 1],
    [1, 0.1, 1],
    [10, 1, 10],
  ])('of %i with a share of %d lets %i be refused', (count, share, refusals) => {
    const { quota, limited } = quotaOf(count, share);
    for (let at = 0; at < refusals; at += 1) {
      expect(quota.insteadOfRefusal(one)).toBeUndefined();
      quota.countRefusal(one);
    }
    expect(quota.insteadOfRefusal(one)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(limited).toEqual(['refused-share']);
  });
});
