// Security revokes while a credential is being made: by another system, or by a KMS that signs it. What was begun before the order and
// is named by it is handed to nobody, and the job asks again, which is decided anew.
import { describe, expect, it, onTestFinished } from 'vitest';
import { askControl } from '../../broker/cli/ask-control.ts';
import { type Revocation, revocationSchema } from '../../shared/access-api.ts';
import { AccessStory } from '../support/access-story.ts';
import type { ApprovalStory } from '../support/approval-story.ts';
import { rowsBeside } from '../support/beside-broker.ts';
import { expectBooksInOrder } from '../support/books-in-order.ts';
import { SIGNED_ELSEWHERE } from '../support/key-elsewhere.ts';
import { kmsOfTest } from '../support/kms-of-test.ts';
import { ORGANIZATION } from '../support/policy-files.ts';
import { RotationStory } from '../support/rotation-story.ts';
import { approvedJob, askAnew, startSessions } from '../support/session-story.ts';
import { type Answer, newSecret, type TestBroker } from '../support/test-broker.ts';

const SHA = 'a'.repeat(40);
const CALLED = 'octo-org/actions/.github/workflows/deploy.yml@refs/tags/v3';

async function order({ config }: TestBroker, of: object): Promise<Revocation> {
  const body = { of, reason: 'INC-7' };
  return revocationSchema.parse(await askControl(config.store.path, 'POST /revocations', { body }));
}

interface UnderWay {
  readonly asking: Promise<Answer>;
  readonly secret: string;
}

/** An ask whose answer the other system holds back. */
async function underWay(broker: TestBroker, claims: object = {}, scope = 'shop/upstream'): Promise<UnderWay> {
  broker.provider.mood = 'hangs';
  const secret = newSecret();
  const asking = broker.ask({ scope, secret, claims: { ...claims } });
  await Promise.race([broker.provider.hanging(), asking]);
  return { asking, secret };
}

function answered(broker: TestBroker, { asking }: UnderWay): Promise<Answer> {
  broker.provider.letGo();
  broker.provider.mood = 'well';
  return asking;
}

async function start(): Promise<AccessStory> {
  const story = await AccessStory.start();
  onTestFinished(async () => {
    await expectBooksInOrder(story.broker, story.time.now);
    await story.close();
  });
  return story;
}

const typesOf = (story: AccessStory, requestId: unknown) =>
  story.broker
    .entries()
    .then((entries) => entries.filter((entry) => entry['request_id'] === requestId).map(({ type }) => type));

describe('what another system makes while security revokes', () => {
  it('is handed to nobody and revoked, and the job that asks again is decided anew', async () => {
    const story = await start();
    const { broker } = story;
    const one = await underWay(broker);
    await story.revoke('Sam', { scope: 'project', target: 'shop' });
    const { status, headers, body } = await answered(broker, one);
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'UPSTREAM_FAILED', '5']);
    expect(body.error_description).toBe(
      'The credential was not handed out: an order of revocation named it while it was made. Ask again with a new request_secret: that is decided anew.',
    );
    expect((await broker.ask({ scope: 'shop/upstream', secret: one.secret })).body.code).toBe('REQUEST_SPENT');
    expect((await story.ask()).status).toBe(200);
    await story.background();
    expect(broker.provider.revoked).toEqual(broker.provider.issued.slice(0, 1));
  });

  it('is counted by the answer, and on record with the order that named it', async () => {
    const story = await start();
    const live = await story.issue({ run_id: '1' });
    const one = await underWay(story.broker, { run_id: '2' });
    const { body } = await story.revoke('Sam', { scope: 'everything' });
    expect(body).toMatchObject({ leases: 1, ended: 1, under_way: 1 });
    expect(body.says).toContain(
      '1 credential was being made: it is handed to nobody, and revoked where that can be once it is there.',
    );
    await answered(story.broker, one);
    const [ended] = await story.broker.entries('grant.ended');
    expect(ended).toMatchObject({ because: 'revocation-ordered', revocation_id: body.id, entitlement: 'upstream' });
    expect(await story.broker.entries('access.revocation_ordered')).toMatchObject([{ leases: 1, under_way: 1 }]);
    expect(await story.broker.entries('issuance.withheld')).toMatchObject([
      { request_id: ended?.['request_id'], reason: 'an order of revocation named it while it was made' },
    ]);
    await story.background();
    expect(await typesOf(story, ended?.['request_id'])).toEqual([
      ...['request.decided', 'issuance.started', 'grant.ended', 'issuance.withheld', 'lease.revoked'],
    ]);
    expect((await story.lease(live.lease)).state).toBe('ended');
  });

  it.each([
    ['entitlement', { scope: 'entitlement', target: 'shop/upstream' }, {}],
    ['repository', { scope: 'repository', target: 'github/456789' }, {}],
    ['commit', { scope: 'commit', target: SHA }, { sha: SHA }],
    ['called workflow', { scope: 'called-workflow', target: CALLED }, { job_workflow_ref: CALLED }],
    ['everything', { scope: 'everything' }, {}],
  ])('is found by its %s', async (_what, of, claims) => {
    const { broker } = await start();
    const one = await underWay(broker, claims);
    expect((await order(broker, of)).under_way).toBe(1);
    expect((await answered(broker, one)).status).toBe(503);
  });

  it.each(['lease', 'principal'])('is found by its %s', async (scope) => {
    const { broker } = await start();
    const one = await underWay(broker);
    const [row] = rowsBeside(
      broker,
      'SELECT lease_id, requester FROM issuances JOIN requests ON requests.id = request_id',
    );
    const target = scope === 'lease' ? row?.['lease_id'] : row?.['requester'];
    expect((await order(broker, { scope, target })).under_way).toBe(1);
    expect((await answered(broker, one)).status).toBe(503);
  });

  it('is handed out where the order names another, or came before it was asked for', async () => {
    const { broker } = await start();
    await order(broker, { scope: 'everything' });
    const one = await underWay(broker);
    for (const of of [
      { scope: 'entitlement', target: 'shop/deploy' },
      { scope: 'repository', target: 'other/456789' },
      { scope: 'commit', target: 'b'.repeat(40) },
      { scope: 'called-workflow', target: CALLED },
    ])
      expect((await order(broker, of)).under_way).toBe(0);
    expect((await answered(broker, one)).status).toBe(200);
    expect(await broker.entries('grant.ended')).toEqual([]);
  });

  it('is counted by the first order alone, as a lease is that was ended before', async () => {
    const { broker } = await start();
    const one = await underWay(broker);
    const counted = [await order(broker, { scope: 'everything' }), await order(broker, { scope: 'everything' })];
    expect(counted.map(({ under_way: many }) => many)).toEqual([1, 0]);
    await answered(broker, one);
    expect(await broker.entries('grant.ended')).toHaveLength(1);
  });

  it('is known by its lease while it is made, also to an order that is given a second time', async () => {
    const { broker } = await start();
    const one = await underWay(broker);
    const target = rowsBeside(broker, 'SELECT lease_id FROM issuances')[0]?.['lease_id'];
    await order(broker, { scope: 'lease', target });
    expect(await order(broker, { scope: 'lease', target })).toMatchObject({ under_way: 0, finished: true });
    await answered(broker, one);
  });

  it('is counted by a pause that revokes, and comes to nothing once it is over too', async () => {
    const story = await start();
    const one = await underWay(story.broker);
    const { body } = await story.pause('Sam', { scope: 'project', target: 'shop' }, { revoke: true });
    expect(body.revocation).toMatchObject({ leases: 0, under_way: 1 });
    for (const name of ['Sam', 'Rita']) await story.resume(name, body.pause.id);
    expect((await answered(story.broker, one)).status).toBe(503);
  });

  it('leaves nobody with anything, whichever of the two comes first', async () => {
    const story = await start();
    const { broker } = story;
    broker.provider.mood = 'hangs';
    const asking = ['1', '2', '3', '4', '5'].map((run_id) =>
      broker.ask({ scope: 'shop/upstream', claims: { run_id } }),
    );
    await expect.poll(() => rowsBeside(broker, `SELECT id FROM issuances WHERE state = 'started'`)).toHaveLength(5);
    const ordered = order(broker, { scope: 'everything' });
    broker.provider.letGo();
    const { leases, under_way } = await ordered;
    await Promise.all(asking);
    expect(leases + under_way).toBe(5);
    expect(rowsBeside(broker, `SELECT id FROM leases WHERE state = 'live'`)).toEqual([]);
    await story.background();
    expect(broker.provider.revoked.toSorted()).toEqual(broker.provider.issued.toSorted());
  });

  it('is withheld too where its outcome was taken for unknown before it came', async () => {
    const story = await start();
    const { broker } = story;
    const one = await underWay(broker);
    await order(broker, { scope: 'everything' });
    story.pass(120_000);
    await story.background();
    expect((await answered(broker, one)).status).toBe(503);
    await story.background();
    expect(broker.provider.revoked.toSorted()).toEqual(broker.provider.issued.toSorted());
  });
});

describe('a job whose end is told while another system makes its credential', () => {
  it('is handed nothing more, and neither is anybody else', async () => {
    const { broker } = await start();
    const one = await underWay(broker, { check_run_id: '501' });
    expect(await broker.running.jobEnded({ issuer: 'github', checkRunId: '502' })).toBe(0);
    expect(await broker.running.jobEnded({ issuer: 'elsewhere', checkRunId: '501' })).toBe(0);
    expect(await broker.running.jobEnded({ issuer: 'github', checkRunId: '501' })).toBe(1);
    expect((await answered(broker, one)).body.error_description).toContain('its job was over before it was made');
    expect(await broker.entries('grant.ended')).toMatchObject([{ because: 'job-ended' }]);
    expect(await broker.entries('issuance.withheld')).toHaveLength(1);
  });
});

describe('a session whose renewal an order named while it was made', () => {
  it('is over: people are asked again', async () => {
    const story: ApprovalStory = await startSessions();
    const { broker } = story;
    onTestFinished(() => story.close());
    const claims = { run_id: '7', check_run_id: '1' };
    const job = await approvedJob(story, 'upstream', claims);
    await broker.returnLease((await broker.entries('issuance.succeeded'))[0]?.['lease_id'] as string, job.secret);
    broker.provider.mood = 'hangs';
    const asking = askAnew(story, 'upstream', { claims });
    await Promise.race([broker.provider.hanging(), asking]);
    expect(await order(broker, { scope: 'project', target: 'shop' })).toMatchObject({ leases: 0, under_way: 1 });
    expect((await answered(broker, { asking, secret: '' })).status).toBe(503);
    expect((await askAnew(story, 'upstream', { claims })).body).toMatchObject({ error: 'authorization_pending' });
    await expectBooksInOrder(broker, story.now);
  });
});

describe('what a KMS signs while security revokes', () => {
  const kms = kmsOfTest();

  async function signing(): Promise<{ story: RotationStory; secret: string; asking: Promise<Answer> }> {
    const keyTimes = { inAwsKms: { RS256: kms().makeKey('RSA_3072') } };
    const policies = { 'shop.yaml': SIGNED_ELSEWHERE, '_organization.yaml': ORGANIZATION };
    const story = await RotationStory.start({ keys: 'own', keyTimes, policies });
    kms().trouble = 'hangs';
    const secret = newSecret();
    const asking = story.broker.ask({ secret, claims: { check_run_id: '501' } });
    await expect.poll(() => kms().asked).toContain('Sign');
    return { story, secret, asking };
  }

  function signed(asking: Promise<Answer>): Promise<Answer> {
    kms().trouble = undefined;
    kms().letGo();
    return asking;
  }

  it('is thrown away, and the same ask is decided anew', async () => {
    const { story, secret, asking } = await signing();
    const { broker } = story;
    expect(await order(broker, { scope: 'project', target: 'shop' })).toMatchObject({ leases: 0, under_way: 1 });
    const { status, body } = await signed(asking);
    expect([status, body.code]).toEqual([503, 'ISSUANCE_IN_PROGRESS']);
    expect(body.error_description).toContain('Ask again with the same request_secret.');
    expect((await broker.ask({ secret, claims: { check_run_id: '501' } })).status).toBe(200);
    expect((await broker.entries()).map(({ type }) => type).slice(-7)).toEqual([
      ...['request.decided', 'access.revocation_ordered', 'grant.ended', 'access.revocation_finished'],
      ...['request.decided', 'issuance.started', 'issuance.succeeded'],
    ]);
    await expectBooksInOrder(broker, story.time.now);
  });

  it('is thrown away too where its job is over', async () => {
    const { story, asking } = await signing();
    expect(await story.broker.running.jobEnded({ issuer: 'github', checkRunId: '501' })).toBe(1);
    expect((await signed(asking)).status).toBe(503);
    expect(rowsBeside(story.broker, 'SELECT * FROM leases')).toEqual([]);
  });
});
