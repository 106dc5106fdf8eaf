// A run that was started again: the token names who started the first attempt, GitHub says who started this one, and neither of the
// two decides about what it asks for.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovalStory, SHOP } from '../support/approval-story.ts';
import { ALEX, RUN } from '../support/fact-story.ts';
import { GithubAppApi } from '../support/github-app-api.ts';
import { nothingYet } from '../support/github-knowledge.ts';

const AGAIN = { run_attempt: '2' };
let story: ApprovalStory;
let api: GithubAppApi;
beforeAll(async () => {
  api = await new GithubAppApi(() => story.now).listen();
  story = await ApprovalStory.start({ app: (directory) => api.app(directory) });
});
afterAll(() => story.close().then(() => api.close()));
beforeEach(() => {
  story.pass(24 * 3_600_000);
  api.knows = { ...nothingYet(), runs: [{ ...RUN, run_attempt: 2, triggering_actor: ALEX }] };
});

/** Robin started it, Alex started it again. */
const codeOf = async (name: string, job: Awaited<ReturnType<ApprovalStory['ask']>>): Promise<string | undefined> =>
  (await story.decide(name, job, 'approve')).body?.code;

describe('a run that was started again', () => {
  it('waits for somebody who started neither attempt', async () => {
    const job = await story.ask('deploy', AGAIN);
    expect(await codeOf('Alex', job)).toBe('OWN_REQUEST');
    expect(await codeOf('Robin', job)).toBe('OWN_REQUEST');
    expect((await story.decide('Kim', job, 'approve')).body.state).toBe('approved');
    expect((await job.collect()).body).toMatchObject({ assurance: 'approved' });
  });

  it('is shown to approvers with who started it again', async () => {
    const job = await story.ask('deploy', AGAIN);
    const { body } = await (await story.person('Kim')).get(`/v1/requests/${job.id}`);
    expect(body.job).toMatchObject({ actor: 'robin', triggering_actor: 'alex', triggering_actor_id: '9002' });
  });

  it('is on record with what GitHub said, and who it was as a personal field', async () => {
    await story.ask('deploy', AGAIN);
    const pending = (await story.broker.entries('request.pending')).at(-1);
    expect(pending).toMatchObject({ facts: [{ fact: 'run', found: 'live' }], run_attempt: '2' });
    expect(Object.keys(pending?.['personal'] ?? {})).toEqual(
      expect.arrayContaining(['requester', 'triggering_actor', 'triggering_actor_name']),
    );
  });

  it('that has ended is not put before anybody', async () => {
    api.knows.runs[0] = { ...RUN, run_attempt: 2, triggering_actor: ALEX, status: 'completed' };
    const { body } = await story.broker.ask({ scope: 'shop/deploy', claims: { actor_id: '9001', ...AGAIN } });
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'RUN_ENDED' }] });
  });

  it('by a program is refused', async () => {
    const bot = { id: 41898282, login: 'github-actions[bot]', type: 'Bot' } as const;
    api.knows.runs[0] = { ...RUN, run_attempt: 2, triggering_actor: bot };
    const { body } = await story.broker.ask({ scope: 'shop/deploy', claims: { actor_id: '9001', ...AGAIN } });
    expect(body.reasons[0]).toMatchObject({
      code: 'POLICY_NO_MATCH',
      condition: 'approval',
      got: 'github-actions[bot]',
    });
  });

  it('of which GitHub says nothing is refused, and says why', async () => {
    api.knows.installed = false;
    const { body } = await story.broker.ask({ scope: 'shop/deploy', claims: { actor_id: '9001', ...AGAIN } });
    expect(body.reasons[0]).toMatchObject({ code: 'FACT_UNAVAILABLE', condition: 'approval' });
    expect(body.error_description).toMatch(/not installed .*Start a new run/);
  });

  it('keeps the job waiting while GitHub is down, and goes on after it', async () => {
    const job = await story.ask('deploy', AGAIN);
    await story.decide('Kim', job, 'approve');
    story.pass(60_000);
    api.knows.trouble = [502, {}];
    expect((await job.collect()).status).toBe(503);
    delete api.knows.trouble;
    expect((await job.collect()).status).toBe(200);
  });

  it('whose policy lets people approve their own says so of both', async () => {
    const job = await story.ask('self', AGAIN);
    await story.decide('Robin', job, 'approve');
    expect((await job.collect()).body).toMatchObject({ assurance: 'self-approved' });
    expect(SHOP).toContain('self: allowed');
  });
});

describe('the first attempt', () => {
  it('needs no question', async () => {
    await story.ask();
    expect(api.requests.filter((request) => request.includes('attempts/1'))).toEqual([]);
  });
});
