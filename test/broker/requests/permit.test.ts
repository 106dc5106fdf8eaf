// What a permit writes down in the commit that decides: the request, the grant, and what goes out with it, by how its credential
// is made.
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../broker/facts.ts';
import { buildStaticSecret } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';
import { APPROVAL, idOf, MINUTE, NOW, openRequestsWorld, type RequestsOptions } from './requests-world.ts';

const ISSUED = ['request.decided', 'issuance.started', 'issuance.succeeded'];

async function permitted(options: RequestsOptions = {}, asking = {}) {
  const world = await openRequestsWorld(options);
  const decided = await world.ask(asking);
  if (!('granted' in decided)) throw new Error(decided.outcome);
  const { granted } = decided;
  const [request, grant] = [await world.request(granted.grant.requestId), await world.grantOf(granted.grant.requestId)];
  if (request === undefined || grant === undefined) throw new Error('nothing was kept');
  return { world, decided, granted, request, grant };
}

describe('a permit', () => {
  it('is a request that says who asked for what, and why it was permitted', async () => {
    const { request, granted } = await permitted();
    expect(request).toEqual({
      ...{ id: expect.stringMatching(/^req_/), origin: 'job', requester: 'prn_actor', issuer: 'github' },
      ...{ repository_id: '2001', job_key: granted.jobKey, project: 'shop', entitlement: 'preview' },
      ...{ parameters: '[null,null,null]', state: 'issued', policy_digest: granted.grant.policyDigest, repeats: 0 },
      ...{ decision: expect.any(String), subject: expect.any(String), created_at: NOW, updated_at: NOW },
    });
    expect(JSON.parse(request.subject)).toEqual(JSON.parse(JSON.stringify(buildSubject())));
    expect(JSON.parse(request.decision)).toEqual({
      ...{ outcome: 'permit', rule: 0 },
      summary:
        'shop/preview is allowed by its first rule (`branch` is main, `event` is push, workflow_dispatch or release), for 10m.',
    });
  });

  it('is a grant for a minute, of the policy that decided', async () => {
    const { world, grant, request } = await permitted({ signed: 'later' });
    const { digest } = await world.store.read((tx) => world.deps.policies(tx));
    expect(grant).toEqual({
      ...{ id: expect.stringMatching(/^grt_/), request_id: request.id, issuance_id: expect.stringMatching(/^iss_/) },
      ...{ lease_id: expect.stringMatching(/^lse_/), rule: 0, ttl: 600, policy_digest: request.policy_digest },
      ...{ set_digest: digest, made_at: NOW, expires_at: NOW + MINUTE, redeemed_at: null },
      ended_by: null,
    });
  });

  it('hands on all that issuing needs', async () => {
    const { granted, grant, request } = await permitted();
    expect(granted).toEqual({
      ...{ setDigest: grant.set_digest, requester: 'prn_actor', jobKey: request.job_key, disclosure: 'full' },
      credential: { kind: 'jwt', parameters: expect.objectContaining({ audience: 'https://previews.example.com' }) },
      grant: {
        ...{ id: grant.id, issuanceId: grant.issuance_id, leaseId: grant.lease_id, requestId: request.id, rule: 0 },
        ...{ subject: buildSubject(), project: 'shop', entitlement: 'preview', ttl: 600, assurance: 'automated' },
        ...{ policyDigest: request.policy_digest, approvals: [], approvedBy: [], issuedAt: NOW },
      },
    });
    const { granted: inPublic } = await permitted({}, { subject: { repositoryVisibility: 'public' } });
    expect(inPublic.disclosure).toBe('codes');
  });

  it('is an entry with its grant, and with nothing that it does not stand on', async () => {
    const { world, grant, request } = await permitted({}, { ask: { ttl: 120 } });
    const [decided] = await world.entries();
    expect(decided).toMatchObject({
      ...{ type: 'request.decided', request_id: request.id, project: 'shop', entitlement: 'preview' },
      ...{ repository: 'acme/shop', run_id: '15987654321', policy_digest: request.policy_digest, decision: 'permit' },
      ...{ rule: 0, ttl: 120, grant_id: grant.id, grant_expires_at: '2026-11-23T09:01:00.000Z' },
    });
    for (const absent of ['approvals', 'invocation_id', 'renews', 'session_ends_at', 'facts', 'reasons'])
      expect(decided).not.toHaveProperty(absent);
    expect(await world.personal(0)).toEqual({
      ...{ requester: '583231', requester_name: 'octocat', details: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('of what never dies has no lifetime', async () => {
    const { world, grant, granted } = await permitted({ policy: buildStaticSecret() });
    expect([grant.ttl, granted.grant.ttl]).toEqual([null, 'never']);
    expect((await world.entries())[0]).toMatchObject({ ttl: null });
  });
});

describe('a credential that is signed here at once', () => {
  it('is decided, granted and issued in one commit', async () => {
    const world = await openRequestsWorld();
    world.faults.arm();
    const decided = await world.ask();
    expect([decided.outcome, world.faults.commits]).toEqual(['issued', 1]);
    expect(await world.types()).toEqual(ISSUED);
  });

  it('is spent and issued, as its rows say', async () => {
    const { decided, grant, request, granted } = await permitted();
    expect([request.state, grant.redeemed_at]).toEqual(['issued', NOW]);
    expect(decided).toEqual({
      ...{ outcome: 'issued', granted },
      recorded: { credential: expect.anything(), entry: expect.anything(), endsAt: NOW + 10 * MINUTE },
    });
  });

  it('is sealed for the secret that it was asked for with', async () => {
    const { world } = await permitted();
    expect((await world.ask()).outcome).toBe('redelivered');
  });
});

describe('a credential that is made later', () => {
  it('is only granted where it is signed here, and its grant is spent by issuing', async () => {
    const { world, decided, granted, grant, request } = await permitted({ signed: 'later' });
    expect(decided).toEqual({ outcome: 'granted', granted });
    expect([request.state, grant.redeemed_at, await world.types()]).toEqual(['granted', null, ['request.decided']]);
    await world.collect();
    expect(await world.types()).toEqual(ISSUED);
  });

  it('is begun, and its grant spent, before another system is asked', async () => {
    const { world, decided, granted, grant, request } = await permitted({ signed: 'elsewhere' });
    expect(decided).toEqual({ outcome: 'started', granted });
    expect([request.state, grant.redeemed_at]).toEqual(['issuing', NOW]);
    expect(await world.entries()).toMatchObject([
      { type: 'request.decided', decision: 'permit' },
      { type: 'issuance.started', grant_id: grant.id, kind: 'jwt' },
    ]);
  });

  it('is granted and no more where nothing here makes its kind', async () => {
    const { decided, request } = await permitted({ signed: 'nowhere' });
    expect([decided.outcome, request.state]).toEqual(['granted', 'granted']);
  });
});

describe('what a permit stands on', () => {
  const approvalOf = async (world: Awaited<ReturnType<typeof openRequestsWorld>>, id: string) =>
    (await world.store.read((tx) => tx.approvals.ofRequest(id)))?.id;

  it('is the approval of those who agreed, which it spends', async () => {
    const world = await openRequestsWorld({ entitlement: APPROVAL });
    const asked = await world.ask();
    await world.decide(asked, 'approve');
    const decided = await world.ask();
    const id = await approvalOf(world, idOf(asked));
    expect(decided).toMatchObject({
      outcome: 'issued',
      granted: { grant: { assurance: 'approved', approvals: [id], approvedBy: ['prn_other'] } },
    });
    const entries = await world.entries();
    expect(entries.map(({ type }) => type)).toEqual(['request.pending', 'approval.verdict', ...ISSUED]);
    expect(entries[2]).toMatchObject({ decision: 'permit', approvals: [id] });
    for (const absent of ['invocation_id', 'renews', 'session_ends_at']) expect(entries[2]).not.toHaveProperty(absent);
    expect(await world.store.read((tx) => tx.approvals.find(id ?? ''))).toMatchObject({ used: 1, state: 'approved' });
  });

  it('is the invocation of break-glass, and no approval', async () => {
    const entitlement = { 'break-glass': { for: 'acme/security', notify: 'acme/platform' } };
    const world = await openRequestsWorld({ entitlement });
    await world.invoke(await world.ask());
    const decided = await world.ask();
    if (decided.outcome !== 'issued') throw new Error(decided.outcome);
    expect(decided.granted.grant).toMatchObject({
      ...{ assurance: 'break-glass', approvals: [], invocation: 'inv_1', approvedBy: [] },
    });
    const entry = (await world.entries()).find(({ type }) => type === 'request.decided');
    expect(entry).toMatchObject({ invocation_id: 'inv_1' });
    expect(entry).not.toHaveProperty('approvals');
  });

  it('is the session that it renews, with its end', async () => {
    const world = await openRequestsWorld({ entitlement: { ...APPROVAL, session: '1h' } });
    const asked = await world.ask();
    await world.decide(asked, 'approve');
    await world.ask();
    world.time.now += 11 * MINUTE;
    expect((await world.ask({ secret: 'b' })).outcome).toBe('issued');
    const renewal = (await world.entries()).findLast(({ type }) => type === 'request.decided');
    expect(renewal).toMatchObject({
      ...{ renews: idOf(asked), session_ends_at: '2026-11-23T10:00:00.000Z' },
      approvals: [await approvalOf(world, idOf(asked))],
    });
  });
});

describe('who asks', () => {
  it.each([
    ['person', 'newcomer'],
    ['program', 'renovate[bot]'],
  ])('is written down as a %s when it asks for the first time, and known after that', async (kind, actor) => {
    const { world, request } = await permitted({}, { subject: { actor, actorId: '7' } });
    expect(request.requester).toMatch(/^prn_/);
    const [kept, found] = await world.store.read(async (tx) => [
      await tx.principals.kindOf(request.requester ?? ''),
      await tx.principals.find({ provider: 'github', providerId: '7' }),
    ]);
    expect([kept, found]).toEqual([kind, request.requester]);
    await world.ask({ secret: 'b', subject: { actor, actorId: '7', checkRunId: '8' } });
    const latest = await world.store.read((tx) => tx.requests.latest(10));
    expect(new Set(latest.map(({ requester }) => requester))).toEqual(new Set([request.requester]));
  });

  it('is who started it again, and who wrote what it runs is kept with it, in what can be erased', async () => {
    const alice = { id: '7', login: 'alice', isProgram: false };
    const facts: Facts = {
      run: { value: { startedBy: alice, ended: false } },
      commit: { value: { author: alice, committer: alice } },
    };
    const entitlement = { approval: { ...APPROVAL.approval, 'apart-from': 'commit-author' } };
    const world = await openRequestsWorld({ entitlement, askFacts: async () => facts });
    const asked = await world.ask({ subject: { runAttempt: '2' } });
    const row = await world.request(idOf(asked));
    const alicesId = await world.store.read((tx) => tx.principals.find({ provider: 'github', providerId: '7' }));
    expect(row?.requester).toBe(alicesId);
    const said = {
      ...{ triggering_actor: '7', triggering_actor_name: 'alice', commit_author: '7', commit_author_name: 'alice' },
      ...{ committer: '7', committer_name: 'alice' },
    };
    expect(JSON.parse(row?.decision ?? '')).toMatchObject(said);
    expect(await world.personal(0)).toMatchObject(said);
    expect((await world.entries())[0]).toMatchObject({
      facts: [
        { fact: 'run', found: 'live' },
        { fact: 'commit-author', found: 'known' },
      ],
    });
  });
});

describe('a request that is decided again', () => {
  it('stays one row, as old as it is', async () => {
    const { world, request } = await permitted({ signed: 'later' });
    world.time.now += 2 * MINUTE;
    await world.ask();
    const again = await world.request(request.id);
    expect(again).toEqual({ ...request, updated_at: NOW + 2 * MINUTE });
    expect(await world.store.read((tx) => tx.requests.latest(10))).toHaveLength(1);
  });

  it('is found by its secret alone', async () => {
    const { world } = await permitted({}, { secret: null });
    expect((await world.ask({ secret: null, subject: { checkRunId: '8' } })).outcome).toBe('issued');
    expect(await world.store.read((tx) => tx.requests.latest(10))).toHaveLength(2);
  });
});
