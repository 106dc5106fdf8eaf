// An emergency: one member of the team on call lets a job go on without approvals, and everybody can see it.
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalStory } from '../support/approval-story.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { invoke, startEmergencies, steppedUp, WHY } from '../support/break-glass-story.ts';

let story: ApprovalStory;
beforeAll(async () => {
  story = await startEmergencies();
});
let jobs = 0;
/** A job of its own, which nothing that another left is good for. */
const ask = (name: string) => {
  jobs += 1;
  return story.ask(name, { check_run_id: String(jobs) });
};

afterAll(async () => {
  await expectBooksInOrder(story.broker);
  await story.close();
});

describe('a job in an emergency', () => {
  it('waits, and gets nothing before somebody invokes it', async () => {
    const { body } = await story.broker.ask({ scope: 'shop/rescue', claims: { actor: 'robin', actor_id: '9001' } });
    expect(body).toMatchObject({ error: 'authorization_pending', request_id: expect.stringMatching(/^req_/) });
    expect(body).not.toHaveProperty('access_token');
    expect((await story.broker.explain('shop/rescue')).body).toMatchObject({ decision: 'approval' });
  });

  it('goes on at once when another member of the team invokes it', async () => {
    const job = await ask('rescue');
    const waiting = job.status(25);
    const alex = await steppedUp(story, 'Alex');
    const { status, body } = await invoke(alex, job);
    expect({ status, state: body.approval.state }).toEqual({ status: 200, state: 'invoked' });
    expect(body.break_glass.invocation).toMatchObject({ ...WHY, by: { name: 'Alex' }, step_up: 'provider' });
    expect((await waiting).body).toMatchObject({ state: 'approved' });
    const issued = await job.collect();
    expect(issued.body).toMatchObject({ assurance: 'break-glass', scope: 'shop/rescue', expires_in: 300 });
    expect(decodeJwt(issued.body.access_token)).toMatchObject({ assurance: 'break-glass' });
    expect(decodeJwt(issued.body.access_token)).not.toHaveProperty('approved_by');
  });

  it('goes on when who asked invokes it, and the log says that it was them', async () => {
    const job = await ask('rescue');
    await invoke(await steppedUp(story, 'Robin'), job);
    expect((await job.collect()).status).toBe(200);
    const [entry] = (await story.broker.entries('break-glass.invoked')).slice(-1);
    expect(entry).toMatchObject({ request_id: job.id, self: true, team: 'octo-org/on-call', step_up: 'provider' });
  });

  it('leaves the whole way on record, and what was issued names the invocation', async () => {
    const job = await ask('rescue');
    await invoke(await steppedUp(story, 'Alex'), job);
    await job.collect();
    const entries = (await story.broker.entries()).filter((entry) => entry['request_id'] === job.id);
    expect(entries.map(({ type }) => type)).toEqual([
      ...['request.pending', 'break-glass.invoked', 'request.decided', 'issuance.started', 'issuance.succeeded'],
    ]);
    const invocation = entries[1]?.['invocation_id'];
    expect(entries[2]).toMatchObject({ invocation_id: invocation });
    expect(entries[4]).toMatchObject({ invocation_id: invocation, approvals: [], assurance: 'break-glass' });
    expect(JSON.stringify(entries)).not.toContain(WHY.reason);
  });

  it('has one credential of one invocation, however often it asks', async () => {
    const job = await ask('rescue');
    await invoke(await steppedUp(story, 'Alex'), job);
    const [first, again] = [await job.collect(), await job.collect()];
    expect(again.body.issuance_id).toBe(first.body.issuance_id);
    const anew = await ask('rescue');
    expect((await anew.status()).body).toMatchObject({ state: 'pending' });
  });

  it('is told of in the log of the broker, without who and why', async () => {
    await invoke(await steppedUp(story, 'Alex'), await ask('rescue'));
    const lines = story.broker.logLines.filter((line) => line.includes('break-glass was invoked'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).toContain('octo-org/security');
    expect(lines.join('')).not.toContain(WHY.reason);
  });
});

describe('an entitlement that approvers may let through too', () => {
  it('is approved as ever', async () => {
    const job = await ask('either');
    const kim = await steppedUp(story, 'Kim');
    const { body } = await kim.get(`/v1/requests/${job.id}`);
    const verdict = { verdict: 'approve', reason: 'Fine.', binding: body.approval.binding };
    await kim.post(`/v1/requests/${job.id}/verdicts`, verdict);
    expect((await job.collect()).body).toMatchObject({ assurance: 'approved' });
  });

  it('is invoked where they cannot be reached, on the same request', async () => {
    const job = await ask('either');
    await invoke(await steppedUp(story, 'Alex'), job);
    expect((await story.decide('Kim', job, 'approve')).body).toMatchObject({ code: 'STEP_UP_REQUIRED' });
    expect((await job.collect()).body).toMatchObject({ assurance: 'break-glass' });
  });

  it('is on the list of those who approve, and break-glass alone on that of those on call', async () => {
    const [either, rescue] = [await ask('either'), await ask('rescue')];
    const waiting = async (name: string): Promise<string[]> => {
      const { body } = await (await story.person(name)).get('/v1/requests?view=waiting');
      return body.requests.map(({ id }: { id: string }) => id);
    };
    expect(await waiting('Alex')).toContain(rescue.id);
    expect(await waiting('Alex')).not.toContain(either.id);
    expect(await waiting('Kim')).toEqual([either.id]);
  });
});
