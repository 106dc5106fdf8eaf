// Who cannot invoke break-glass, and when: whatever they are told, the job gets nothing by it, and no incident begins.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApprovalStory, WaitingJob } from '../support/approval-story.ts';
import { EMERGENCIES, HOUR, invoke, startEmergencies, steppedUp, WHY } from '../support/break-glass-story.ts';

let story: ApprovalStory;
let job: WaitingJob;
beforeAll(async () => {
  story = await startEmergencies();
});
afterAll(() => story.close());
beforeEach(async () => {
  story.pass(25 * HOUR);
  job = await story.ask('rescue');
});

const nothingHappened = async (): Promise<void> => {
  expect((await job.collect()).body).not.toHaveProperty('access_token');
  expect(await story.broker.entries('break-glass.invoked')).toEqual([]);
  expect((await (await story.person('Sam')).get('/v1/break-glass')).body).toEqual({ incidents: [] });
};

describe('break-glass', () => {
  it('is not for somebody outside the team, who may see the request', async () => {
    const { body } = await invoke(await steppedUp(story, 'Sam'), job);
    expect(body).toMatchObject({ code: 'NOT_AN_INVOKER', detail: expect.stringContaining('octo-org/on-call') });
    const seen = (await (await story.person('Sam')).get(`/v1/requests/${job.id}`)).body.break_glass;
    expect(seen).toMatchObject({ may: false, why_not: { code: 'NOT_AN_INVOKER' } });
    await nothingHappened();
  });

  it('does not exist for a stranger', async () => {
    expect((await invoke(await steppedUp(story, 'Toni'), job)).status).toBe(404);
    await nothingHappened();
  });

  it('is not invoked without a step-up', async () => {
    const alex = await story.person('Alex');
    const { body } = await invoke(alex, job);
    expect(body).toMatchObject({ code: 'STEP_UP_REQUIRED', methods: ['provider'] });
    const seen = (await alex.get(`/v1/requests/${job.id}`)).body.break_glass;
    expect(seen).toMatchObject({ may: true, needs_step_up: true, for: ['octo-org/on-call'] });
    await nothingHappened();
  });

  it('is not invoked with a step-up of ten minutes ago', async () => {
    const alex = await steppedUp(story, 'Alex');
    story.pass(HOUR / 6);
    expect((await invoke(alex, job)).body).toMatchObject({ code: 'STEP_UP_REQUIRED' });
    await nothingHappened();
  });

  it.each([
    [{ reason: '' }],
    [{ reason: undefined }],
    [{ ticket: ' ' }],
    [{ ticket: undefined }],
    [{ reason: 'a\u202eb' }],
    [{ ticket: 'T'.repeat(201) }],
    [{ binding: 'xyz' }],
    [{ more: true }],
  ])('needs a reason and a ticket in plain text: %j', async (said) => {
    const { status, body } = await invoke(await steppedUp(story, 'Alex'), job, { ...WHY, ...said });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'PARAMETER_INVALID' });
    await nothingHappened();
  });

  it('is of what its reader was shown: another binding is refused', async () => {
    const said = { ...WHY, binding: 'a'.repeat(64) };
    const { status, body } = await invoke(await steppedUp(story, 'Alex'), job, said);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'APPROVAL_CHANGED' });
    await nothingHappened();
  });

  it('is not invoked by a page of another site', async () => {
    const alex = await steppedUp(story, 'Alex');
    const headers = { origin: 'https://evil.example' };
    const refused = await alex.post(`/v1/requests/${job.id}/break-glass`, WHY, { headers });
    expect(refused.body).toMatchObject({ code: 'CROSS_SITE' });
    await nothingHappened();
  });

  it('is not an approval: nobody approves what has break-glass alone', async () => {
    const sam = await steppedUp(story, 'Sam');
    const { body } = await sam.get(`/v1/requests/${job.id}`);
    const verdict = { verdict: 'approve', reason: 'Fine.', binding: body.approval.binding };
    const refused = await sam.post(`/v1/requests/${job.id}/verdicts`, verdict);
    expect(refused.body).toMatchObject({ code: 'NOT_AN_APPROVER', detail: expect.stringContaining('break-glass') });
    await nothingHappened();
  });

  it('opens nothing for a job that was cancelled meanwhile', async () => {
    const alex = await steppedUp(story, 'Alex');
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    await job.withdraw();
    const said = { ...WHY, binding: body.approval.binding };
    const refused = await alex.post(`/v1/requests/${job.id}/break-glass`, said);
    expect(refused.body).toMatchObject({ code: 'APPROVAL_DECIDED' });
    await nothingHappened();
  });

  it('opens nothing once the time to decide is over', async () => {
    story.pass(HOUR);
    expect((await invoke(await steppedUp(story, 'Alex'), job)).status).toBe(410);
    await nothingHappened();
  });

  it('opens nothing where the policy was changed meanwhile, before or after', async () => {
    const alex = await steppedUp(story, 'Alex');
    story.broker.writePolicy('shop.yaml', EMERGENCIES.replaceAll('ttl: 5m', 'ttl: 6m'));
    await story.broker.running.reload();
    expect((await invoke(alex, job)).body).toMatchObject({ code: 'APPROVAL_CHANGED' });
    await nothingHappened();
    story.broker.writePolicy('shop.yaml', EMERGENCIES);
    await story.broker.running.reload();
  });
});

describe('a job that is run again', () => {
  it('is refused, since who ran it again is not known and must not be who reviews', async () => {
    const claims = { actor: 'robin', actor_id: '9001', run_attempt: '2' };
    const { body } = await story.broker.ask({ scope: 'shop/rescue', claims });
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'FACT_UNAVAILABLE' }] });
    expect(body.error_description).toContain('reviews it later');
  });
});
