// The kill switch: one person of security stops everything, a project, an entitlement or a person at once; it takes two to resume, and
// a restart changes nothing.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessStory, HOUR, MINUTE } from '../support/access-story.ts';
import { runBeside } from '../support/beside-broker.ts';
import { asCommandLine, logInCommandLine } from '../support/command-line-login.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { signIn } from '../support/person-browser.ts';
import { newSecret } from '../support/test-broker.ts';

const EVERYTHING = { scope: 'everything' };
const UPSTREAM = { scope: 'entitlement', target: 'shop/upstream' };

let story: AccessStory;
beforeEach(async () => {
  story = await AccessStory.start();
});
afterEach(() => story.close());

async function paused(of: object, more: object = {}): Promise<string> {
  const { status, body } = await story.pause('Sam', of, more);
  expect(status).toBe(200);
  return body.pause.id;
}

describe('a pause', () => {
  it('of everything answers jobs 503, and a restart keeps it', async () => {
    await paused(EVERYTHING);
    const first = await story.ask();
    await story.broker.restart();
    const after = await story.ask();
    expect([first, after].map(({ status, body }) => [status, body.code])).toEqual([
      [503, 'PAUSED'],
      [503, 'PAUSED'],
    ]);
    expect((await (await story.person('Sam')).get('/v1/pauses')).body.pauses).toHaveLength(1);
  });

  it.each([
    ['a project', { scope: 'project', target: 'shop' }, 'publish-preview'],
    ['an entitlement', UPSTREAM, 'upstream'],
  ])('of %s refuses what it is of, with the reason', async (_what, of, name) => {
    await paused(of);
    const { status, body } = await story.ask(name);
    expect([status, body.reasons]).toEqual([400, [expect.objectContaining({ code: 'SUSPENDED' })]]);
    expect(body.reasons[0].message).toContain('"Under attack."');
  });

  it('of an entitlement leaves the others alone', async () => {
    await paused(UPSTREAM);
    expect((await story.ask('publish-preview')).status).toBe(200);
  });

  it('of a person holds under whichever of their accounts they ask', async () => {
    const { lease } = await story.issue({ actor_id: '77', actor: 'mallory' });
    const { principal } = await story.lease(lease);
    await paused({ scope: 'principal', target: principal });
    const asks = { scope: 'shop/upstream', claims: { actor_id: '77', actor: 'mallory', run_id: '5' } };
    expect((await story.broker.ask(asks)).body.reasons).toMatchObject([{ code: 'SUSPENDED' }]);
    expect((await story.ask()).status).toBe(200);
    // Found to be the same person as another: what asks under the other is paused too.
    await story.issue({ actor_id: '78', actor: 'mal' });
    runBeside(
      story.broker,
      `UPDATE principals SET merged_into = (SELECT principal_id FROM identities WHERE provider_id = '78') WHERE id = '${principal}'`,
    );
    const other = { scope: 'shop/upstream', claims: { actor_id: '78', actor: 'mal', run_id: '6' } };
    expect((await story.broker.ask(other)).body.reasons).toMatchObject([{ code: 'SUSPENDED' }]);
  });

  it('of a person ends their sessions, and nobody else’s; they may sign in again', async () => {
    const [alex, other] = [await signIn(story.broker, 'Alex'), await signIn(story.broker, 'Toni')];
    const shell = asCommandLine(story.broker, await logInCommandLine(story.broker, 'Alex'));
    const { principal: target } = (await alex.get('/v1/me')).body;
    expect((await shell.get('/v1/requests')).status).toBe(200);
    const { body } = await story.pause('Sam', { scope: 'principal', target });
    expect(body.says).toContainEqual(expect.stringMatching(/^\d+ sessions of theirs ended.*block them there/));
    expect([(await alex.get('/v1/me')).status, (await shell.get('/v1/requests')).status]).toEqual([401, 401]);
    expect((await other.get('/v1/me')).status).toBe(200);
    const entry = (await story.broker.entries('access.paused')).at(-1);
    expect(entry).toMatchObject({ scope: 'principal', sessions: expect.any(Number) });
    expect(body.says[1]).toContain(`${entry?.['sessions']} sessions`);
    expect((await (await signIn(story.broker, 'Alex')).get('/v1/me')).status).toBe(200);
  });

  it('ends what is live too where it says so, in the same breath', async () => {
    const { lease, token } = await story.issue();
    const { body } = await story.pause('Sam', EVERYTHING, { revoke: true });
    expect(body.revocation).toMatchObject({ scope: 'everything', leases: 1, ended: 1, finished: true });
    const types = await story.types();
    expect([types[body.entry], types[body.revocation.entry]]).toEqual(['access.paused', 'access.revocation_ordered']);
    await story.background();
    expect(story.broker.provider.revoked).toEqual([token]);
    expect((await story.lease(lease)).credential.standing).toBe('revoked');
    expect(await story.broker.entries('access.revocation_ordered')).toMatchObject([{ pause_id: body.pause.id }]);
  });

  it('is said to be in force where what is live could not all be ended yet', async () => {
    await story.close();
    const store = new FaultyStore();
    story = await AccessStory.start({ openStore: store.open });
    await story.issue();
    const sam = await story.person('Sam');
    // After the teams that are asked again, and the pause with its order.
    store.arm({ at: 3, kind: 'failed' });
    const { status, body } = await sam.post('/v1/pauses', { of: EVERYTHING, reason: 'INC-7', revoke: true });
    expect([status, body.revocation]).toMatchObject([200, { leases: 1, ended: 0, finished: false }]);
    expect((await story.ask()).status).toBe(503);
    await story.background();
    expect(story.broker.provider.revoked).toEqual(story.broker.provider.issued);
  });

  it('withholds what another system made while it was being asked', async () => {
    story.broker.provider.mood = 'hangs';
    const asking = story.ask();
    await story.broker.provider.hanging();
    await paused(EVERYTHING, { revoke: true });
    story.broker.provider.letGo();
    expect((await asking).status).toBe(503);
    await story.background();
    expect(story.broker.provider.revoked).toEqual(story.broker.provider.issued);
    expect(await story.types()).not.toContain('issuance.succeeded');
  });

  it('lets nobody collect what was approved', async () => {
    const ask = { scope: 'shop/approve-me', secret: newSecret() };
    const { body } = await story.broker.ask(ask);
    const alex = await signIn(story.broker, 'Alex');
    const { body: detail } = await alex.get(`/v1/requests/${body.request_id}`);
    const verdict = { verdict: 'approve', binding: detail.approval.binding };
    expect((await alex.post(`/v1/requests/${body.request_id}/verdicts`, verdict)).status).toBe(200);
    expect(detail).not.toHaveProperty('paused');
    await paused({ scope: 'project', target: 'shop' });
    expect((await alex.get(`/v1/requests/${body.request_id}`)).body).toMatchObject({
      ...{ state: 'approved', paused: 'project' },
    });
    expect((await story.broker.ask(ask)).body.reasons).toMatchObject([{ code: 'SUSPENDED' }]);
    const { body: refused } = await alex.get(`/v1/requests/${body.request_id}`);
    expect(refused).not.toHaveProperty('paused');
  });

  it('of what there is not is refused: a slip must not look like a pause', async () => {
    for (const of of [
      { scope: 'project', target: 'shp' },
      { scope: 'entitlement', target: 'shop/depoly' },
      { scope: 'principal', target: 'prn_nobody' },
    ]) {
      const { status, body } = await story.pause('Sam', of);
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    }
  });
});

describe('resuming', () => {
  it('takes two people of security: one proposes, another confirms', async () => {
    const id = await paused(EVERYTHING);
    const first = await story.resume('Sam', id);
    expect([first.status, first.body.outcome]).toEqual([200, 'proposed']);
    expect(first.body.pause.resume).toMatchObject({ reason: 'It is over.', by: { name: expect.any(String) } });
    expect((await story.ask()).status).toBe(503);
    const second = await story.resume('Rita', id);
    expect([second.status, second.body.outcome, second.body.alone]).toEqual([200, 'resumed', false]);
    expect((await story.ask()).status).toBe(200);
    const said = (await story.types()).filter((type) => type.startsWith('access.'));
    expect(said).toEqual(['access.paused', 'access.resume_proposed', 'access.resumed']);
    const types = await story.types();
    expect([first, second].map(({ body }) => types[body.entry])).toEqual(['access.resume_proposed', 'access.resumed']);
  });

  it('is not confirmed by who proposed it, under whichever account', async () => {
    const id = await paused(EVERYTHING);
    await story.resume('Sam', id);
    const again = await story.resume('Sam', id);
    expect([again.status, again.body.code]).toEqual([403, 'SECOND_PERSON_NEEDED']);
    const prn = (name: string) => `(SELECT principal_id FROM identities WHERE provider_id = '${name}')`;
    await story.person('Rita');
    runBeside(story.broker, `UPDATE principals SET merged_into = ${prn('9006')} WHERE id = ${prn('9004')}`);
    expect((await story.resume('Rita', id)).body.code).toBe('SECOND_PERSON_NEEDED');
  });

  it('has to be proposed anew after an hour', async () => {
    const id = await paused(EVERYTHING);
    await story.resume('Sam', id);
    story.pass(HOUR - MINUTE);
    expect((await (await story.person('Sam')).get('/v1/pauses')).body.pauses[0].resume).toBeDefined();
    story.pass(MINUTE);
    const { body } = await story.resume('Rita', id);
    expect(body.outcome).toBe('proposed');
    expect((await story.resume('Sam', id)).body.outcome).toBe('resumed');
  });

  it('of one pause leaves another of the same thing in force', async () => {
    const [one] = [await paused(EVERYTHING), await paused(EVERYTHING)];
    await story.resume('Sam', one);
    const { body } = await story.resume('Rita', one);
    expect(body.says).toContain('1 other pause in force.');
    expect((await story.ask()).status).toBe(503);
  });

  it('of one’s own access is for others', async () => {
    const { body } = await (await story.person('Sam')).get('/v1/me');
    const id = await paused({ scope: 'principal', target: body.principal });
    expect((await story.resume('Sam', id)).body.code).toBe('SECOND_PERSON_NEEDED');
    expect((await story.resume('Rita', id)).body.outcome).toBe('proposed');
  });
});

describe('none of it is done', () => {
  const calls = (id: string): readonly (readonly [path: string, body: object])[] => [
    ['/v1/revocations', { of: EVERYTHING, reason: 'x' }],
    ['/v1/pauses', { of: EVERYTHING, reason: 'x' }],
    [`/v1/pauses/${id}/resume`, { reason: 'x' }],
  ];

  it('by somebody without the role, without a step-up, or from another site', async () => {
    const id = await paused(UPSTREAM);
    const [alex, sam] = [await story.person('Alex'), await signIn(story.broker, 'Sam')];
    const before = (await story.broker.entries()).length;
    for (const [path, body] of calls(id)) {
      expect((await alex.post(path, body)).body.code).toBe('NOT_SECURITY');
      expect((await sam.post(path, body)).body.code).toBe('STEP_UP_REQUIRED');
      const elsewhere = { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } };
      expect((await sam.post(path, body, elsewhere)).body.code).toBe('CROSS_SITE');
    }
    expect((await alex.get('/v1/leases')).body.code).toBe('NOT_SECURITY');
    expect((await alex.get('/v1/pauses')).body.code).toBe('NOT_SECURITY');
    expect(await story.broker.entries()).toHaveLength(before);
  });

  it.each([
    ['no reason', { of: EVERYTHING }],
    ['an empty reason', { of: EVERYTHING, reason: ' ' }],
    ['a long reason', { of: EVERYTHING, reason: 'x'.repeat(201) }],
    ['a reason with what nobody sees', { of: EVERYTHING, reason: 'all \u202e good' }],
    ['a target too many', { of: { ...EVERYTHING, target: 'shop' }, reason: 'x' }],
    ['no target', { of: { scope: 'project' }, reason: 'x' }],
    ['an unknown scope', { of: { scope: 'planet', target: 'x' }, reason: 'x' }],
    ['a list', []],
    ['a member that there is not', { of: EVERYTHING, reason: 'x', until: 'noon' }],
  ])('on %s', async (_what, body) => {
    const sam = await story.person('Sam');
    for (const path of ['/v1/revocations', '/v1/pauses']) {
      const visit = await sam.post(path, body);
      expect([visit.status, visit.body.code]).toEqual([400, 'PARAMETER_INVALID']);
    }
  });
});
