// What is on record of a refusal, of an ask that people must agree to, and of a secret or a token that is not the asker's.
import { describe, expect, it } from 'vitest';
import { recordReplay } from '../../../broker/requests/record.ts';
import { buildOrganization, buildStaticSecret, yamlText } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';
import { ALLOWED_NOWHERE, APPROVAL, type Asking, idOf, MINUTE, NOW, openRequestsWorld } from './requests-world.ts';

const ELSEWHERE = { subject: { ref: 'refs/heads/other' } } as const;
const NOT_THIS_BRANCH =
  'The first rule wants `branch` to be main; this job has "other". Run the job on such a branch, or ask acme/platform to change the rule in shop.yaml.';
const OTHER_ORGANIZATION = { files: { '_organization.yaml': `${yamlText(buildOrganization())}\n# other\n` } };

/** The fields of every entry, and those of the job that asked. */
const ALWAYS = { v: 1, id: expect.any(String), nonce: expect.any(String), time: new Date(NOW).toISOString() };
const OF_THE_JOB = {
  ...{ issuer: 'github', repository: 'acme/shop', repository_id: '2001', repository_owner_id: '1001' },
  ...{ sha: expect.any(String), event_name: 'push', run_id: '15987654321', run_attempt: '1' },
  ...{ check_run_id: '50123456789', runner_environment: 'github-hosted' },
  ...{ ref: expect.any(String), workflow_ref: expect.any(String), job_workflow_ref: expect.any(String) },
};
const DIGEST = expect.stringMatching(/^[0-9a-f]{64}$/);
const PERSONAL = { requester: '583231', requester_name: 'octocat' };

describe('a refusal', () => {
  it('is one entry, with codes, and its request keeps the words', async () => {
    const world = await openRequestsWorld();
    const refused = await world.ask(ELSEWHERE);
    const reason = { code: 'POLICY_NO_MATCH', rule: 0, condition: 'branch', expected: 'main', got: 'other' };
    const reasons = [{ ...reason, message: NOT_THIS_BRANCH }];
    expect(refused).toEqual({
      ...{ outcome: 'refused', requestId: expect.stringMatching(/^req_/), summary: NOT_THIS_BRANCH },
      ...{ reasons, disclosure: 'full' },
    });
    const [entry] = await world.entries();
    expect(entry).toEqual({
      ...{ ...ALWAYS, ...OF_THE_JOB, type: 'request.decided', request_id: idOf(refused), decision: 'deny' },
      ...{ project: 'shop', entitlement: 'preview', policy_digest: DIGEST, organization_digest: DIGEST },
      reasons: [{ code: 'POLICY_NO_MATCH', rule: 0, condition: 'branch' }],
      personal: { requester: expect.any(String), requester_name: expect.any(String), details: expect.any(String) },
    });
    const row = await world.request(idOf(refused));
    expect(row).toMatchObject({ state: 'denied', policy_digest: entry?.['policy_digest'], repeats: 0 });
    expect(JSON.parse(row?.decision ?? '')).toEqual({
      ...{ summary: NOT_THIS_BRANCH, reasons, disclosure: 'full' },
      organizationDigest: entry?.['organization_digest'],
    });
  });

  it('tells codes alone where the whole world reads the log of the job', async () => {
    const world = await openRequestsWorld();
    const subject = { ...ELSEWHERE.subject, repositoryVisibility: 'public' } as const;
    expect(await world.ask({ subject })).toMatchObject({ disclosure: 'codes' });
  });

  it('has no digest of an organization that has none', async () => {
    const world = await openRequestsWorld();
    world.putInForce({}, { organizationDigest: undefined });
    const refused = await world.ask(ELSEWHERE);
    expect(await world.entries()).toMatchObject([{ organization_digest: null }]);
    expect(JSON.parse((await world.request(idOf(refused)))?.decision ?? '')).toMatchObject({
      organizationDigest: null,
    });
  });
});

describe('a refusal that is repeated', () => {
  it('is counted at the entry that it repeats, whatever secret comes with it', async () => {
    const world = await openRequestsWorld();
    const first = await world.ask(ELSEWHERE);
    world.time.now += MINUTE;
    for (const secret of ['another', null]) expect(await world.ask({ ...ELSEWHERE, secret })).toEqual(first);
    expect(await world.request(idOf(first))).toMatchObject({ repeats: 2, updated_at: NOW + MINUTE });
    expect(await world.types()).toEqual(['request.decided']);
    world.putInForce({ entitlement: { allow: [{ branch: 'other' }] } });
    expect(await world.ask({ ...ELSEWHERE, secret: 'another' })).toEqual(first);
  });

  it('is a new one once the organization says something else', async () => {
    const world = await openRequestsWorld();
    const first = await world.ask({ ...ELSEWHERE, secret: null });
    world.putInForce(OTHER_ORGANIZATION);
    const other = await world.ask({ ...ELSEWHERE, secret: null });
    expect(idOf(other)).not.toBe(idOf(first));
    expect(idOf(await world.ask({ ...ELSEWHERE, secret: null }))).toBe(idOf(other));
    const digests = (await world.entries()).map((entry) => entry['organization_digest']);
    expect([digests.length, new Set(digests).size]).toEqual([2, 2]);
  });

  it('is one entry of a request that was issued, and a second one for another reason', async () => {
    const world = await openRequestsWorld();
    await world.ask();
    world.putInForce(ALLOWED_NOWHERE);
    const [first, again] = [await world.ask(), await world.ask()];
    expect(first).toMatchObject({ outcome: 'refused', disclosure: 'full', reasons: [{ code: 'POLICY_NO_MATCH' }] });
    expect(again).toEqual(first);
    expect((await world.types()).slice(3)).toEqual(['request.decided']);
    world.putInForce({ entitlement: { allow: [{ branch: 'hotfix' }] } });
    await world.ask();
    expect((await world.types()).slice(3)).toEqual(['request.decided', 'request.decided']);
    expect((await world.request(idOf(first)))?.state).toBe('issued');
  });

  it('of a request that waits is its own, though the same job was refused the same before', async () => {
    const world = await openRequestsWorld({ policy: ALLOWED_NOWHERE });
    const before = await world.ask({ secret: 'another' });
    world.putInForce({ entitlement: APPROVAL });
    const waits = await world.ask();
    world.putInForce(ALLOWED_NOWHERE);
    const refused = await world.ask();
    expect([idOf(refused) === idOf(waits), idOf(refused) === idOf(before)]).toEqual([true, false]);
    expect((await world.request(idOf(waits)))?.state).toBe('denied');
  });
});

describe('an ask that people must agree to', () => {
  it('is one entry, with what they are asked and who may decide', async () => {
    const world = await openRequestsWorld({ entitlement: APPROVAL });
    const asked = await world.ask({ ask: { reason: 'A hotfix.', ticket: 'OPS-7', assistedBy: 'a helper' } });
    const row = await world.request(idOf(asked));
    const approval = await world.store.read((tx) => tx.approvals.ofRequest(idOf(asked)));
    expect(await world.entries()).toEqual([
      {
        ...{ ...ALWAYS, ...OF_THE_JOB, type: 'request.pending', request_id: idOf(asked) },
        ...{ project: 'shop', entitlement: 'preview', policy_digest: row?.policy_digest, organization_digest: DIGEST },
        ...{ rule: 0, ttl: 600, approval_id: approval?.id, binding: approval?.binding, needed: 1, issuances: 1 },
        ...{ by: ['acme/release-managers'], expires_at: '2026-11-23T09:10:00.000Z' },
        personal: expect.anything(),
      },
    ]);
    expect(await world.personal(0)).toEqual({
      ...{ ...PERSONAL, reason: 'A hotfix.', ticket: 'OPS-7', assisted_by: 'a helper' },
      details: DIGEST,
    });
    expect(row).toMatchObject({ state: 'pending', policy_digest: DIGEST });
    expect(JSON.parse(row?.decision ?? '')).toEqual({
      ...{ outcome: 'approval', rule: 0 },
      summary:
        'shop/preview is allowed by its first rule (`branch` is main, `event` is push, workflow_dispatch or release), for 10m. It needs approval by 1 of acme/release-managers within 10m first.',
    });
  });

  it('names those who may invoke break-glass', async () => {
    const emergency = { 'break-glass': { for: 'acme/security', notify: 'acme/platform' } };
    const world = await openRequestsWorld({ entitlement: { ...APPROVAL, ...emergency } });
    await world.ask();
    expect(await world.entries()).toMatchObject([{ break_glass: ['acme/security'], by: ['acme/release-managers'] }]);
  });

  it('names no lifetime of what never dies', async () => {
    const world = await openRequestsWorld({ policy: buildStaticSecret(APPROVAL) });
    await world.ask();
    expect(await world.entries()).toMatchObject([{ type: 'request.pending', ttl: null }]);
  });

  it('is told to people once', async () => {
    const world = await openRequestsWorld({ entitlement: APPROVAL });
    const asked = await world.ask();
    await world.ask();
    const limits = { kind: 'notify', now: NOW, claimedUntil: 0, limit: 10 } as const;
    const told = (await world.store.commit((tx) => tx.outbox.claim(limits))).map(({ payload }) => JSON.parse(payload));
    expect(told).toMatchObject([
      { channel: 'chat', notice: { kind: 'request.waiting', fields: { request_id: idOf(asked) } } },
    ]);
  });

  it('takes back what the same job waited for before, of the same entitlement', async () => {
    const world = await openRequestsWorld({ entitlement: APPROVAL });
    const [first, other] = [await world.ask(), await world.ask({ secret: 'b', subject: { checkRunId: '7' } })];
    const second = await world.ask({ secret: 'c', ask: { reason: 'better said' } });
    const states = [];
    for (const one of [first, other, second]) states.push((await world.request(idOf(one)))?.state);
    expect(states).toEqual(['withdrawn', 'pending', 'pending']);
    expect((await world.entries()).find(({ type }) => type === 'request.withdrawn')).toMatchObject({
      ...{ request_id: idOf(first), by: 'newer-request', approval_ended: true },
    });
  });
});

describe('a secret of another ask', () => {
  it.each<[string, Asking, object]>([
    ['of another job', { subject: { checkRunId: '7' } }, { code: 'REQUEST_OF_ANOTHER_JOB', check_run_id: '7' }],
    ['said otherwise', { ask: { reason: 'x' } }, { code: 'REQUEST_MISMATCH' }],
  ])('%s is on record with who presented it', async (_what, asking, expected) => {
    const world = await openRequestsWorld();
    const first = await world.ask(ELSEWHERE);
    const subject = { ...ELSEWHERE.subject, ...asking.subject };
    for (let times = 0; times < 2; times += 1) await world.ask({ ...asking, subject });
    expect((await world.entries()).slice(1)).toEqual([
      {
        ...{ ...ALWAYS, ...OF_THE_JOB, type: 'request.misused', request_id: idOf(first), ...expected },
        ...{ project: 'shop', entitlement: 'preview' },
        personal: { requester: expect.any(String), requester_name: expect.any(String) },
      },
    ]);
    expect(await world.personal(1)).toEqual(PERSONAL);
  });

  it('is on record once for each job and each way', async () => {
    const world = await openRequestsWorld();
    await world.ask(ELSEWHERE);
    for (const checkRunId of ['7', '8', '7']) await world.ask({ subject: { ...ELSEWHERE.subject, checkRunId } });
    await world.ask({ ...ELSEWHERE, ask: { reason: 'x' } });
    expect((await world.types()).slice(1)).toEqual(['request.misused', 'request.misused', 'request.misused']);
  });
});

describe('a token that is used once more', () => {
  it('is an entry where a project lists its repository', async () => {
    const { deps, store, entries, personal } = await openRequestsWorld();
    await store.commit((tx) => recordReplay(deps, tx, buildSubject()));
    const token = { token_id: '00000000-0000-4000-8000-000000000001' };
    expect(await entries()).toEqual([
      {
        ...{ ...ALWAYS, ...OF_THE_JOB, type: 'request.replayed', ...token },
        personal: { requester: expect.any(String), requester_name: expect.any(String) },
      },
    ]);
    expect(await personal(0)).toEqual(PERSONAL);
  });

  it('is nothing of a stranger', async () => {
    const { deps, store, entries } = await openRequestsWorld();
    await store.commit((tx) => recordReplay(deps, tx, buildSubject({ repositoryId: '9' })));
    expect(await entries()).toEqual([]);
  });
});
