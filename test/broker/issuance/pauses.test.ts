import { describe, expect, it } from 'vitest';
import { pausedAnswer, pauseList, resumedAnswer } from '../../../broker/issuance/access-answers.ts';
import { OPERATOR, type OrderedBy } from '../../../broker/issuance/ordered-by.ts';
import { type Pausing, pause, proposalEnd, type Resuming, resume } from '../../../broker/issuance/pauses.ts';
import { type IssuanceWorld, MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

const HOUR = 60 * MINUTE;
const person = (name: string): OrderedBy => ({
  ...{ kind: 'security', principal: `prn_${name}`, name, identity: `demo ${name}`, stepUp: 'passkey' },
});
const [SAM, RITA] = [person('requester'), person('other')];

async function withPause(changes: Partial<Pausing> = {}) {
  const world = await openIssuanceWorld();
  const asked = { scope: 'project', target: 'shop', reason: 'INC-7', by: SAM, revoke: false } as const;
  const paused = await pause(world.deps, { ...asked, ...changes });
  const resuming = (by: OrderedBy, more: Partial<Resuming> = {}) =>
    resume(world.deps, { id: paused.row.id, reason: 'It is over.', by, nobodyElse: false, ...more });
  return { world, paused, resuming, id: paused.row.id };
}

const pausesIn = ({ store }: IssuanceWorld) => store.read((tx) => tx.suspensions.all());
/** What every entry about this pause has. */
const ofPause = (id: string, type: string) => ({
  ...{ v: 1, id: expect.any(String), nonce: expect.any(String), time: '2026-11-23T09:00:00.000Z', type, pause_id: id },
  ...{ scope: 'project', target: 'shop', project: 'shop', by: 'security', step_up: 'passkey' },
  personal: { by_identity: expect.any(String), by_name: expect.any(String), reason: expect.any(String) },
});
const second = (message: string) => ({ code: 'SECOND_PERSON_NEEDED', message });

describe('a pause', () => {
  it('is on record with who ordered it, and said in the log', async () => {
    const { world, paused, id } = await withPause();
    expect(paused).toEqual({
      row: {
        ...{ id: expect.stringMatching(/^pau_/), scope: 'project', target: 'shop', reason: 'INC-7', since: NOW },
        ...{ paused_by: 'prn_requester', resume_by: null, resume_at: null, resume_reason: null },
      },
      ...{ entry: 0, revocation: undefined },
    });
    expect(await pausesIn(world)).toEqual([paused.row]);
    expect(await world.entries()).toEqual([{ ...ofPause(id, 'access.paused'), principal: 'prn_requester' }]);
    expect(JSON.parse(world.lines[0] ?? '')).toMatchObject({
      ...{ level: 'warn', message: 'issuing was paused', pause_id: id, scope: 'project', target: 'shop' },
    });
  });

  it('may end what is live in the same commit', async () => {
    const world = await openIssuanceWorld();
    await world.lease();
    const by = { by: OPERATOR, reason: 'INC-7', revoke: true };
    const { row, revocation } = await pause(world.deps, { scope: 'everything', target: '', ...by });
    expect(revocation?.row).toMatchObject({ scope: 'everything', target: '', leases: 1, ended: 1, finished_at: NOW });
    expect((await world.find('lse_00001'))?.state).toBe('ended');
    expect((await world.entries()).slice(0, 2)).toMatchObject([
      { type: 'access.paused', pause_id: row.id, by: 'operator' },
      { type: 'access.revocation_ordered', pause_id: row.id, by: 'operator' },
    ]);
  });

  it.each([
    [
      'project',
      'shpo',
      'The policies in force have no project "shpo", so there is nothing to pause: compare the name with `policy show`.',
    ],
    [
      'entitlement',
      'shop/previews',
      'The policies in force have no entitlement "shop/previews", so there is nothing to pause: compare the name with `policy show`.',
    ],
    ['principal', 'prn_nobody', 'There is no principal "prn_nobody": `leases list --json` names who asked.'],
  ] as const)('of a %s that there is not changes nothing', async (scope, target, message) => {
    const world = await openIssuanceWorld();
    const pausing = pause(world.deps, { scope, target, reason: 'INC-7', by: SAM, revoke: false });
    await expect(pausing).rejects.toMatchObject({ code: 'NOT_FOUND', message });
    expect([await pausesIn(world), await world.entries()]).toEqual([[], []]);
  });
});

describe('a pause that is to end', () => {
  it('is proposed by one, on record with until when', async () => {
    const { world, resuming, paused, id } = await withPause();
    const proposed = { resume_by: 'prn_requester', resume_at: NOW, resume_reason: 'It is over.' };
    expect(await resuming(SAM)).toEqual({
      ...{ outcome: 'proposed', row: { ...paused.row, ...proposed }, entry: 1, endsAt: NOW + HOUR },
    });
    expect(await pausesIn(world)).toEqual([{ ...paused.row, ...proposed }]);
    const ends_at = '2026-11-23T10:00:00.000Z';
    expect((await world.entries()).at(-1)).toEqual({
      ...{ ...ofPause(id, 'access.resume_proposed'), principal: 'prn_requester', ends_at },
    });
    expect(world.lines).toHaveLength(1);
  });

  it('is over once another confirms, on record, and said in the log', async () => {
    const { world, resuming, id } = await withPause();
    await resuming(SAM);
    expect(await resuming(RITA)).toMatchObject({ outcome: 'resumed', alone: false, row: { id } });
    expect(await pausesIn(world)).toEqual([]);
    expect((await world.entries()).at(-1)).toEqual({
      ...{ ...ofPause(id, 'access.resumed'), principal: 'prn_other', alone: false },
    });
    expect(JSON.parse(world.lines[1] ?? '')).toMatchObject({
      ...{ level: 'warn', message: 'issuing was resumed', pause_id: id, scope: 'project', target: 'shop' },
    });
  });

  it.each<[string, OrderedBy, string]>([
    [
      'person',
      SAM,
      'You proposed this yourself: another person of security, or an operator at the machine, has to confirm.',
    ],
    [
      'operator',
      OPERATOR,
      'An operator at the machine proposed this already: a person of security, who is signed in, has to confirm.',
    ],
  ])('is not confirmed by the same %s', async (_who, by, message) => {
    const { world, resuming } = await withPause();
    await resuming(by);
    await expect(resuming(by)).rejects.toMatchObject(second(message));
    expect(await pausesIn(world)).toHaveLength(1);
  });

  it.each<[string, string, OrderedBy, OrderedBy]>([
    ['person', 'operator', SAM, OPERATOR],
    ['operator', 'person', OPERATOR, SAM],
  ])('that a %s proposed is confirmed by an %s', async (_who, _other, ...[by, other]) => {
    const { resuming } = await withPause();
    await resuming(by);
    expect(await resuming(other)).toMatchObject({ outcome: 'resumed', alone: false });
  });

  it('is proposed anew once an hour is over', async () => {
    const { world, resuming, paused } = await withPause();
    await resuming(SAM);
    world.time.now = NOW + HOUR;
    expect(await resuming(RITA)).toMatchObject({ outcome: 'proposed', endsAt: NOW + 2 * HOUR });
    expect(await pausesIn(world)).toMatchObject([{ id: paused.row.id, resume_by: 'prn_other' }]);
    expect(await resuming(SAM)).toMatchObject({ outcome: 'resumed' });
  });

  it('is over by an operator alone where nobody can sign in, and the log says so', async () => {
    const { world, resuming } = await withPause({ by: OPERATOR });
    expect(await resuming(OPERATOR, { nobodyElse: true })).toMatchObject({ outcome: 'resumed', alone: true });
    expect((await world.entries()).at(-1)).toMatchObject({ type: 'access.resumed', alone: true, by: 'operator' });
  });

  it('takes two where a person asks, whoever else can sign in', async () => {
    const { resuming } = await withPause();
    expect(await resuming(SAM, { nobodyElse: true })).toMatchObject({ outcome: 'proposed' });
  });

  it('that a person proposed is confirmed by an operator, and that is not alone', async () => {
    const { resuming } = await withPause();
    await resuming(SAM);
    expect(await resuming(OPERATOR, { nobodyElse: true })).toMatchObject({ outcome: 'resumed', alone: false });
  });

  it('is for others where it is of one’s own access', async () => {
    const { world, resuming } = await withPause({ scope: 'principal', target: 'prn_requester' });
    const own = 'What is paused is your own access: two other people of security have to resume it.';
    await expect(resuming(SAM)).rejects.toMatchObject(second(own));
    expect(await resuming(OPERATOR)).toMatchObject({ outcome: 'proposed' });
    await expect(resuming(SAM)).rejects.toMatchObject(second(own));
    expect(await resuming(RITA)).toMatchObject({ outcome: 'resumed' });
    expect(await pausesIn(world)).toEqual([]);
  });

  it('of a project that has the name of a person is not of that person', async () => {
    const { world, resuming } = await withPause();
    await world.store.commit((tx) =>
      tx.suspensions.insert({
        ...{ id: 'pau_1', scope: 'project', target: 'prn_requester', reason: 'INC-7', since: NOW, paused_by: null },
        ...{ resume_by: null, resume_at: null, resume_reason: null },
      }),
    );
    expect(await resuming(SAM, { id: 'pau_1' })).toMatchObject({ outcome: 'proposed' });
  });

  it('is there', async () => {
    const { resuming } = await withPause();
    await expect(resuming(SAM, { id: 'pau_nothing' })).rejects.toMatchObject({
      ...{
        code: 'NOT_FOUND',
        message: 'There is no pause "pau_nothing", or not any more: `leases list` says what is paused.',
      },
    });
  });
});

describe('a proposal', () => {
  const row = { id: 'pau_1', scope: 'everything', target: '', reason: '', since: 0, paused_by: null } as const;
  const proposedAt = (resume_at: number | null) => ({ ...row, resume_by: null, resume_at, resume_reason: null });

  it.each([
    ['is good for an hour', NOW, NOW + HOUR - 1, NOW + HOUR],
    ['and then no more', NOW, NOW + HOUR, undefined],
    ['that nobody made is none', null, NOW, undefined],
    ['that nobody made is none in the first hour of all time either', null, 0, undefined],
  ])('%s', (_what, at, ...[now, end]) => {
    expect(proposalEnd(proposedAt(at), now as number)).toBe(end);
  });
});

describe('what is said of pauses', () => {
  it('to whoever paused names what stands still, and what does not', async () => {
    const { world, paused, id } = await withPause();
    expect(await pausedAnswer(world.deps, paused)).toEqual({
      pause: {
        ...{ id, scope: 'project', target: 'shop', reason: 'INC-7', since: '2026-11-23T09:00:00.000Z' },
        paused_by: { operator: false, principal: 'prn_requester', name: '1' },
      },
      entry: 0,
      says: [
        'Nothing is issued for the project shop from now on.',
        'What was issued before still works: `revoke` ends it.',
        `To go on: \`resume ${id} --reason "…"\`, which takes two wherever people can sign in.`,
      ],
    });
  });

  it('to whoever ended what is live as well has that too', async () => {
    const { world, paused, id } = await withPause({ by: OPERATOR, revoke: true });
    const answer = await pausedAnswer(world.deps, paused);
    expect(answer.revocation).toMatchObject({
      ...{ scope: 'project', target: 'shop', leases: 0, finished: true },
      says: ['No lease of the project shop is live.', 'New issuances are stopped by the pause.'],
    });
    expect(answer).toMatchObject({ pause: { paused_by: { operator: true } } });
    expect(answer.says).toEqual([
      'Nothing is issued for the project shop from now on.',
      `To go on: \`resume ${id} --reason "…"\`, which takes two wherever people can sign in.`,
    ]);
  });

  it('to whoever proposed says until when another has to confirm', async () => {
    const { world, resuming, id } = await withPause();
    const answer = await resumedAnswer(world.deps, await resuming(OPERATOR));
    const [resume] = [{ by: { operator: true }, at: '2026-11-23T09:00:00.000Z', ends_at: '2026-11-23T10:00:00.000Z' }];
    expect(answer).toMatchObject({
      ...{ outcome: 'proposed', alone: false, pause: { id, resume: { ...resume, reason: 'It is over.' } } },
      says: ['Still paused: a second person has to confirm by 10:00:00 UTC.'],
    });
    expect(answer.pauses).toEqual([answer.pause]);
  });

  it('to whoever confirmed says that it is over', async () => {
    const { world, resuming } = await withPause();
    await resuming(SAM);
    expect(await resumedAnswer(world.deps, await resuming(RITA))).toMatchObject({
      ...{ outcome: 'resumed', alone: false, pauses: [], says: ['That pause of the project shop is over.'] },
    });
  });

  it('to an operator who resumed alone says so, and what is still paused', async () => {
    const { world, resuming } = await withPause({ by: OPERATOR });
    const [other] = [await pause(world.deps, { scope: 'everything', target: '', reason: 'x', by: SAM, revoke: false })];
    const answer = await resumedAnswer(world.deps, await resuming(OPERATOR, { nobodyElse: true }));
    expect(answer).toMatchObject({ outcome: 'resumed', alone: true, pauses: [{ id: other.row.id }] });
    expect(answer.says).toEqual([
      'That pause of the project shop is over.',
      'You resumed it alone, since nobody can sign in here. The log says so.',
      '1 other pause in force.',
    ]);
  });

  it('lists them, the newest first, without a proposal that is over', async () => {
    const { world, resuming, id } = await withPause();
    await resuming(SAM);
    world.time.now = NOW + HOUR;
    const newer = await pause(world.deps, {
      scope: 'everything',
      target: '',
      reason: 'x',
      by: OPERATOR,
      revoke: false,
    });
    const list = await world.store.read(pauseList);
    expect(list).toMatchObject({ now: '2026-11-23T10:00:00.000Z', pauses: [{ id: newer.row.id }, { id }] });
    expect(list.pauses[1]).not.toHaveProperty('resume');
  });

  it('knows a person by what their provider calls them', async () => {
    const { world } = await withPause();
    await world.store.commit((tx) => tx.principals.rename({ provider: 'demo', providerId: '1', name: 'Sam' }));
    const { pauses } = await world.store.read(pauseList);
    expect(pauses[0]?.paused_by).toEqual({ operator: false, principal: 'prn_requester', name: 'Sam' });
  });
});
