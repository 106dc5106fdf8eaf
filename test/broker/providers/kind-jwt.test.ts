import { describe, expect, it } from 'vitest';
import { jwtKind } from '../../../broker/providers/kind-jwt.ts';

const OFFERS = {
  repositories: [],
  offered: [],
  vouched: { ids: [], where: '' },
  upstreams: undefined,
  where: 'may-offer',
};
const problemsOf = (claim: string): readonly string[] => {
  const parsed = jwtKind.parse({ audience: 'https://a.example', claims: { [claim]: 'x' } }, OFFERS);
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

describe('claims of a policy', () => {
  it.each(['repository_owner_id', 'job_workflow_ref', 'actor', 'actor_id', 'workflow_ref', 'issuance_id', 'project'])(
    'are never %s, which GitHub or the broker says',
    (claim) => {
      expect(problemsOf(claim)).toEqual([
        `"${claim}" is what GitHub or the broker says: choose another name, such as "x_${claim}"`,
      ]);
    },
  );

  it.each([
    'https://aws.amazon.com',
    'https://aws.amazon.com/',
    'https://aws.amazon.com/tags',
    'HTTPS://AWS.amazon.com',
  ])('are never %s, which AWS takes for tags', (claim) => {
    expect(problemsOf(claim)).toEqual([expect.stringContaining('would be taken by AWS for tags of the session')]);
  });
});
