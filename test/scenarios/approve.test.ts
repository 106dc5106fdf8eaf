// A job asks for what people must agree to, waits, is approved, and goes on with exactly that.

import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApprovalStory, ROBIN } from '../support/approval-story.ts';

let story: ApprovalStory;
beforeAll(async () => {
  story = await ApprovalStory.start();
});
afterAll(() => story.close());

describe('a job that people must approve', () => {
  it('is told to wait, with a link and until when', async () => {
    const { body, status } = await story.broker.ask({ scope: 'shop/deploy', claims: { actor_id: '9001' } });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: 'authorization_pending',
      request_id: expect.stringMatching(/^req_/),
      request_url: expect.stringMatching(/^https:\/\/buildpass\.example\.com\/requests\/req_/),
      interval: 5,
      expires_in: 1800,
    });
    expect(body).not.toHaveProperty('request_secret');
  });

  it('goes on at once when somebody of the team approves, and gets what was asked', async () => {
    const job = await story.ask();
    const waiting = job.status(25);
    const { status, body } = await story.decide('Alex', job, { verdict: 'approve', reason: 'Release 2.4 is fine.' });
    expect({ status, state: body.state }).toEqual({ status: 200, state: 'approved' });
    expect((await waiting).body).toMatchObject({ state: 'approved', request_id: job.id });
    const issued = await job.collect();
    expect(issued.status).toBe(200);
    expect(issued.body).toMatchObject({ assurance: 'approved', scope: 'shop/deploy', request_id: job.id });
    const alex = (await (await story.person('Alex')).get('/v1/me')).body.principal;
    expect(decodeJwt(issued.body.access_token)).toMatchObject({ assurance: 'approved', approved_by: [alex] });
    expect((await job.status()).body).toMatchObject({ state: 'issued' });
  });

  it('leaves the whole way on record, each step following from the one before', async () => {
    const job = await story.ask();
    await story.decide('Alex', job, { verdict: 'approve', reason: 'Fine.' });
    await job.collect();
    const entries = (await story.broker.entries()).filter((entry) => entry['request_id'] === job.id);
    expect(entries.map(({ type }) => type)).toEqual([
      'request.pending',
      'approval.verdict',
      'request.decided',
      'issuance.started',
      'issuance.succeeded',
    ]);
  });

  it('has one credential of one approval, however often it asks', async () => {
    const job = await story.ask();
    await story.decide('Alex', job, 'approve');
    const [first, again] = [await job.collect(), await job.collect()];
    expect(again.body.issuance_id).toBe(first.body.issuance_id);
    const anew = await story.broker.ask({ scope: 'shop/deploy', claims: { actor: 'robin', actor_id: '9001' } });
    expect(anew.body.error).toBe('authorization_pending');
  });

  it('is given a secret where it brought none, and can wait with it', async () => {
    const { body } = await story.broker.ask({ scope: 'shop/deploy', secret: null, claims: { actor_id: '9001' } });
    expect(body.request_secret).toMatch(/^[\w-]{43}$/);
    const headers = { authorization: `Bearer ${body.request_secret}` };
    const status = await story.broker.fetch(`/v1/requests/${body.request_id}`, { headers });
    expect(status.body).toMatchObject({ state: 'pending' });
  });

  it('is told to slow down where it asks again and again instead of waiting', async () => {
    const job = await story.ask();
    expect((await job.collect()).body).toEqual({ error: 'slow_down', interval: 5 });
  });
});

describe('a broker that restarts while a job waits', () => {
  it('lets the job go at once, finds it again, and lets it go on when it is approved', async () => {
    const job = await story.ask();
    const waiting = job.status(25);
    await expect.poll(() => story.waiting()).toBe(1);
    await story.broker.restart();
    expect((await waiting).body).toMatchObject({ state: 'pending' });
    expect((await job.status()).body).toMatchObject({ state: 'pending' });
    await story.decide('Alex', job, 'approve');
    expect((await job.collect()).status).toBe(200);
  });
});

describe('an approval that covers a run', () => {
  it('is good for as many of its jobs as the policy says, and no more', async () => {
    const run = { run_id: '71', check_run_id: '1' };
    const [first, second] = [await story.ask('run', run), await story.ask('run', { ...run, check_run_id: '2' })];
    await story.decide('Alex', first, 'approve');
    expect((await second.status()).body).toMatchObject({ state: 'approved' });
    expect([(await first.collect()).status, (await second.collect()).status]).toEqual([200, 200]);
    const third = await story.ask('run', { ...run, check_run_id: '3' });
    expect((await third.status()).body).toMatchObject({ state: 'pending' });
    const otherRun = await story.ask('run', { run_id: '72', check_run_id: '4' });
    expect((await otherRun.status()).body).toMatchObject({ state: 'pending' });
  });
});

describe('two of three', () => {
  it('must agree, and one of them twice is one', async () => {
    const job = await story.ask('two');
    expect((await story.decide('Alex', job, 'approve')).body.state).toBe('pending');
    expect((await story.decide('Alex', job, 'approve')).body).toMatchObject({ code: 'APPROVAL_DECIDED' });
    expect((await job.status()).body).toMatchObject({ state: 'pending' });
    expect((await story.decide('Kim', job, 'approve')).body.state).toBe('approved');
    expect((await job.collect()).body).toMatchObject({ assurance: 'approved' });
  });
});

describe('what the policy lets people approve themselves', () => {
  it('is approved by who asked, and says so', async () => {
    const job = await story.ask('self');
    await story.decide('Robin', job, 'approve');
    expect((await job.collect()).body).toMatchObject({ assurance: 'self-approved' });
  });
});

describe('an ask that a program prepared', () => {
  it('says so on record, to who approves, and in what was approved', async () => {
    const job = await story.ask('deploy', { run_id: '777' }, { assisted_by: 'release-assistant 2' });
    const { body } = await (await story.person('Alex')).get(`/v1/requests/${job.id}`);
    expect(body).toMatchObject({ assisted_by: 'release-assistant 2' });
    const entries = (await story.broker.entries('request.pending')).filter((entry) => entry['request_id'] === job.id);
    expect(entries[0]?.['personal']).toHaveProperty('assisted_by');
    await story.decide('Alex', job, 'approve');
    expect((await job.collect()).status).toBe(200);
  });

  it('is another ask without that, and with something that is no line', async () => {
    const job = await story.ask('deploy', { run_id: '778' }, { assisted_by: 'a' });
    const claims = { ...ROBIN, run_id: '778' };
    const again = await story.broker.ask({ scope: 'shop/deploy', secret: job.secret, claims });
    expect(again.body.code).toBe('REQUEST_MISMATCH');
    const forged = { assisted_by: 'nobody\nApproved by: Alex' };
    const { body } = await story.broker.ask({ scope: 'shop/deploy', claims, parameters: forged });
    expect(body.code).toBe('PARAMETER_INVALID');
  });
});
