// A long job renews its credential within one approval, for as long as `session` says, so that nobody asks for long lifetimes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyStore } from '../../broker/log/verify-store.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import type { ApprovalStory } from '../support/approval-story.ts';
import { liftSuspensions, rowsBeside, runBeside, suspend } from '../support/beside-broker.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { invoke, steppedUp } from '../support/break-glass-story.ts';
import { approvedJob, askAnew, MINUTE, putInForce, SESSIONS, startSessions } from '../support/session-story.ts';

let story: ApprovalStory;
let runs = 100;
let claims = { run_id: '0', check_run_id: '1' };
beforeAll(async () => {
  story = await startSessions();
});
beforeEach(() => {
  runs += 1;
  claims = { run_id: String(runs), check_run_id: '1' };
});
afterAll(async () => {
  await expectBooksInOrder(story.broker, story.now);
  await story.close();
});

const PENDING = { error: 'authorization_pending' };
const ask = (name = 'migrate', more = {}) => askAnew(story, name, { claims: { ...claims, ...more } });
const decided = async (id: string) =>
  (await story.broker.entries('request.decided')).find((entry) => entry['request_id'] === id);

describe('a job that people approved', () => {
  it('renews twice without asking anybody, long after its approval was spent', async () => {
    const first = await approvedJob(story, 'migrate', claims);
    for (const minutes of [20, 39]) {
      story.pass(minutes * MINUTE);
      const { status, body } = await ask();
      expect(status).toBe(200);
      expect(body).toMatchObject({ assurance: 'approved', expires_in: 300 });
      expect(body.request_id).not.toBe(first.id);
    }
  });

  it('has each renewal on record, with what it renews and until when', async () => {
    const first = await approvedJob(story, 'migrate', claims);
    const ends = new Date(story.now + 60 * MINUTE).toISOString();
    story.pass(30 * MINUTE);
    const { body } = await ask();
    const [at, again] = [await decided(first.id), await decided(body.request_id)];
    expect(again).toMatchObject({ decision: 'permit', renews: first.id, session_ends_at: ends });
    expect(again?.['approvals']).toEqual(at?.['approvals']);
    expect(at).not.toHaveProperty('renews');
  });

  it('says in the history of a renewal which request it renews', async () => {
    const first = await approvedJob(story, 'migrate', claims);
    story.pass(MINUTE);
    const { body } = await ask();
    const page = (await (await story.person('Alex')).get(`/v1/requests/${body.request_id}`)).body;
    expect(page.timeline[1].what).toContain(`Renewed`);
    expect(page.timeline.map(({ what }: { what: string }) => what).join()).toContain(first.id);
    expect(page.same_job).toContainEqual({ id: first.id, entitlement: 'shop/migrate', state: 'issued' });
  });

  it('asks people again once the session is over, and starts another when they agree', async () => {
    await approvedJob(story, 'migrate', claims);
    story.pass(60 * MINUTE - 1);
    expect((await ask()).status).toBe(200);
    story.pass(1);
    expect((await ask()).body).toMatchObject(PENDING);
    await approvedJob(story, 'migrate', claims);
    story.pass(59 * MINUTE);
    expect((await ask()).status).toBe(200);
  });

  it('spends no issuance of its approval on a renewal, so that another job of the run has its own', async () => {
    const first = await approvedJob(story, 'run', claims);
    for (let time = 0; time < 3; time += 1) expect((await ask('run')).status).toBe(200);
    const [approval] = rowsBeside(story.broker, `SELECT used FROM approvals WHERE request_id = '${first.id}'`);
    expect(approval).toEqual({ used: 1 });
    const other = await ask('run', { check_run_id: '2' });
    expect(other.status).toBe(200);
    expect(await decided(other.body.request_id)).not.toHaveProperty('renews');
    expect((await ask('run', { check_run_id: '3' })).body).toMatchObject(PENDING);
  });

  it('is given a renewal once more with the same secret', async () => {
    await approvedJob(story, 'migrate', claims);
    const asked = { claims, secret: 'a'.repeat(43) };
    const [one, again] = [await askAnew(story, 'migrate', asked), await askAnew(story, 'migrate', asked)];
    expect(again.body.issuance_id).toBe(one.body.issuance_id);
  });
});

describe('a renewal that could not be issued', () => {
  const asked = () => ({ claims, secret: `${'d'.repeat(40)}${runs}` });
  const fail = async (name: string) => {
    story.broker.provider.mood = 'refuses';
    expect((await askAnew(story, name, asked())).status).toBe(503);
    story.broker.provider.mood = 'well';
  };

  it('is one when it is asked for again within the session', async () => {
    const first = await approvedJob(story, 'upstream', claims);
    await fail('upstream');
    const { status, body } = await askAnew(story, 'upstream', asked());
    expect(status).toBe(200);
    expect(await decided(body.request_id)).toMatchObject({ renews: first.id });
  });

  it('waits for people when it is asked for again after it', async () => {
    await approvedJob(story, 'upstream', claims);
    await fail('upstream');
    story.pass(60 * MINUTE);
    expect((await askAnew(story, 'upstream', asked())).body).toMatchObject(PENDING);
  });
});

describe('what is no renewal', () => {
  it.each([
    ['another job of the run', { check_run_id: '2' }],
    ['another commit', { sha: 'f'.repeat(40) }],
    ['another run', { run_id: '99' }],
  ])('%s asks people', async (_, other) => {
    await approvedJob(story, 'migrate', claims);
    expect((await ask('migrate', other)).body).toMatchObject(PENDING);
  });

  it('with another lifetime or another reason it asks people', async () => {
    await approvedJob(story, 'migrate', claims);
    const asked = { scope: 'shop/migrate', claims: { actor: 'robin', actor_id: '9001', ...claims } };
    for (const parameters of [{ ttl: '120' }, { reason: 'one more thing' }])
      expect((await story.broker.ask({ ...asked, parameters })).body).toMatchObject(PENDING);
  });

  it('an approval that nobody collected yet is spent first', async () => {
    const job = await story.ask('migrate', claims);
    await story.decide('Alex', job, 'approve');
    const { body } = await ask();
    expect(await decided(body.request_id)).not.toHaveProperty('renews');
  });

  it('a job that was refused by people asks them again', async () => {
    const job = await story.ask('migrate', claims);
    await story.decide('Alex', job, 'reject');
    expect((await ask()).body).toMatchObject(PENDING);
  });
});

describe('each renewal is decided anew', () => {
  it('a suspended entitlement refuses, and renews again afterwards', async () => {
    await approvedJob(story, 'migrate', claims);
    await suspend(story.broker, 'entitlement shop/migrate');
    expect((await ask()).body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'SUSPENDED' }] });
    const [pause] = rowsBeside(story.broker, 'SELECT id FROM suspensions');
    // One proposes it, another confirms.
    await liftSuspensions(story.broker);
    const sam = await steppedUp(story, 'Sam');
    expect((await sam.post(`/v1/pauses/${pause?.['id']}/resume`, { reason: 'It is over.' })).status).toBe(200);
    expect((await ask()).status).toBe(200);
  });

  it('asks people again once security ended what the job had', async () => {
    await approvedJob(story, 'migrate', claims);
    const { body } = await ask();
    const sam = await steppedUp(story, 'Sam');
    const said = { of: { scope: 'lease', target: body.lease_id }, reason: 'INC-7' };
    expect((await sam.post('/v1/revocations', said)).status).toBe(200);
    expect((await ask()).body).toMatchObject(PENDING);
  });

  it('a changed entitlement asks people again, and a forbidding rule refuses', async () => {
    await approvedJob(story, 'migrate', claims);
    await putInForce(story, SESSIONS.replace('Move the data', 'Move all the data'));
    expect((await ask()).body).toMatchObject(PENDING);
    await putInForce(story, SESSIONS.replaceAll('branch: main', 'branch: release'));
    expect((await ask()).body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'POLICY_NO_MATCH' }] });
    await putInForce(story, SESSIONS);
    expect((await ask()).status).toBe(200);
  });

  it('asks people where who approved turns out to be who asked', async () => {
    const asker = { actor: 'kai', actor_id: '7001' };
    await approvedJob(story, 'migrate', { ...claims, ...asker });
    expect((await ask('migrate', asker)).status).toBe(200);
    await story.broker.running.store.commit(async (tx) => {
      const [alex, kai] = await Promise.all(
        ['9002', '7001'].map((providerId) => tx.principals.find({ provider: 'github', providerId })),
      );
      await tx.principals.merge(kai ?? '', alex ?? '');
    });
    expect((await ask('migrate', asker)).body).toMatchObject(PENDING);
  });
});

describe('a job that invoked break-glass', () => {
  it('renews until its incident is over, however long the session is', async () => {
    const job = await story.ask('rescue', claims);
    expect((await invoke(await steppedUp(story, 'Sam'), job)).status).toBe(200);
    story.pass(5 * MINUTE);
    expect((await job.collect()).body).toMatchObject({ assurance: 'break-glass' });
    story.pass(55 * MINUTE - 1);
    const { body } = await ask('rescue');
    expect(body).toMatchObject({ assurance: 'break-glass' });
    expect(await decided(body.request_id)).toMatchObject({ renews: job.id, invocation_id: expect.any(String) });
    story.pass(1);
    expect((await ask('rescue')).body).toMatchObject({ reasons: [{ code: 'BREAK_GLASS_SHUT' }] });
  });
});

describe('a job that nobody must approve', () => {
  it('renews past max-per-job, as long as earlier ones have ended', async () => {
    for (let time = 0; time < 4; time += 1) {
      expect([(await ask('sync')).status, (await ask('sync')).status]).toEqual([200, 200]);
      expect((await ask('sync')).body).toMatchObject({ reasons: [{ code: 'JOB_LIMIT_REACHED' }] });
      story.pass(5 * MINUTE);
    }
  });

  it('is not made room for by giving back what nobody can take back', async () => {
    const secret = 'b'.repeat(43);
    const { body } = await askAnew(story, 'sync', { claims, secret });
    await ask('sync');
    await story.broker.returnLease(body.lease_id, secret);
    expect((await ask('sync')).body).toMatchObject({ reasons: [{ code: 'JOB_LIMIT_REACHED' }] });
  });

  it('is refused once its session is over, and told what to do', async () => {
    await ask('sync');
    story.pass(60 * MINUTE);
    const { body } = await ask('sync');
    expect(body).toMatchObject({ error: 'access_denied', reasons: [{ code: 'SESSION_ENDED' }] });
    expect(body.reasons[0].message).toMatch(/`session` of 1h ended at .*: let a new job ask/);
    expect((await ask('sync', { check_run_id: '2' })).status).toBe(200);
  });

  it('is given what it had once more, also when its session has ended meanwhile', async () => {
    await ask('sync');
    story.pass(60 * MINUTE - 1);
    const secret = 'c'.repeat(43);
    const first = await askAnew(story, 'sync', { claims, secret });
    story.pass(1);
    const again = await askAnew(story, 'sync', { claims, secret });
    expect(again.body.issuance_id).toBe(first.body.issuance_id);
  });
});

describe('a store in which somebody made renewals', () => {
  const problems = () =>
    story.broker.running.store.read(async (tx) => {
      const verifiers = [parseVerifierKey(story.broker.running.verifierKey)];
      return (await verifyStore(tx, { verifiers, earlier: [] })).problems;
    });

  it('is found out where one is said to have spent something, or to stand on another approval', async () => {
    await approvedJob(story, 'migrate', claims);
    const { body } = await ask();
    const other = await story.ask('run', claims);
    const of = `WHERE request_id = '${body.request_id}'`;
    const [kept] = rowsBeside(story.broker, `SELECT approval_id FROM approval_requests ${of}`);
    runBeside(story.broker, `UPDATE approval_requests SET used_at = 1 ${of}`);
    expect(await problems()).toEqual([expect.stringContaining('says used_at is 1, and the log says null')]);
    const elsewhere = `(SELECT approval_id FROM approval_requests WHERE request_id = '${other.id}')`;
    runBeside(story.broker, `UPDATE approval_requests SET used_at = NULL, approval_id = ${elsewhere} ${of}`);
    expect(await problems()).toEqual([expect.stringContaining('says approval_id is')]);
    runBeside(story.broker, `UPDATE approval_requests SET approval_id = '${kept?.['approval_id']}' ${of}`);
    expect(await problems()).toEqual([]);
  });
});
