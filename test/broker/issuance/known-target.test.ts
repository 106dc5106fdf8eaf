import { describe, expect, it } from 'vitest';
import { hasTarget, refuseUnknownPrincipal } from '../../../broker/issuance/known-target.ts';
import type { InForce } from '../../../broker/policy/in-force-source.ts';
import { buildEntitlement, buildPolicies } from '../../support/build-policy.ts';
import { openIssuanceWorld } from '../../support/issuance-world.ts';

const unreadable: InForce = async () => {
  throw new Error('loading');
};

describe('what an order names', () => {
  it.each([
    ['project', 'shop', true],
    ['project', 'shpo', false],
    ['entitlement', 'shop/preview', true],
    ['entitlement', 'shop/previews', false],
    ['entitlement', 'shpo/preview', false],
    ['commit', 'shpo', true],
    ['everything', '', true],
  ])('as a %s is looked for in the policies where it would stand there: %s', async (scope, target, known) => {
    const { store } = await openIssuanceWorld();
    const entitlements = { preview: buildEntitlement(), deploy: buildEntitlement() };
    const policies = async () => buildPolicies({ project: { entitlements } });
    expect(await store.read((tx) => hasTarget(policies, tx, { scope, target }))).toBe(known);
  });

  it('is taken as it is where no policies can be read', async () => {
    const { store } = await openIssuanceWorld();
    const of = { scope: 'project', target: 'shpo' };
    expect(await store.read((tx) => hasTarget(unreadable, tx, of))).toBe(true);
  });

  it('as a person is one that there is', async () => {
    const { store } = await openIssuanceWorld();
    await store.read((tx) => refuseUnknownPrincipal(tx, 'prn_other'));
    await expect(store.read((tx) => refuseUnknownPrincipal(tx, 'prn_ohter'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no principal "prn_ohter": `leases list --json` names who asked.',
    });
  });
});
