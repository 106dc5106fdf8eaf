import { describe, expect, it } from 'vitest';
import {
  isSame,
  OPERATOR,
  orderedBy,
  orderedPersonal,
  principalOf,
  securityPerson,
} from '../../../broker/issuance/ordered-by.ts';
import type { SignedIn } from '../../../broker/model.ts';
import { openIssuanceWorld } from '../../support/issuance-world.ts';

const signedIn = (changes: Partial<SignedIn> = {}): SignedIn => ({
  ...{ sessionId: 'ses_1', principal: 'prn_sam', name: 'Sam', teams: new Set(), roles: new Set() },
  identities: [
    { provider: 'github', providerId: '501', name: 'sam' },
    { provider: 'okta', providerId: '7', name: 'Sam' },
  ],
  ...{ steppedUpAt: 0, stepUpMethod: 'passkey' },
  ...changes,
});

describe('who orders', () => {
  it('is on record as a person by their principal, and by name only where that can be erased', () => {
    const sam = securityPerson(signedIn());
    expect(principalOf(sam)).toBe('prn_sam');
    expect(orderedBy(sam)).toEqual({ by: 'security', principal: 'prn_sam', step_up: 'passkey' });
    const personal = { by_identity: 'github 501, okta 7', by_name: 'Sam', reason: 'INC-7' };
    expect(orderedPersonal(sam, 'INC-7')).toEqual(personal);
  });

  it('has shown nothing more where the session says of no way', () => {
    expect(orderedBy(securityPerson(signedIn({ stepUpMethod: undefined })))).toMatchObject({ step_up: 'none' });
  });

  it('is nobody by name where it is the operator at the machine', () => {
    expect(principalOf(OPERATOR)).toBeNull();
    expect(orderedBy(OPERATOR)).toEqual({ by: 'operator', step_up: 'none' });
    expect(orderedPersonal(OPERATOR, 'INC-7')).toStrictEqual({ reason: 'INC-7' });
  });
});

describe('two who order', () => {
  it.each<[string, string | null, string | null, boolean]>([
    ['the same person', 'prn_sam', 'prn_sam', true],
    ['the same person under two principals', 'prn_sam', 'prn_samuel', true],
    ['two people', 'prn_sam', 'prn_rita', false],
    ['two operators', null, null, true],
    ['a person and an operator', 'prn_sam', null, false],
    ['an operator and a person', null, 'prn_sam', false],
  ])('are %s', async (_what, ...[one, other, same]) => {
    const { store } = await openIssuanceWorld();
    await store.commit(async (tx) => {
      for (const name of ['sam', 'samuel', 'rita'])
        await tx.principals.create({ provider: 'demo', providerId: name, kind: 'person', id: `prn_${name}`, at: 0 });
      await tx.principals.merge('prn_samuel', 'prn_sam');
    });
    expect(await store.read((tx) => isSame(tx, one, other))).toBe(same);
  });
});
