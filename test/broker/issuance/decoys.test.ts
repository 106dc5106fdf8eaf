import { mock } from 'node:test';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Decoy, DecoyTaker, Shown } from '../../../broker/decoy.ts';
import { showDecoy } from '../../../broker/issuance/decoys.ts';
import { type CredentialProvider, UpstreamRefused } from '../../../broker/providers/provider.ts';
import type { PauseScope } from '../../../broker/store/suspensions.ts';
import { NOW, openIssuanceWorld } from '../../support/issuance-world.ts';
import { createTestProvider } from '../../support/test-provider.ts';

const TARGET = { system: 'The other system', target: 'a role', audience: 'other' };
const REFUSED: Shown = { outcome: 'subject-refused', found: 'it refused' };
const ASKED = { project: 'shop', entitlement: 'preview' };
/** What either entry has, beside what is its own. */
const ALWAYS = {
  ...{ v: 1, id: expect.any(String), nonce: expect.any(String), personal: {}, time: '2026-11-23T09:00:00.000Z' },
  ...{ decoy_id: expect.stringMatching(/^dcy_/), ...ASKED },
};

interface Options {
  readonly show?: DecoyTaker['show'];
  readonly longestLife?: number;
  readonly provider?: Partial<CredentialProvider>;
  readonly kind?: string;
}

async function world({ show = async () => REFUSED, longestLife = 3600, provider = {}, kind = 'jwt' }: Options = {}) {
  const one = await openIssuanceWorld();
  const shown: { decoy: Decoy; parameters: unknown }[] = [];
  const decoys: DecoyTaker = {
    longestLife,
    targetOf: () => TARGET,
    show: (decoy, parameters, signal) => {
      shown.push({ decoy, parameters });
      return show(decoy, parameters, signal);
    },
  };
  const providers = new Map([[kind, { ...createTestProvider(), decoys, ...provider } as CredentialProvider]]);
  const deps = { ...one.deps, providers };
  return { ...one, deps, shown, asked: (asked = ASKED) => showDecoy(deps, asked) };
}

describe('a decoy', () => {
  it('is on record before it is shown, and what came of it after', async () => {
    const { asked, shown, entries, deps } = await world();
    const answer = await asked();
    expect(answer).toEqual({ ...REFUSED, ...TARGET, id: expect.stringMatching(/^dcy_/) });
    const { digest } = (await deps.policies(undefined as never)).projects.get('shop') ?? {};
    const [started, ended] = await entries();
    expect(started).toEqual({
      ...{ ...ALWAYS, ...TARGET, type: 'decoy.started', kind: 'jwt', policy_digest: digest, by: 'operator' },
    });
    expect(ended).toEqual({ ...ALWAYS, type: 'decoy.ended', outcome: 'subject-refused' });
    expect([started?.['decoy_id'], ended?.['decoy_id']]).toEqual([shown[0]?.decoy.id, shown[0]?.decoy.id]);
    expect(shown).toEqual([{ decoy: { ...ASKED, id: started?.['decoy_id'], at: NOW }, parameters: expect.anything() }]);
  });

  it.each([
    ['subject-refused', 'info'],
    ['accepted', 'warn'],
  ] as const)('that was %s is said as %s', async (outcome, level) => {
    const { asked, lines, shown } = await world({ show: async () => ({ outcome, found: 'so' }) });
    await asked();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      ...{ level, message: 'a decoy was shown to a system that issues', outcome },
      ...{ decoy_id: shown[0]?.decoy.id, system: 'The other system', target: 'a role' },
    });
  });

  it('of which something came says until when that may live', async () => {
    const livesUntil = NOW + 60_000;
    const show = async (): Promise<Shown> => ({ outcome: 'accepted', found: 'so', next: 'do', livesUntil });
    const { asked, entries } = await world({ show });
    expect(await asked()).toMatchObject({ outcome: 'accepted', livesUntil });
    expect((await entries()).at(-1)).toMatchObject({ outcome: 'accepted', may_live_until: '2026-11-23T09:01:00.000Z' });
  });

  it('that the other side would not even look at is refused', async () => {
    const show = async () => {
      throw new UpstreamRefused('there is no such role');
    };
    const { asked, entries } = await world({ show });
    const answer = { outcome: 'refused', found: 'there is no such role' };
    expect(await asked()).toEqual({ ...answer, ...TARGET, id: expect.any(String) });
    expect((await entries()).at(-1)).toMatchObject({ type: 'decoy.ended', outcome: 'refused' });
  });

  const reset = async () => {
    throw new Error('connection reset');
  };

  it('of which nobody knows what came may live as long as anything of its kind', async () => {
    const { asked, entries } = await world({ show: reset });
    expect(await asked()).toEqual({
      ...{ outcome: 'unclear', found: 'it gave no clear answer: connection reset', next: 'ask again' },
      ...{ livesUntil: NOW + 3_600_000 + 30_000, ...TARGET, id: expect.any(String) },
    });
    expect((await entries()).at(-1)).toMatchObject({ outcome: 'unclear', may_live_until: '2026-11-23T10:00:30.000Z' });
  });

  it('of which nothing can come that is kept may not, whatever nobody knows', async () => {
    const { asked, entries } = await world({ show: reset, longestLife: 0 });
    expect(await asked()).not.toHaveProperty('livesUntil');
    expect((await entries()).at(-1)).not.toHaveProperty('may_live_until');
  });

  it('that is not answered is given up after its time', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    onTestFinished(() => mock.timers.reset());
    const begun = Promise.withResolvers<void>();
    const show = () => {
      begun.resolve();
      return new Promise<never>(() => undefined);
    };
    const { asked, deps } = await world({ show });
    const answer = asked();
    await Promise.race([begun.promise, answer]);
    mock.timers.tick(deps.providerTimeout);
    expect(await answer).toMatchObject({ found: 'it gave no clear answer: The time is over.' });
  });

  it.each<[string, Options, string]>([
    ['of a kind that is not built', { kind: 'other' }, 'this broker makes no `jwt`'],
    [
      'where no other system takes one',
      { provider: { decoys: undefined } as object },
      'no other system is asked to trust the broker for a `jwt`',
    ],
  ])('%s is not shown, and nothing is on record', async (_what, options, found) => {
    const { asked, shown, entries } = await world(options);
    expect(await asked()).toEqual({ outcome: 'not-shown', found });
    expect([shown, await entries()]).toEqual([[], []]);
  });

  it.each<[PauseScope, string]>([
    ['everything', ''],
    ['project', 'shop'],
    ['entitlement', 'shop/preview'],
  ])('is not shown while %s is paused', async (scope, target) => {
    const { asked, shown, store } = await world();
    await store.commit((tx) =>
      tx.suspensions.insert({
        ...{ id: 'pau_1', scope, target, reason: 'INC-7', since: NOW, paused_by: null },
        ...{ resume_by: null, resume_at: null, resume_reason: null },
      }),
    );
    expect(await asked()).toEqual({ outcome: 'not-shown', found: 'it is paused' });
    expect(shown).toEqual([]);
  });

  it.each([
    ['project', { project: 'shpo', entitlement: 'preview' }],
    ['entitlement', { project: 'shop', entitlement: 'previews' }],
  ])('of a %s that there is not is refused', async (_what, asked) => {
    await expect((await world()).asked(asked)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `The policies in force have no entitlement "${asked.project}/${asked.entitlement}": \`policy reload\` loads what is in the directory.`,
    });
  });
});
