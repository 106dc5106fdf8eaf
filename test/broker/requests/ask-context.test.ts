// What an ask is decided from beside its policy: what is suspended, an incident that waits for its review, and what was found out.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../broker/facts.ts';
import { hashRequestSecret, missingFacts, readContext } from '../../../broker/requests/ask-context.ts';
import { Secret } from '../../../shared/secret.ts';
import type { Yaml } from '../../support/build-policy.ts';
import { APPROVAL, type Asking, askOf, MINUTE, NOW, openRequestsWorld, type RequestsWorld } from './requests-world.ts';

const ALICE = { id: '1', login: 'alice', isProgram: false };
const AGAIN: Facts = { run: { value: { startedBy: ALICE, ended: false } } };
const BY_TEAM = { allow: [{ branch: 'main', requester: 'acme/security' }] };

const contextOf = ({ store, deps }: RequestsWorld, { facts = {}, ...asking }: Asking & { facts?: Facts } = {}) =>
  store.read((tx) => readContext(deps, tx, { ...askOf(asking), facts }));

describe('an ask', () => {
  it('is all that is known of it', async () => {
    const world = await openRequestsWorld();
    const context = await contextOf(world, { ask: { ttl: 120, reason: 'r', ticket: 't', assistedBy: 'a' } });
    const policies = await world.store.read((tx) => world.deps.policies(tx));
    expect(context).toEqual({
      ...{ ...askOf({ ask: { ttl: 120, reason: 'r', ticket: 't', assistedBy: 'a' } }), facts: {}, policies },
      ...{ jobKey: expect.stringMatching(/^[0-9a-f]{64}$/), secretHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ...{ parameters: '[120,"r","t","a"]', requester: 'prn_actor', suspension: undefined, known: undefined },
    });
  });

  it('of somebody new has no requester yet, and without a secret leads to no request', async () => {
    const world = await openRequestsWorld();
    await world.ask({ secret: null });
    const context = await contextOf(world, { secret: null, subject: { actorId: '7' } });
    expect(context).toMatchObject({
      requester: null,
      secretHash: null,
      known: undefined,
      parameters: '[null,null,null]',
    });
  });

  it('leads to the request of its secret, with what that was first presented with', async () => {
    const world = await openRequestsWorld();
    await world.ask({ ask: { reason: 'r' } });
    const { known, requester } = await contextOf(world);
    expect(known).toMatchObject({ state: 'issued', presentedWith: '[null,"r",null]', requester });
  });

  it('is of who started the run again, where that is known', async () => {
    expect((await contextOf(await openRequestsWorld(), { facts: AGAIN })).requester).toBe('prn_other');
  });
});

describe('the secret of a request', () => {
  it('is known by a digest of it', () => {
    const digest = createHash('sha256').update('buildpass requestgrün').digest('hex');
    expect(hashRequestSecret(new Secret('grün'))).toBe(digest);
  });
});

describe('a suspension', () => {
  it.each<['entitlement' | 'principal', string]>([
    ['entitlement', 'shop/preview'],
    ['principal', 'prn_actor'],
  ])('of the %s refuses what the policy permits', async (scope, target) => {
    const world = await openRequestsWorld();
    await world.pause(scope, target);
    expect(await world.ask()).toMatchObject({ outcome: 'refused', reasons: [{ code: 'SUSPENDED' }] });
  });

  it.each<['entitlement' | 'principal', string]>([
    ['entitlement', 'shop/other'],
    ['principal', 'prn_other'],
  ])('of another %s is none of this ask', async (scope, target) => {
    const world = await openRequestsWorld();
    await world.pause(scope, target);
    expect((await world.ask()).outcome).toBe('issued');
  });

  it('of everything decides nothing, and holds nothing against the job', async () => {
    const world = await openRequestsWorld();
    await world.pause('everything', '');
    for (const subject of [{}, { ref: 'refs/heads/other' }])
      await expect(world.ask({ subject })).rejects.toMatchObject({
        ...{ code: 'PAUSED', retryAfter: 60 },
        message: 'Issuing is paused. Nothing was decided; ask again when it goes on.',
      });
    expect(await world.entries()).toEqual([]);
    expect((await world.ask({ subject: { repositoryId: '9' } })).outcome).toBe('stranger');
  });

  it.each(['prn_actor', 'prn_other'])('of %s hits a run that one started and the other started again', async (who) => {
    const world = await openRequestsWorld();
    expect((await contextOf(world, { facts: AGAIN })).suspension).toBeUndefined();
    await world.pause('principal', who);
    expect((await contextOf(world, { facts: AGAIN })).suspension).toEqual({
      scope: 'principal',
      reason: 'An incident.',
    });
    const newcomer = { subject: { actorId: '7' }, facts: AGAIN };
    expect((await contextOf(world, newcomer)).suspension !== undefined).toBe(who === 'prn_other');
  });
});

describe('an incident of break-glass', () => {
  const EMERGENCY = { 'break-glass': { for: 'acme/security', notify: 'acme/platform' } };
  const incident = async (entitlement: Yaml) => {
    const world = await openRequestsWorld({ entitlement: EMERGENCY });
    await world.invoke(await world.ask());
    world.putInForce({ entitlement });
    return world;
  };

  it('shuts its entitlement once it is over, until it is reviewed', async () => {
    const world = await incident(EMERGENCY);
    world.time.now = NOW + 60 * MINUTE - 1;
    expect((await world.ask({ secret: 'b', ask: { reason: 'during' } })).outcome).toBe('pending');
    world.time.now = NOW + 60 * MINUTE;
    expect(await world.ask({ secret: 'c', ask: { reason: 'after' } })).toMatchObject({
      reasons: [{ code: 'BREAK_GLASS_SHUT', message: expect.stringContaining('2026-11-23T10:00:00.000Z') }],
    });
    await world.store.commit((tx) => tx.incidents.review({ id: 'inc_1', reviewer: 'prn_other', at: tx.now }));
    expect((await world.ask({ secret: 'd', ask: { reason: 'reviewed' } })).outcome).toBe('pending');
  });

  it('shuts nothing where the entitlement has break-glass no more', async () => {
    for (const entitlement of [APPROVAL, {}]) {
      const world = await incident(entitlement);
      world.time.now = NOW + 61 * MINUTE;
      expect((await world.ask({ secret: 'b' })).outcome).toBe(entitlement === APPROVAL ? 'pending' : 'issued');
    }
  });
});

describe('what is still to be found out', () => {
  const missing = async (facts: Facts, entitlement: Yaml = BY_TEAM) => {
    const world = await openRequestsWorld({ entitlement });
    const context = await contextOf(world, { facts });
    return world.store.read(async (tx) => missingFacts(tx, context));
  };
  const TEAMS: Facts = { ...AGAIN, teams: new Map([['acme/security', { value: true }]]) };

  it('is what the policy asks for, and nothing where it is answered', async () => {
    const asked = { name: 'acme/security', at: { organizationId: '1001', teamId: '4712' } };
    const needed = { run: true, commit: false, policies: [], environment: false, teams: [asked] };
    expect([await missing({}), await missing(AGAIN)]).toEqual([needed, needed]);
    expect(await missing(TEAMS)).toBeUndefined();
  });

  it('is nothing where the policy asks for none, or nobody can be asked', async () => {
    expect(await missing({}, {})).toBeUndefined();
    expect(await missing({ nobody: 'no App' })).toBeUndefined();
  });

  it('is asked for outside of the turn, and the job is decided with it', async () => {
    const asked: unknown[] = [];
    const askFacts = async (...all: unknown[]) => {
      asked.push(all);
      return TEAMS;
    };
    const world = await openRequestsWorld({ entitlement: BY_TEAM, askFacts });
    expect((await world.ask()).outcome).toBe('issued');
    expect(asked).toHaveLength(1);
    expect(world.called).toEqual(['leave', 'names shop acme/shop']);
    expect((await world.entries())[0]).toMatchObject({
      facts: [
        { fact: 'run', found: 'live' },
        { fact: 'requester', team: 'acme/security', found: 'yes' },
      ],
    });
  });

  it('refuses where nobody can be asked', async () => {
    const world = await openRequestsWorld({ entitlement: BY_TEAM });
    expect(await world.ask()).toMatchObject({ outcome: 'refused', reasons: [{ code: 'FACT_UNAVAILABLE' }] });
  });
});
