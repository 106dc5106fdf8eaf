// An incident: break-glass may be invoked again while it lasts, louder each time; then it is shut until somebody else reviewed it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApprovalStory, WaitingJob } from '../support/approval-story.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { EMERGENCIES, HOUR, invoke, review, startEmergencies, steppedUp } from '../support/break-glass-story.ts';

let story: ApprovalStory;
beforeEach(async () => {
  story = await startEmergencies();
});
afterEach(() => story.close());

let jobs = 0;

/** For a job of its own. */
const invokedBy = async (name: string, entitlement = 'rescue'): Promise<WaitingJob> => {
  jobs += 1;
  const job = await story.ask(entitlement, { check_run_id: String(jobs) });
  expect((await invoke(await steppedUp(story, name), job)).status).toBe(200);
  return job;
};
const incidentsFor = async (name: string) => (await (await story.person(name)).get('/v1/break-glass')).body.incidents;

describe('within an incident', () => {
  it('break-glass is invoked again, and each time is counted and told', async () => {
    await (await invokedBy('Alex')).collect();
    story.pass(23 * HOUR);
    expect((await (await invokedBy('Robin')).collect()).status).toBe(200);
    const entries = await story.broker.entries('break-glass.invoked');
    expect(
      entries.map(({ number, incident_id }) => ({ number, same: incident_id === entries[0]?.['incident_id'] })),
    ).toEqual([
      { number: 1, same: true },
      { number: 2, same: true },
    ]);
    expect(entries[1]?.['incident_ends_at']).toBe(entries[0]?.['incident_ends_at']);
  });

  it('is shown to whom it concerns, and to nobody else', async () => {
    await invokedBy('Alex');
    const [incident] = await incidentsFor('Sam');
    expect(incident).toMatchObject({
      ...{ project: 'shop', entitlement: 'rescue', title: 'Emergency rollback', state: 'open' },
      invocations: [{ number: 1, by: { name: 'Alex' }, reason: 'The shop is down.', ticket: 'INC-7' }],
      you: { may_review: true },
    });
    expect((await incidentsFor('Olu'))[0].you).toEqual({ may_review: true });
    expect((await incidentsFor('Robin'))[0].you).toMatchObject({ why_not: { code: 'NOT_A_REVIEWER' } });
    expect((await incidentsFor('Rita'))[0].you).toEqual({ may_review: true });
    expect(await incidentsFor('Toni')).toEqual([]);
    expect((await story.broker.fetch('/v1/break-glass')).status).toBe(401);
  });

  it('nothing that was invoked outlasts it', async () => {
    await invokedBy('Alex');
    story.pass(24 * HOUR - 60_000);
    const late = await invokedBy('Alex');
    expect((await late.status()).body.expires_in).toBe(60);
    story.pass(61_000);
    expect((await late.collect()).body).not.toHaveProperty('access_token');
  });
});

describe('after an incident', () => {
  beforeEach(async () => {
    await (await invokedBy('Alex')).collect();
    story.pass(24 * HOUR);
  });

  it('break-glass is shut, and an ask is refused with what to do', async () => {
    const { body } = await story.broker.ask({ scope: 'shop/rescue', claims: { actor: 'robin', actor_id: '9001' } });
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'BREAK_GLASS_SHUT' }] });
    expect(body.error_description).toContain('has reviewed it');
    expect((await incidentsFor('Sam'))[0]).toMatchObject({ state: 'shut' });
    expect((await story.broker.explain('shop/rescue')).body).toMatchObject({ decision: 'deny' });
  });

  it('stays shut where the policy is changed', async () => {
    story.broker.writePolicy('shop.yaml', EMERGENCIES.replaceAll('ttl: 5m', 'ttl: 6m'));
    await story.broker.running.reload();
    const { body } = await story.broker.ask({ scope: 'shop/rescue' });
    expect(body).toMatchObject({ reasons: [{ code: 'BREAK_GLASS_SHUT' }] });
  });

  it.each(['Sam', 'Olu', 'Rita'])('is opened again by a review of %s', async (name) => {
    const { status, body } = await review(await steppedUp(story, name), { invocations: 1 });
    expect({ status, body }).toEqual({ status: 200, body: { incidents: [] } });
    const [entry] = await story.broker.entries('break-glass.reviewed');
    expect(entry).toMatchObject({ invocations: 1, as: name === 'Olu' ? 'owner' : 'security' });
    expect((await (await invokedBy('Alex')).collect()).status).toBe(200);
    const numbers = (await story.broker.entries('break-glass.invoked')).map((one) => one['number']);
    expect(numbers).toEqual([1, 1]);
    await expectBooksInOrder(story.broker);
  });

  it('is not opened by somebody on call, or by a stranger', async () => {
    expect((await review(await steppedUp(story, 'Robin'))).body).toMatchObject({ code: 'NOT_A_REVIEWER' });
    expect((await review(await steppedUp(story, 'Toni'))).status).toBe(404);
    expect((await review(await steppedUp(story, 'Sam'), {}, 'either')).status).toBe(404);
    expect((await incidentsFor('Sam'))[0]).toMatchObject({ state: 'shut' });
  });

  it('is not opened without a step-up, without a reason, or by another page', async () => {
    const sam = await story.person('Sam');
    expect((await review(sam)).body).toMatchObject({ code: 'STEP_UP_REQUIRED' });
    expect((await review(sam, { reason: '' })).body).toMatchObject({ code: 'PARAMETER_INVALID' });
    const headers = { origin: 'https://evil.example' };
    expect((await sam.post('/v1/break-glass/shop/rescue/review', {}, { headers })).body.code).toBe('CROSS_SITE');
    expect((await incidentsFor('Sam'))[0]).toMatchObject({ state: 'shut' });
  });

  it('is reviewed once: the second of two finds nothing', async () => {
    const [sam, olu] = [await steppedUp(story, 'Sam'), await steppedUp(story, 'Olu')];
    const answers = await Promise.all([review(sam), review(olu), review(sam)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404, 404]);
    expect(await story.broker.entries('break-glass.reviewed')).toHaveLength(1);
  });
});

describe('a review', () => {
  it('is not by who invoked, whatever else they are', async () => {
    await invokedBy('Rita');
    expect((await review(await steppedUp(story, 'Rita'))).body).toMatchObject({ code: 'OWN_INCIDENT' });
    expect((await review(await steppedUp(story, 'Sam'))).status).toBe(200);
  });

  it('is not by who asked', async () => {
    const job = await story.ask('rescue', { actor: 'sam', actor_id: '9004' });
    await invoke(await steppedUp(story, 'Alex'), job);
    expect((await review(await steppedUp(story, 'Sam'))).body).toMatchObject({ code: 'OWN_INCIDENT' });
    expect((await incidentsFor('Sam'))[0].you).toMatchObject({ may_review: false, why_not: { code: 'OWN_INCIDENT' } });
  });

  it('is of what the reviewer saw: with one more invocation they look again', async () => {
    await invokedBy('Alex');
    await invokedBy('Alex');
    const sam = await steppedUp(story, 'Sam');
    expect((await review(sam, { invocations: 1 })).body).toMatchObject({ code: 'INCIDENT_CHANGED' });
    expect((await review(sam, { invocations: 2 })).status).toBe(200);
  });
});

describe('where people may approve too', () => {
  it('only break-glass is shut: they approve as ever', async () => {
    await (await invokedBy('Alex', 'either')).collect();
    story.pass(24 * HOUR);
    const job = await story.ask('either');
    const refused = await invoke(await steppedUp(story, 'Alex'), job);
    expect({ status: refused.status, code: refused.body.code }).toEqual({ status: 409, code: 'BREAK_GLASS_SHUT' });
    const kim = await steppedUp(story, 'Kim');
    const { body } = await kim.get(`/v1/requests/${job.id}`);
    const verdict = { verdict: 'approve', reason: 'Fine.', binding: body.approval.binding };
    await kim.post(`/v1/requests/${job.id}/verdicts`, verdict);
    expect((await job.collect()).body).toMatchObject({ assurance: 'approved' });
  });
});
