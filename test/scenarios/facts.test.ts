// What no token says: asked of GitHub before the decision. A clear answer decides, and whatever is not clear refuses or puts off.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALEX, CLAIMS, type FactStory, RUN, resetApi, startFactStory } from '../support/fact-story.ts';
import type { Answer } from '../support/test-broker.ts';

let story: FactStory;
beforeAll(async () => {
  story = await startFactStory();
});
afterAll(() => story.close());
// An hour later nothing is remembered any more.
beforeEach(() => {
  story.pass(3_600_000);
  resetApi(story.api);
});

const ask = (name: string, claims: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  story.broker.ask({ scope: `shop/${name}`, claims: { ...CLAIMS, ...claims } });
const join = (account: number, state: 'active' | 'pending' = 'active'): void => {
  story.api.knows.teams['123456/4713'] = { [account]: state };
};
const lastDecided = async () => (await story.broker.entries('request.decided')).at(-1);

describe('a requester', () => {
  it('in the team is let in, and the log says by what', async () => {
    join(9001);
    expect((await ask('team')).status).toBe(200);
    expect(await lastDecided()).toMatchObject({
      decision: 'permit',
      facts: [
        { fact: 'run', found: 'live' },
        { fact: 'requester', team: 'octo-org/oncall', found: 'yes' },
      ],
    });
  });

  it.each([
    ['is not in it', () => undefined],
    ['was only invited', () => join(9001, 'pending')],
    ['has a colleague in it', () => join(9002)],
  ])('who %s is refused, and told who may', async (_name, given) => {
    given();
    const { body } = await ask('team');
    expect(body).toMatchObject({
      error: 'access_denied',
      reasons: [{ code: 'POLICY_NO_MATCH', condition: 'requester', got: 'robin (id 9001)' }],
    });
    expect(body.error_description).toContain('Have a member of such a team start the run');
  });

  it('is who started this attempt, and not who started the first', async () => {
    story.api.knows.runs.push({ ...RUN, run_attempt: 2, triggering_actor: ALEX });
    join(9001);
    expect((await ask('team', { run_attempt: '2' })).body.reasons[0]).toMatchObject({ got: 'alex (id 9002)' });
    story.pass(60_000);
    join(9002);
    expect((await ask('team', { run_attempt: '2' })).status).toBe(200);
    const [entry] = (await story.broker.entries('request.decided')).slice(-1);
    expect(Object.keys(entry?.personal ?? {})).toContain('triggering_actor');
    expect(JSON.stringify(entry)).not.toContain('alex');
  });

  it('whose login was taken over by another is known by the id', async () => {
    story.api.knows.accounts.splice(0, 2, { ...ALEX, login: 'robin' }, { id: 9001, login: 'robin-b', type: 'User' });
    join(9002);
    expect((await ask('team')).body.reasons[0]).toMatchObject({ code: 'POLICY_NO_MATCH' });
  });

  it('of a group that GitHub does not know is refused as unknown', async () => {
    expect((await ask('product')).body.reasons[0]).toMatchObject({ code: 'FACT_UNAVAILABLE', condition: 'requester' });
  });
});

describe('what does not matter is not asked', () => {
  it.each([
    ['an entitlement without such a condition', 'plain', {}],
    ['a rule that another lets in', 'either', {}],
    ['a rule that fails otherwise', 'team', { ref: 'refs/heads/x' }],
    ['an environment that the job does not have', 'guarded', {}],
  ])('%s', async (_name, entitlement, claims) => {
    await ask(entitlement, claims);
    expect(story.api.requests).toEqual([]);
  });

  it('and the refusal names what is known to fail, and nothing else', async () => {
    const { body } = await ask('team', { ref: 'refs/heads/x' });
    expect(body.reasons.map(({ condition }: { condition: string }) => condition)).toEqual(['branch']);
  });

  it('and what was asked a moment ago is not asked again', async () => {
    join(9001);
    await Promise.all([ask('team'), ask('team', { check_run_id: '2' })]);
    expect(story.api.requests).toHaveLength(6);
    await ask('team', { check_run_id: '3' });
    expect(story.api.requests).toHaveLength(6);
    story.pass(31_000);
    await ask('team', { check_run_id: '4' });
    // The run, the login and the membership; the tokens are still good.
    expect(story.api.requests).toHaveLength(9);
  });
});

describe('an environment', () => {
  const REVIEWERS = [{ type: 'required_reviewers', reviewers: [{ type: 'User', reviewer: { id: 1 } }] }];
  const BY_POLICY = { protected_branches: false, custom_branch_policies: true };
  const PROTECTED_ONLY = { protected_branches: true, custom_branch_policies: false };
  it.each<[string, { rules: object; claims?: object; isProtected: boolean }]>([
    ['with required reviewers', { rules: { protection_rules: REVIEWERS }, isProtected: true }],
    [
      'with reviewers that nobody is',
      { rules: { protection_rules: [{ type: 'required_reviewers', reviewers: [] }] }, isProtected: false },
    ],
    ['that only waits', { rules: { protection_rules: [{ type: 'wait_timer' }] }, isProtected: false }],
    [
      'for some branches',
      { rules: { deployment_branch_policy: BY_POLICY, branch_policies: ['main', 'release/*'] }, isProtected: true },
    ],
    [
      'for whatever branch',
      { rules: { deployment_branch_policy: BY_POLICY, branch_policies: ['main', '*'] }, isProtected: false },
    ],
    ['for protected branches', { rules: { deployment_branch_policy: PROTECTED_ONLY }, isProtected: true }],
    [
      'for protected ones, of which there is none',
      { rules: { deployment_branch_policy: PROTECTED_ONLY }, claims: { ref_protected: 'false' }, isProtected: false },
    ],
    ['without any rule', { rules: {}, isProtected: false }],
  ])('%s', async (_name, { rules, claims = {}, isProtected }) => {
    const none = { name: 'Production', protection_rules: [], deployment_branch_policy: null };
    story.api.knows.environments.push({ ...none, ...rules });
    const { status, body } = await ask('guarded', { environment: 'production', ...claims });
    if (isProtected) expect(status).toBe(200);
    else expect(body.reasons[0]).toMatchObject({ code: 'POLICY_NO_MATCH', condition: 'protected-environment' });
  });

  it('that was asked about stands in the entry of the decision', async () => {
    story.api.knows.environments.push({ name: 'production', protection_rules: [], deployment_branch_policy: null });
    await ask('guarded', { environment: 'production', check_run_id: '9' });
    expect((await story.broker.entries('request.decided')).map(({ facts }) => facts)).toContainEqual([
      { fact: 'protected-environment', found: 'no' },
    ]);
  });

  it('of a repository that was renamed is found by its id', async () => {
    const one = { name: 'production', protection_rules: REVIEWERS, deployment_branch_policy: null };
    story.api.knows.environments.push(one);
    story.api.knows.repository = { id: 456789, full_name: 'octo-org/new-name' };
    story.api.knows.renamedFrom = 'octo-org/octo-repo';
    expect((await ask('guarded', { environment: 'production' })).status).toBe(200);
    expect(story.api.requests.at(-1)).toBe('GET /repositories/456789/environments/production');
  });

  it('that GitHub does not show is unknown, which is not the same as unprotected', async () => {
    const { body } = await ask('guarded', { environment: 'production' });
    expect(body.reasons[0]).toMatchObject({ code: 'FACT_UNAVAILABLE', condition: 'protected-environment' });
  });
});

describe('a run', () => {
  it('that has ended asks for nothing', async () => {
    join(9001);
    story.api.knows.runs[0] = { ...RUN, status: 'completed' };
    const { body } = await ask('team');
    expect(body.reasons[0]).toMatchObject({ code: 'RUN_ENDED' });
  });

  it.each([
    ['of another commit', { head_sha: 'a'.repeat(40) }],
    ['of nobody', { triggering_actor: null }],
  ])('%s is not believed', async (_name, other) => {
    join(9001);
    story.api.knows.lies = true;
    story.api.knows.runs[0] = { ...RUN, ...other };
    expect((await ask('team')).body.reasons[0]).toMatchObject({ code: 'FACT_UNAVAILABLE' });
  });

  it('of a pull request has another commit in the token than at GitHub', async () => {
    join(9001);
    story.api.knows.runs[0] = { ...RUN, head_sha: 'a'.repeat(40) };
    const claims = { event_name: 'pull_request', ref: 'refs/pull/7/merge', base_ref: 'main', head_ref: 'fix' };
    expect((await ask('team', claims)).body.reasons[0]).toMatchObject({ condition: 'branch' });
  });
});

describe('POST /v1/explain and GET /v1/catalog', () => {
  it('say what an ask would be told', async () => {
    join(9001);
    expect((await story.broker.explain('shop/team', CLAIMS)).body).toMatchObject({ decision: 'permit' });
    const { body } = await story.broker.catalog(CLAIMS);
    const decisions = Object.fromEntries(
      body.entitlements.map(({ scope, decision }: { scope: string; decision: string }) => [scope, decision]),
    );
    expect(decisions).toMatchObject({ 'shop/team': 'permit', 'shop/guarded': 'deny', 'shop/plain': 'permit' });
  });
});
