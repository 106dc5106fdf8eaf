import { describe, expect, it } from 'vitest';
import { issue } from '../../../broker/issuance/issue.ts';
import { describeRedelivered, redeliver } from '../../../broker/issuance/redeliver.ts';
import type { Grant } from '../../../broker/model.ts';
import { Secret } from '../../../shared/secret.ts';
import { type IssuanceWorld, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

/** One that was just issued, and what asks for it again. */
async function issued({ endless = false, ttl = 600 } = {}) {
  const world = await openIssuanceWorld();
  const { issue: make } = world.provider;
  const end = endless ? { upstreamExpiresAt: null } : {};
  world.provider.issue = async (...asked) => ({ ...(await make(...asked)), ...end });
  const grant: Partial<Grant> = { assurance: 'self-approved', ttl: endless ? 'never' : ttl };
  const { granted, requestSecret } = await world.issuing({ grant });
  const first = await issue(world.deps, { outcome: 'started', granted }, requestSecret);
  const again = (changes: { requestSecret?: Secret | undefined; setDigest?: string } = {}) =>
    world.store.commit(async (tx) => {
      const request = await tx.requests.find('req_00001');
      if (request === undefined) throw new Error('no request');
      return redeliver(world.deps, tx, { request, requestSecret, setDigest: granted.setDigest, ...changes });
    });
  return { world, first, again };
}

const repeats = (world: IssuanceWorld) => world.entries('issuance.redelivered');

describe('an answer', () => {
  it('is given again as it was, its receipt too, and each time is on record', async () => {
    const { world, first, again } = await issued();
    const answer = await again();
    if (answer === undefined) throw new Error('not given again');
    const { credential, ...rest } = await describeRedelivered(world.deps, answer);
    const { credential: before, ...same } = first;
    expect(rest).toEqual(same);
    expect(rest).toMatchObject({ assurance: 'self-approved', scope: 'shop/preview', endsAt: NOW + 600_000 });
    expect(credential.accessToken.reveal()).toBe(before.accessToken.reveal());
    await again();
    const [one, ...others] = await repeats(world);
    expect([one, others.length]).toMatchObject([
      {
        ...{ request_id: 'req_00001', project: 'shop', entitlement: 'preview', issuance_id: 'iss_00001' },
        ...{ kind: '_test', lease_id: 'lse_00001' },
      },
      1,
    ]);
  });

  it('without an end is given again without one', async () => {
    const { again } = await issued({ endless: true });
    expect((await again())?.again).toMatchObject({ leaseId: 'lse_00001', endsAt: null });
  });

  const given = async (of: ReturnType<typeof issued>, change: (world: IssuanceWorld) => unknown) => {
    const { world, again } = await of;
    await change(world);
    const answer = await again();
    expect(await repeats(world)).toHaveLength(answer === undefined ? 0 : 1);
    return answer !== undefined;
  };

  it.each<[string, (world: IssuanceWorld) => unknown]>([
    ['its lease was returned', ({ store }) => store.commit((tx) => tx.leases.end('lse_00001', 'returned'))],
    ['the sealed copy is gone', ({ store }) => store.commit((tx) => tx.sealedAnswers.delete('req_00001'))],
    ['it is to be withheld', ({ deps }) => deps.withheld.set('lse_00001', undefined as never)],
  ])('is not given again where %s', async (_why, change) => {
    expect(await given(issued(), change)).toBe(false);
  });

  it('is given again until its lease has ended by the clock', async () => {
    const { world, again } = await issued({ ttl: 60 });
    world.time.now = NOW + 59_999;
    expect(await again()).toBeDefined();
    world.time.now += 1;
    expect(await again()).toBeUndefined();
  });

  it('is not given again under another set of policies', async () => {
    const { again } = await issued();
    expect(await again({ setDigest: 'another' })).toBeUndefined();
  });

  it('is not given again without its secret, and to another secret it does not open', async () => {
    const { again } = await issued();
    expect(await again({ requestSecret: undefined })).toBeUndefined();
    await expect(again({ requestSecret: new Secret('another-request-secret') })).rejects.toThrow();
  });

  it('that the log does not have is not given again', async () => {
    const world = await openIssuanceWorld();
    const { request_id: requestId } = await world.lease();
    const requestSecret = new Secret('the-request-secret');
    const credential = { accessToken: new Secret('x'), tokenType: 'Bearer', issuedTokenType: 'x', values: {} } as const;
    const answer = await world.store.commit(async (tx) => {
      const key = world.deps.answers.keyOf({ requestId, requestSecret });
      await world.deps.answers.keep(tx, { requestId, key, credential });
      const request = await tx.requests.find(requestId);
      return redeliver(world.deps, tx, { request: request as never, requestSecret, setDigest: 'set' });
    });
    expect(answer).toBeUndefined();
  });

  it('of which nothing was issued is none', async () => {
    const world = await openIssuanceWorld();
    const { granted, requestSecret } = await world.issuing();
    const answer = await world.store.commit(async (tx) => {
      const request = await tx.requests.find('req_00001');
      return redeliver(world.deps, tx, { request: request as never, requestSecret, setDigest: granted.setDigest });
    });
    expect(answer).toBeUndefined();
  });
});
