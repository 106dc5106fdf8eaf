// The ways on which a job that people must approve gets nothing: no, too late, taken back, overtaken. Each says what to do next.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovalStory, ORGANIZATION, ROBIN, SHOP } from '../support/approval-story.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let story: ApprovalStory;
beforeAll(async () => {
  story = await ApprovalStory.start();
});
afterAll(() => story.close());
// A day later the windows of the policy are open again, and every session is over.
beforeEach(() => story.passToMorning());

describe('a rejection', () => {
  it('ends the wait at once, and tells the job who to talk to and why', async () => {
    const job = await story.ask();
    const waiting = job.status(25);
    expect(
      (await story.decide('Alex', job, { verdict: 'reject', reason: 'Wait for the fix of the cart.' })).body.state,
    ).toBe('rejected');
    expect((await waiting).body).toMatchObject({ state: 'rejected', reason: 'Wait for the fix of the cart.' });
    const { body } = await job.collect();
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'APPROVAL_REJECTED' }] });
    expect(body.error_description).toContain('Wait for the fix of the cart.');
  });

  it('needs a reason', async () => {
    const job = await story.ask();
    const alex = await story.person('Alex');
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    const { binding } = body.approval;
    const refused = await alex.post(`/v1/requests/${job.id}/verdicts`, { verdict: 'reject', binding });
    expect(refused.body).toMatchObject({ code: 'PARAMETER_INVALID', detail: expect.stringContaining('Say why') });
  });

  it('tells a job of a public repository no more than its code', async () => {
    const job = await story.ask('deploy', { repository_visibility: 'public' });
    await story.decide('Alex', job, { verdict: 'reject', reason: 'Secret plans.' });
    const { text, body } = await job.collect();
    expect(body.reasons).toEqual([{ code: 'APPROVAL_REJECTED' }]);
    expect(text).not.toContain('Secret plans');
  });
});

describe('time', () => {
  it('tells a job of a public repository no more than its code', async () => {
    const job = await story.ask('deploy', { repository_visibility: 'public' });
    story.pass(31 * MINUTE);
    const { body } = await job.collect();
    expect(body).toMatchObject({ error: 'expired_token', error_description: 'No such entitlement for this job.' });
    expect(body.reasons).toEqual([{ code: 'APPROVAL_EXPIRED' }]);
  });

  it('ends a request that nobody decided, and wakes the job that waits', async () => {
    const job = await story.ask();
    const waiting = job.status(25);
    story.pass(31 * MINUTE);
    await story.broker.running.runBackground();
    expect((await waiting).body).toMatchObject({ state: 'expired' });
    expect((await job.collect()).body).toMatchObject({ error: 'expired_token' });
  });

  it('ends it also where no background work came by', async () => {
    const job = await story.ask();
    story.pass(31 * MINUTE);
    expect((await job.collect()).body).toMatchObject({ error: 'expired_token' });
    expect((await job.status()).body).toMatchObject({ state: 'expired' });
  });

  it('lets nobody approve afterwards', async () => {
    const job = await story.ask();
    story.pass(31 * MINUTE);
    const { status, body } = await story.decide('Alex', job, 'approve');
    expect({ status, code: body.code }).toEqual({ status: 410, code: 'APPROVAL_EXPIRED' });
  });

  it('gives the job as long to collect as people had to decide, and no longer', async () => {
    const [late, later] = [await story.ask(), await story.ask('deploy', { check_run_id: '2' })];
    story.pass(29 * MINUTE);
    await story.decide('Alex', late, 'approve');
    await story.decide('Alex', later, 'approve');
    story.pass(29 * MINUTE);
    expect((await late.collect()).status).toBe(200);
    story.pass(2 * MINUTE);
    expect((await later.collect()).body).toMatchObject({ error: 'expired_token' });
  });

  it('closes a window of the policy before the job collects', async () => {
    const job = await story.ask('mornings');
    await story.decide('Alex', job, 'approve');
    story.pass(3 * HOUR + MINUTE);
    const { body } = await job.collect();
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'POLICY_NO_MATCH', condition: 'time' }] });
  });
});

describe('a request that is taken back', () => {
  it('by its job, with its secret', async () => {
    const job = await story.ask();
    expect((await job.withdraw()).body).toMatchObject({ state: 'withdrawn' });
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'WITHDRAWN' }] });
    expect((await story.decide('Alex', job, 'approve')).body).toMatchObject({ code: 'APPROVAL_DECIDED' });
  });

  it('by who asked, signed in, and by nobody else', async () => {
    const job = await story.ask();
    const [alex, robin] = [await story.person('Alex'), await story.person('Robin')];
    expect((await alex.post(`/v1/requests/${job.id}/withdraw`)).status).toBe(403);
    expect((await robin.post(`/v1/requests/${job.id}/withdraw`)).body).toMatchObject({ state: 'withdrawn' });
    expect((await robin.post(`/v1/requests/${job.id}/withdraw`)).body).toMatchObject({ code: 'APPROVAL_DECIDED' });
  });

  it('by the same job, which asks anew with another secret', async () => {
    const [first, second] = [await story.ask(), await story.ask()];
    expect((await first.status()).body).toMatchObject({ state: 'withdrawn' });
    expect((await second.status()).body).toMatchObject({ state: 'pending' });
  });

  it('also where it was approved already', async () => {
    const job = await story.ask();
    await story.decide('Alex', job, 'approve');
    await job.withdraw();
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'WITHDRAWN' }] });
  });
});

describe('a policy that changes while a job waits', () => {
  const changed = SHOP.replace('ttl: 5m', 'ttl: 6m');
  const reload = async (shop: string): Promise<void> => {
    story.broker.writePolicy('shop.yaml', shop);
    expect(await story.broker.running.reload()).toMatchObject({ outcome: 'in-force' });
  };

  it('makes what people were asked void, and tells the job', async () => {
    const job = await story.ask();
    const waiting = job.status(25);
    await reload(changed);
    await story.broker.running.runBackground();
    expect((await waiting).body).toMatchObject({ state: 'void' });
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'APPROVAL_VOID' }] });
    await reload(SHOP);
  });

  it('does so also where the same one was in force before, and nobody looked in between', async () => {
    await reload(changed);
    await story.broker.running.runBackground();
    await reload(SHOP);
    const job = await story.ask();
    await reload(changed);
    await story.broker.running.runBackground();
    expect((await job.status()).body).toMatchObject({ state: 'void' });
    await reload(SHOP);
  });

  it('lets nobody decide on what they were shown before', async () => {
    const job = await story.ask();
    await reload(changed);
    expect((await story.decide('Alex', job, 'approve')).body).toMatchObject({ code: 'APPROVAL_CHANGED' });
    await reload(SHOP);
  });

  it('takes back what was approved under the one before', async () => {
    const job = await story.ask();
    await story.decide('Alex', job, 'approve');
    await reload(changed);
    expect((await job.collect()).body).toMatchObject({ reasons: [{ code: 'APPROVAL_VOID' }] });
    await reload(SHOP);
  });

  it('lets the job go on where nobody needs to approve any more', async () => {
    const job = await story.ask();
    await reload(SHOP.replace('    approval: { by: octo-org/releases, within: 30m }\n', ''));
    expect((await job.collect()).body).toMatchObject({ assurance: 'automated' });
    await reload(SHOP);
  });

  it('does not matter where it is of another entitlement', async () => {
    const job = await story.ask();
    await story.decide('Alex', job, 'approve');
    await reload(SHOP.replace('count: 2', 'count: 3'));
    expect((await job.collect()).status).toBe(200);
    await reload(SHOP);
  });

  it('is of the organization: a team that is somebody else by now decides nothing', async () => {
    const job = await story.ask();
    story.broker.writePolicy('_organization.yaml', ORGANIZATION.replace('group: releases', 'group: others'));
    await story.broker.running.reload();
    expect((await story.decide('Alex', job, 'approve')).status).toBe(404);
    story.broker.writePolicy('_organization.yaml', ORGANIZATION);
    await story.broker.running.reload();
  });
});

describe('a requester who cannot be told', () => {
  it('is refused before anybody is asked, where a run was started again', async () => {
    const { body } = await story.broker.ask({ scope: 'shop/deploy', claims: { ...ROBIN, run_attempt: '2' } });
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'FACT_UNAVAILABLE' }] });
    expect(body.error_description).toContain('Start a new run');
  });

  it('is refused where it is a program that no rule names', async () => {
    const bot = { actor: 'renovate[bot]', actor_id: '29139614' };
    const { body } = await story.broker.ask({ scope: 'shop/deploy', claims: bot });
    expect(body).toMatchObject({ reasons: [{ code: 'POLICY_NO_MATCH', condition: 'approval' }] });
  });
});
