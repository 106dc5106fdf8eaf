// Security ends leases at once, by what they have in common: what can be revoked is, everything else is called what it is, and
// nothing is called revoked that nobody confirmed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessStory, MINUTE } from '../support/access-story.ts';
import { runBeside } from '../support/beside-broker.ts';
import { FaultyStore } from '../support/faulty-store.ts';

const SHA = 'a'.repeat(40);
const CALLED = 'octo-org/actions/.github/workflows/deploy.yml@refs/tags/v3';

describe('a lease that security revokes', () => {
  let story: AccessStory;
  beforeAll(async () => {
    story = await AccessStory.start();
  });
  afterAll(() => story.close());

  const idsOf = async (query: string): Promise<readonly string[]> => {
    const { body } = await (await story.person('Sam')).get(`/v1/leases?state=live&${query}`);
    return body.leases.map(({ id }: { id: string }) => id);
  };

  it('ends at once, is revoked at the other side, and only then is called revoked', async () => {
    const { lease, token, secret } = await story.issue();
    const { status, body } = await story.revoke('Sam', { scope: 'lease', target: lease });
    expect([status, body.leases, body.ended, body.finished, body.credentials.to_be_revoked]).toEqual([
      200,
      1,
      1,
      true,
      1,
    ]);
    expect(await story.lease(lease)).toMatchObject({ state: 'ended', credential: { standing: 'being-revoked' } });
    expect((await story.broker.ask({ scope: 'shop/upstream', secret })).body.code).toBe('REQUEST_SPENT');
    await story.background();
    expect(story.broker.provider.revoked).toContain(token);
    expect(await story.lease(lease)).toMatchObject({
      credential: { standing: 'revoked', says: 'revoked at 09:00:00 UTC' },
    });
    expect((await story.broker.returnLease(lease, secret)).status).toBe(204);
  });

  it('is on record with who ordered it, why, and what became of it', async () => {
    const { lease } = await story.issue();
    const { body } = await story.revoke('Sam', { scope: 'lease', target: lease }, 'Printed in a log.');
    await story.background();
    const entries = await story.broker.entries();
    const [order] = entries.filter((entry) => entry['revocation_id'] === body.id);
    expect(order).toMatchObject({ type: 'access.revocation_ordered', by: 'security', leases: 1, step_up: 'provider' });
    expect(order?.personal).toMatchObject({ by_name: expect.any(String), reason: expect.any(String) });
    expect(
      entries
        .filter((entry) => entry['lease_id'] === lease)
        .map(({ type }) => type)
        .slice(-2),
    ).toEqual(['lease.ended', 'lease.revoked']);
  });

  it('that nobody can revoke is said to live on, until when, and never called revoked', async () => {
    const { lease } = await story.issue({}, 'publish-preview');
    const { body } = await story.revoke('Sam', { scope: 'lease', target: lease });
    expect(body.credentials).toMatchObject({ to_be_revoked: 0, die_by_themselves: 1, never_die: 0 });
    expect(body.says).toContain('1 credential cannot be revoked, and dies by 09:10:00 UTC.');
    await story.background();
    const { credential } = await story.lease(lease);
    expect(credential).toMatchObject({ standing: 'usable', says: 'cannot be revoked: dies at 09:10:00 UTC' });
    const said = (await story.broker.entries()).filter((entry) => entry['lease_id'] === lease);
    expect(said.map(({ type }) => type)).not.toContain('lease.revoked');
  });

  it.each([
    ['entitlement', { scope: 'entitlement', target: 'shop/upstream' }, { run_id: '1' }],
    ['project', { scope: 'project', target: 'shop' }, { run_id: '2' }],
    ['repository', { scope: 'repository', target: 'github/456789' }, { run_id: '3' }],
    ['commit', { scope: 'commit', target: SHA }, { sha: SHA }],
    ['called workflow', { scope: 'called-workflow', target: CALLED }, { job_workflow_ref: CALLED, run_id: '5' }],
    ['everything', { scope: 'everything' }, { run_id: '6' }],
  ])('is found by its %s, and listed by it beforehand', async (_what, of, claims) => {
    const { lease } = await story.issue(claims);
    const listed = await idsOf('target' in of ? `${of.scope}=${of.target}` : '');
    expect(listed).toContain(lease);
    expect((await story.revoke('Sam', of)).body.leases).toBe(listed.length);
    expect((await story.lease(lease)).state).toBe('ended');
  });

  it('is listed by what everything that is given names', async () => {
    const [{ lease }, other] = [await story.issue({ sha: SHA }), await story.issue()];
    const { principal } = await story.lease(lease);
    expect(await idsOf(`principal=${principal}`)).toEqual(expect.arrayContaining([other.lease, lease]));
    expect(await idsOf(`principal=${principal}&commit=${SHA}&lease=${lease}`)).toEqual([lease]);
    expect(await idsOf(`lease=${other.lease}&commit=${SHA}`)).toEqual([]);
    const twice = await (await story.person('Sam')).get(`/v1/leases?commit=${SHA}&commit=${SHA}`);
    expect(twice.body).toMatchObject({
      code: 'PARAMETER_INVALID',
      detail: 'The filter commit is given more than once: it takes one value.',
    });
  });

  it('is left alone where the selector names another', async () => {
    const { lease } = await story.issue({ run_id: '7' });
    for (const of of [
      { scope: 'entitlement', target: 'shop/deploy' },
      { scope: 'repository', target: 'other/456789' },
      { scope: 'commit', target: 'b'.repeat(40) },
      { scope: 'called-workflow', target: CALLED.replace('v3', 'v30') },
    ]) {
      const { status, body } = await story.revoke('Sam', of);
      expect([status, body.leases, body.says[0]]).toEqual([
        200,
        0,
        expect.stringMatching(/^No lease of .* is live\.$/),
      ]);
    }
    expect((await story.revoke('Sam', { scope: 'project', target: 'shops' })).status).toBe(404);
    expect((await story.lease(lease)).state).toBe('live');
  });

  it('does not stop what is issued afterwards, and the answer says what does', async () => {
    const { body } = await story.revoke('Sam', { scope: 'everything' });
    expect(body.says.at(-1)).toBe('This stops no new issuance: `pause` does that.');
    expect((await story.ask()).status).toBe(200);
  });

  it.each([
    ['lease', 'lse_nothing'],
    ['project', 'shpo'],
    ['entitlement', 'shop/deploi'],
  ])('is of a %s that there is: a slip such as %s is no revocation', async (scope, target) => {
    const { status, body } = await story.revoke('Sam', { scope, target });
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    expect(await story.broker.entries('access.revocation_ordered')).not.toContainEqual(
      expect.objectContaining({ target }),
    );
  });
});

describe('a revocation that fails', () => {
  it('is tried again, and shown until it succeeded', async () => {
    const story = await AccessStory.start({ listen: { admin: { host: '127.0.0.1', port: 0 } } });
    const { lease } = await story.issue();
    story.broker.provider.revokeFails = true;
    await story.revoke('Sam', { scope: 'lease', target: lease });
    await story.background();
    const { credential } = await story.lease(lease);
    expect(credential).toMatchObject({ standing: 'revocation-failing', attempts: 1 });
    expect(credential.says).toBe('could not be revoked yet (attempt 1, next at 09:00:05 UTC); dies at 09:10:00 UTC');
    const metrics = await fetch(`http://127.0.0.1:${story.broker.running.adminPort}/metrics`);
    expect(await metrics.text()).toMatch(/^buildpass_revocations_failing 1$/m);
    const failing = await (await story.person('Sam')).get('/v1/leases?state=failing');
    expect(failing.body.leases.map(({ id }: { id: string }) => id)).toEqual([lease]);
    story.broker.provider.revokeFails = false;
    story.pass(5_000);
    await story.background();
    expect((await story.lease(lease)).credential.standing).toBe('revoked');
    await story.close();
  });

  it('until the credential has died is on record as that, and never as revoked', async () => {
    const story = await AccessStory.start();
    const { lease } = await story.issue();
    story.broker.provider.revokeFails = true;
    await story.revoke('Sam', { scope: 'lease', target: lease });
    await story.background();
    story.pass(11 * MINUTE);
    story.broker.provider.revokeFails = false;
    await story.background();
    expect(await story.broker.entries('lease.died')).toMatchObject([{ lease_id: lease, attempts: 1 }]);
    expect(await story.types()).not.toContain('lease.revoked');
    expect((await story.lease(lease)).credential).toMatchObject({ standing: 'died', says: 'died at 09:10:00 UTC' });
    await story.close();
  });
});

describe('an order that names many', () => {
  it('is not held up where one of several systems takes no revocation', { timeout: 60_000 }, async () => {
    const story = await AccessStory.start();
    for (let run = 1; run <= 20; run += 1) await story.issue({ run_id: String(run) });
    runBeside(story.broker, `UPDATE leases SET kind = 'of-another-system'`);
    story.pass(1_000);
    const { token } = await story.issue({ run_id: '21' });
    await story.revoke('Sam', { scope: 'everything' });
    await story.background();
    expect(story.broker.provider.revoked).toEqual([token]);
    // The log does not vouch for that kind.
    runBeside(story.broker, `UPDATE leases SET kind = '_test'`);
    await story.close();
  });

  it('that cannot be worked off keeps neither leases from their end nor other orders from theirs', async () => {
    const store = new FaultyStore();
    const story = await AccessStory.start({ openStore: store.open });
    await story.issue();
    runBeside(
      story.broker,
      `INSERT INTO revocations (id, scope, target, ordered_at, reach, leases, ended)
         VALUES ('rev_0', 'of-a-newer-version', 'x', 0, ${story.time.now}, 1, 0)`,
    );
    const sam = await story.person('Sam');
    // After the teams that are asked again, and the order: its first slice.
    store.arm({ at: 3, kind: 'failed' });
    await sam.post('/v1/revocations', { of: { scope: 'everything' }, reason: 'INC-7' });
    await story.issue({ run_id: '2' }, 'publish-preview');
    story.pass(10 * MINUTE);
    await expect(story.background()).rejects.toThrow();
    runBeside(story.broker, `DELETE FROM revocations WHERE id = 'rev_0'`);
    expect(await story.broker.entries('access.revocation_finished')).toHaveLength(1);
    expect(await story.broker.entries('lease.expired')).toHaveLength(2);
    await story.close();
  });

  it('is finished after a crash in the middle of it, and what could be revoked is', { timeout: 60_000 }, async () => {
    const store = new FaultyStore();
    const story = await AccessStory.start({ openStore: store.open });
    for (let run = 1; run <= 105; run += 1) await story.issue({ run_id: String(run) });
    const sam = await story.person('Sam');
    // After the teams that are asked again, the order, and its first slice.
    store.arm({ at: 4, kind: 'failed' });
    const { status, body } = await sam.post('/v1/revocations', { of: { scope: 'everything' }, reason: 'INC-7' });
    // The order was given, whatever came of its second slice.
    expect([status, body]).toMatchObject([200, { leases: 105, ended: 100, finished: false }]);
    expect(body.says.join(' ')).toContain('The others are being ended');
    expect(await story.broker.entries('lease.ended')).toHaveLength(100);
    await story.broker.restart();
    await story.background();
    expect(await story.broker.entries('access.revocation_finished')).toMatchObject([{ ended: 105 }]);
    expect(story.broker.provider.revoked.toSorted()).toEqual(story.broker.provider.issued.toSorted());
    await story.close();
  });
});
