// What a job has of an entitlement already, by which one more is refused, or its session ended.
import { describe, expect, it } from 'vitest';
import { readContext } from '../../../broker/requests/ask-context.ts';
import { heldByJob } from '../../../broker/requests/held-by-job.ts';
import { APPROVAL, type Asking, askOf, MINUTE, NOW, openRequestsWorld, type RequestsWorld } from './requests-world.ts';

const held = ({ store, deps }: RequestsWorld, asking: Asking) =>
  store.read(async (tx) => heldByJob(tx, await readContext(deps, tx, { ...askOf(asking), facts: {} })));

describe('what a job has already', () => {
  it('are the credentials of the entitlement, whether they have ended or not', async () => {
    const world = await openRequestsWorld();
    await world.ask();
    world.time.now += 11 * MINUTE;
    expect(await held(world, { secret: 'b' })).toEqual({ issuedToJob: 1 });
    expect(await held(world, {}), 'the request that asks again is none of them').toEqual({ issuedToJob: 0 });
    for (const other of [{ entitlement: 'other' }, { ask: { project: 'other' } }, { subject: { checkRunId: '7' } }])
      expect(await held(world, { secret: 'b', ...other })).toEqual({ issuedToJob: 0 });
  });

  it('are those that are live in a session, and since when it has had any', async () => {
    const world = await openRequestsWorld({ entitlement: { session: '1h' } });
    expect(await held(world, {})).toEqual({ issuedToJob: 0, firstIssuedAt: undefined });
    await world.ask();
    world.time.now += MINUTE;
    expect(await held(world, { secret: 'b' })).toEqual({ issuedToJob: 1, firstIssuedAt: NOW });
    expect(await held(world, {}), 'an answer that was lost is given once more').toEqual({ issuedToJob: 0 });
    world.time.now += 11 * MINUTE;
    expect(await held(world, { secret: 'b' })).toEqual({ issuedToJob: 0, firstIssuedAt: NOW });
  });

  it('are those that are live in a session that people agreed to, and its approval says since when', async () => {
    const world = await openRequestsWorld({ entitlement: { ...APPROVAL, session: '1h' } });
    await world.decide(await world.ask(), 'approve');
    await world.ask();
    expect(await held(world, { secret: 'b' })).toEqual({ issuedToJob: 1 });
  });

  it('keeps a job from more than its policy gives it, until a session makes room', async () => {
    const [once, session] = [
      await openRequestsWorld({ entitlement: { 'max-per-job': 1 } }),
      await openRequestsWorld({ entitlement: { 'max-per-job': 1, session: '1h' } }),
    ];
    for (const world of [once, session]) {
      await world.ask();
      expect(await world.ask({ secret: 'b' })).toMatchObject({ reasons: [{ code: 'JOB_LIMIT_REACHED' }] });
      world.time.now += 11 * MINUTE;
    }
    expect(await once.ask({ secret: 'c' })).toMatchObject({ reasons: [{ code: 'JOB_LIMIT_REACHED' }] });
    expect((await session.ask({ secret: 'c' })).outcome).toBe('issued');
    session.time.now = NOW + 60 * MINUTE;
    expect(await session.ask({ secret: 'd' })).toMatchObject({ reasons: [{ code: 'SESSION_ENDED' }] });
  });
});
