// Who may approve, and who tries: the requester, also under another name; somebody outside the team, or no longer in it; a page of
// another site; two at once. Whatever they are told, the job gets nothing by it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApprovalStory, PEOPLE, type WaitingJob } from '../support/approval-story.ts';

let story: ApprovalStory;
let job: WaitingJob;
beforeAll(async () => {
  story = await ApprovalStory.start();
});
afterAll(() => story.close());
beforeEach(async () => {
  story.pass(3_600_000);
  job = await story.ask();
});

const stillPending = async (): Promise<void> => {
  expect((await job.status()).body).toMatchObject({ state: 'pending' });
};

describe('an approver', () => {
  it('is never who asked', async () => {
    expect((await story.decide('Robin', job, 'approve')).body).toMatchObject({ code: 'OWN_REQUEST' });
    await stillPending();
  });

  it('is told beforehand, on the request itself', async () => {
    const robin = await story.person('Robin');
    const { body } = await robin.get(`/v1/requests/${job.id}`);
    expect(body.approval.you).toMatchObject({ may: false, why_not: { code: 'OWN_REQUEST' } });
    expect((await robin.get('/v1/requests?view=waiting')).body.requests).toEqual([]);
    expect((await robin.get('/v1/requests?view=mine')).body.requests[0]).toMatchObject({ id: job.id });
  });

  it('is of the team that the policy names; to others the request does not exist', async () => {
    expect((await story.decide('Toni', job, 'approve')).status).toBe(404);
    await stillPending();
  });

  it('is not security by itself, which sees everything and decides nothing here', async () => {
    expect((await story.decide('Sam', job, 'approve')).body).toMatchObject({ code: 'NOT_AN_APPROVER' });
    await stillPending();
  });

  it('sees in one list what waits for them', async () => {
    const { body } = await (await story.person('Alex')).get('/v1/requests?view=waiting');
    expect(body.requests).toMatchObject([
      { id: job.id, entitlement: 'deploy', job: { actor: 'robin', ref: 'refs/heads/main' } },
    ]);
  });

  it('decides on what they saw: another binding is refused', async () => {
    const alex = await story.person('Alex');
    const refused = await alex.post(`/v1/requests/${job.id}/verdicts`, { verdict: 'approve', binding: 'a'.repeat(64) });
    expect({ status: refused.status, code: refused.body.code }).toEqual({ status: 409, code: 'APPROVAL_CHANGED' });
    await stillPending();
  });

  it('who left the team since they signed in decides nothing', async () => {
    const alex = await story.person('Alex');
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    const person = PEOPLE.find(({ name }) => name === 'Alex');
    const groups = person?.groups.splice(0) ?? [];
    const { binding } = body.approval;
    const refused = await alex.post(`/v1/requests/${job.id}/verdicts`, { verdict: 'approve', binding });
    person?.groups.push(...groups);
    expect(refused.status).toBe(403);
    await stillPending();
  });

  it('signs in first', async () => {
    const anonymous = await story.broker.fetch(`/v1/requests/${job.id}`);
    expect({ status: anonymous.status, code: anonymous.body.code }).toEqual({ status: 401, code: 'SIGN_IN_REQUIRED' });
  });

  it('is not made to decide by a page of another site', async () => {
    const alex = await story.person('Alex');
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    const { binding } = body.approval;
    const send = { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } };
    const refused = await alex.post(`/v1/requests/${job.id}/verdicts`, { verdict: 'approve', binding }, send);
    expect(refused.body).toMatchObject({ code: 'CROSS_SITE' });
    await stillPending();
  });

  it('shows once more who they are before they decide what is of high risk', async () => {
    const risky = await story.ask('risky');
    const refused = await story.decide('Alex', risky, 'approve');
    expect(refused.body).toMatchObject({ code: 'STEP_UP_REQUIRED', methods: ['provider'] });
    const alex = await story.person('Alex');
    await alex.follow('/sign-in/demo?step-up=1');
    const { body } = await alex.get(`/v1/requests/${risky.id}`);
    const verdict = { verdict: 'approve', reason: 'Release 2.4.', binding: body.approval.binding };
    expect((await alex.post(`/v1/requests/${risky.id}/verdicts`, verdict)).body.state).toBe('approved');
    const [entry] = (await story.broker.entries('approval.verdict')).slice(-1);
    expect(entry).toMatchObject({ step_up: 'provider', team: 'octo-org/releases', self: false });
  });
});

describe('a step-up', () => {
  it('that is long ago is not put on record as one', async () => {
    const alex = await story.person('Alex');
    await alex.follow('/sign-in/demo?step-up=1');
    story.pass(6 * 60_000);
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    await alex.post(`/v1/requests/${job.id}/verdicts`, { verdict: 'approve', binding: body.approval.binding });
    expect((await story.broker.entries('approval.verdict')).at(-1)).toMatchObject({ step_up: 'none' });
  });
});

describe('several at once', () => {
  it('have one winner: the same person twice, and two people', async () => {
    const [alex, kim] = [await story.person('Alex'), await story.person('Kim')];
    const { body } = await alex.get(`/v1/requests/${job.id}`);
    const verdict = { verdict: 'approve', binding: body.approval.binding };
    const answers = await Promise.all(
      [alex, alex, kim].map((one) => one.post(`/v1/requests/${job.id}/verdicts`, verdict)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const verdicts = await story.broker.entries('approval.verdict');
    expect(verdicts.filter((entry) => entry['request_id'] === job.id)).toHaveLength(1);
  });
});

describe('the secret of a request', () => {
  it('is what a job waits with; another one finds nothing', async () => {
    const other = await story.ask('two');
    expect((await job.status(0, other.secret)).status).toBe(404);
    expect((await job.withdraw(other.secret)).status).toBe(404);
    await stillPending();
  });

  it('collects nothing for a job of another run that stole it', async () => {
    await story.decide('Alex', job, 'approve');
    const stolen = await story.broker.ask({ scope: 'shop/deploy', secret: job.secret, claims: { run_id: '999' } });
    expect(stolen.body).toMatchObject({ code: 'REQUEST_OF_ANOTHER_JOB' });
    expect((await job.collect()).status).toBe(200);
  });
});
