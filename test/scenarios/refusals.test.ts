// What is refused, how it is said, and to whom.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { newSecret, TestBroker } from '../support/test-broker.ts';

const OTHER_JOB = {
  repository_id: '999',
  repository: 'octo-org/other',
  sub: 'repo:octo-org/other:ref:refs/heads/main',
};

describe('a refused job', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.close());

  it('learns on the wrong branch which rule was nearest and what to change', async () => {
    const { status, body } = await broker.ask({ claims: branch('feature-x') });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: 'access_denied', request_id: expect.stringMatching(/^req_/) });
    expect(body.request_url).toBe(`https://buildpass.example.com/requests/${body.request_id}`);
    expect(body.reasons[0]).toMatchObject({
      code: 'POLICY_NO_MATCH',
      rule: 0,
      condition: 'branch',
      expected: 'main',
      got: expect.stringContaining('feature-x'),
    });
    expect(body.error_description).toContain('feature-x');
    expect(body.error_description).toContain('main');
  });

  it('is told the rule with the fewest failed conditions first', async () => {
    const { body } = await broker.ask({
      claims: { ...branch('release/2'), event_name: 'workflow_dispatch', environment: 'production' },
    });
    expect(body.reasons.map(({ rule, condition }: { rule: number; condition: string }) => [rule, condition])).toEqual([
      [0, 'branch'],
      [1, 'event'],
    ]);
  });

  it('does not pass a rule for main as a pull_request_target', async () => {
    const { body } = await broker.ask({
      claims: { event_name: 'pull_request_target', head_ref: 'x', base_ref: 'main' },
    });
    expect(body.error).toBe('access_denied');
    expect(body.reasons[0]).toMatchObject({
      code: 'EVENT_NOT_ALLOWED',
      rule: 0,
      condition: 'event',
      got: 'pull_request_target',
    });
  });

  it('learns that an entitlement needs an approval that nobody can give yet', async () => {
    const { body } = await broker.ask({ scope: 'shop/approve-me' });
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'APPROVAL_UNAVAILABLE' }] });
  });

  it('learns that the project has no such entitlement, if it is of the project', async () => {
    const { body } = await broker.ask({ scope: 'shop/no-such' });
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'ENTITLEMENT_UNKNOWN' }] });
  });

  it.each([
    ['4000', 'TTL_TOO_LONG'],
    ['30', 'TTL_TOO_SHORT'],
  ])('is refused a ttl of %s s, not given another', async (ttl, code) => {
    const { body } = await broker.ask({ parameters: { ttl } });
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code }] });
  });

  it('gets the same bytes as a stranger, whether the project exists or not', async () => {
    const answers = await Promise.all(
      ['shop/publish-preview', 'shop/no-such', 'nothing/at-all'].map((scope) =>
        broker.ask({ scope, claims: OTHER_JOB }),
      ),
    );
    const shapes = answers.map(({ status, body, text }) => [status, text.replace(body.request_id, 'ID')]);
    expect(new Set(shapes.map(String)).size).toBe(1);
    expect(Object.keys(answers[0]?.body)).toEqual(['error', 'error_description', 'request_id']);
  });

  it('of a public repository learns a code and a link, no more', async () => {
    const { body } = await broker.ask({ claims: { ...branch('feature-x'), repository_visibility: 'public' } });
    expect(body).toEqual({
      error: 'access_denied',
      error_description: 'No such entitlement for this job.',
      request_id: expect.any(String),
      request_url: expect.any(String),
      reasons: [{ code: 'POLICY_NO_MATCH' }],
    });
  });

  it.each([
    ['private', 'public', '7701'],
    ['public', 'private', '7702'],
  ])(
    'of a repository that was %s and is %s gets its earlier refusal in as few words as either allows',
    async (was, is, run) => {
      const ask = { secret: newSecret(), scope: 'shop/deploy' };
      await broker.ask({ ...ask, claims: { repository_visibility: was, run_id: run } });
      const { body } = await broker.ask({ ...ask, claims: { repository_visibility: is, run_id: run } });
      expect(body).toMatchObject({ error: 'access_denied', error_description: 'No such entitlement for this job.' });
      expect(body.reasons).toEqual([{ code: 'POLICY_NO_MATCH' }]);
    },
  );

  it.each([
    ['public', 'The system that issues this credential refused.'],
    ['private', 'The system that issues this credential refused: the role does not trust us.'],
  ])('of a %s repository is told of the other side’s refusal: %s', async (visibility, said) => {
    broker.provider.mood = 'refuses';
    onTestFinished(() => {
      broker.provider.mood = 'well';
    });
    const claims = { repository_visibility: visibility, run_id: '7800' };
    const { status, body } = await broker.ask({ scope: 'shop/upstream', claims });
    expect([status, body.code, body.error_description]).toEqual([503, 'UPSTREAM_FAILED', said]);
  });

  it('is in the log once, however often it asks the same, and every stranger is in none', async () => {
    const claims = { ...branch('feature-y'), run_id: '4242' };
    const first = await broker.ask({ claims });
    const second = await broker.ask({ claims });
    expect(second.body.request_id).toBe(first.body.request_id);
    const decided = (await broker.entries('request.decided')).filter(({ run_id: run }) => run === '4242');
    expect(decided).toMatchObject([
      {
        decision: 'deny',
        project: 'shop',
        reasons: [{ code: 'POLICY_NO_MATCH', rule: 0, condition: 'branch' }, {}, {}],
      },
    ]);
    expect((await broker.entries()).some(({ repository_id: id }) => id === '999')).toBe(false);
  });

  it('gets the same refusal to the same secret', async () => {
    const secret = newSecret();
    const answers = [
      await broker.ask({ secret, claims: branch('z') }),
      await broker.ask({ secret, claims: branch('z') }),
    ];
    expect(answers[1]?.body).toEqual(answers[0]?.body);
  });

  it('can be explained without asking: nothing is issued, nothing appended', async () => {
    const before = (await broker.entries()).length;
    expect((await broker.explain('shop/publish-preview')).body.decision).toBe('permit');
    expect((await broker.explain('shop/publish-preview', branch('x'))).body).toMatchObject({
      decision: 'deny',
      reasons: [
        { code: 'POLICY_NO_MATCH', rule: 0, condition: 'branch', expected: 'main', got: 'x' },
        { code: 'POLICY_NO_MATCH', rule: 1, condition: 'branch', expected: 'release/*', got: 'x' },
        { code: 'POLICY_NO_MATCH', rule: 1, condition: 'environment', expected: 'production' },
      ],
    });
    expect((await broker.explain('shop/publish-preview', OTHER_JOB)).body).toEqual({ decision: 'deny', reasons: [] });
    expect(await broker.entries()).toHaveLength(before);
  });

  it('is refused for another owner before any policy is read', async () => {
    const { status, body } = await broker.ask({
      claims: { repository: 'evil/octo-repo', repository_owner: 'evil', repository_owner_id: '666' },
    });
    expect([status, body.error, body.code]).toEqual([400, 'invalid_request', 'OWNER_NOT_ALLOWED']);
  });
});

function branch(name: string): Record<string, string> {
  const ref = `refs/heads/${name}`;
  const workflow = `octo-org/octo-repo/.github/workflows/deploy.yml@${ref}`;
  return { ref, workflow_ref: workflow, job_workflow_ref: workflow };
}
