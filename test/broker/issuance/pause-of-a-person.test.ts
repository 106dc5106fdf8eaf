import { describe, expect, it } from 'vitest';
import { pausedAnswer } from '../../../broker/issuance/access-answers.ts';
import { OPERATOR } from '../../../broker/issuance/ordered-by.ts';
import { pause } from '../../../broker/issuance/pauses.ts';
import type { SessionRow } from '../../../broker/store/sessions.ts';
import { MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

describe('a pause of a person', () => {
  const SESSION: Omit<SessionRow, 'id' | 'token_hash'> = {
    ...{ kind: 'browser', principal_id: 'prn_other', provider: 'demo', proofs: '[]', started_at: NOW, seen_at: NOW },
    ...{ ends_at: NOW + 60 * MINUTE, stepped_up_at: null, step_up_method: null, challenge: null },
  };

  async function ofPerson() {
    const world = await openIssuanceWorld();
    const { store, deps } = world;
    await store.commit(async (tx) => {
      for (const id of ['ses_1', 'ses_2']) await tx.sessions.insert({ ...SESSION, id, token_hash: id });
      await tx.sessions.insert({ ...SESSION, id: 'ses_3', token_hash: 'ses_3', principal_id: 'prn_requester' });
    });
    const asked = { scope: 'principal', target: 'prn_other', reason: 'INC-7', by: OPERATOR, revoke: false } as const;
    return { world, paused: await pause(deps, asked) };
  }

  it('ends their sessions and nobody else’s, and the entry says how many', async () => {
    const { world, paused } = await ofPerson();
    const left = await world.store.read((tx) => Promise.all(['ses_1', 'ses_2', 'ses_3'].map(tx.sessions.byId)));
    expect(left.map((row) => row?.id)).toEqual([undefined, undefined, 'ses_3']);
    expect(await world.entries()).toMatchObject([{ type: 'access.paused', target: 'prn_other', sessions: 2 }]);
    expect(paused.sessions).toBe(2);
  });

  it('says so to whoever ordered it', async () => {
    const { world, paused } = await ofPerson();
    expect((await pausedAnswer(world.deps, paused)).says[1]).toBe(
      '2 sessions of theirs ended, in browsers and of command lines. They may sign in again while their provider lets them: block them there.',
    );
  });
});
