import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../broker/facts.ts';
import { catalogFor } from '../../../broker/requests/catalog.ts';
import { buildEntitlement, buildProject, type PolicyParts, type Yaml, yamlText } from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';
import { openRequestsWorld } from './requests-world.ts';

const OWNED = { owner: 'acme/platform', 'may-offer': [{ kind: 'jwt', audiences: ['https://previews.example.com'] }] };
const ELSEWHERE = [{ name: 'acme/other', id: '7' }];

const numbered = (many: number): Yaml =>
  Object.fromEntries(Array.from({ length: many }, (_, at) => [`e${String(at).padStart(3, '0')}`, buildEntitlement()]));

/** Projects with these entitlements, of the repository that asks. */
function policyOf(projects: Readonly<Record<string, Yaml>>, others: Readonly<Record<string, Yaml>> = {}): PolicyParts {
  const files = Object.fromEntries([
    ...Object.entries(projects).map(([project, entitlements]) => [
      `${project}.yaml`,
      yamlText(buildProject({ project, entitlements })),
    ]),
    ...Object.entries(others).map(([project, entitlements]) => [
      `${project}.yaml`,
      yamlText(buildProject({ project, entitlements, repositories: ELSEWHERE })),
    ]),
  ]);
  const names = [...Object.keys(projects), ...Object.keys(others)];
  return { files, organization: { projects: Object.fromEntries(names.map((name) => [name, OWNED])) } };
}

async function catalogOf(policy: PolicyParts, { after, facts = {} }: { after?: string; facts?: Facts } = {}) {
  const { store, deps, pause, types } = await openRequestsWorld({ policy });
  const read = () => store.read((tx) => catalogFor(deps, tx, { subject: buildSubject(), after, facts }));
  return { read, pause, types };
}

async function pageOf(policy: PolicyParts, more: { after?: string; facts?: Facts } = {}) {
  const page = await (await catalogOf(policy, more)).read();
  if ('needed' in page) throw new Error('facts are missing');
  return { next: page.next, scopes: page.items.map(({ scope, decision }) => `${scope} ${decision.outcome}`) };
}

describe('the catalog of a job', () => {
  const RELEASE = buildEntitlement({ allow: [{ branch: 'release' }] });
  const policy = policyOf(
    { web: { b: RELEASE, a: buildEntitlement() }, shop: { preview: buildEntitlement() } },
    { secret: { hidden: buildEntitlement() } },
  );

  it('has what its projects have, by name and each decided as an ask would be, and nothing of others', async () => {
    expect(await pageOf(policy)).toEqual({
      scopes: ['shop/preview permit', 'web/a permit', 'web/b deny'],
      next: undefined,
    });
  });

  it('goes on after the one that it is told', async () => {
    expect((await pageOf(policy, { after: 'web/a' })).scopes).toEqual(['web/b deny']);
    expect((await pageOf(policy, { after: 'web' })).scopes).toEqual(['web/a permit', 'web/b deny']);
  });

  it('is a page of fifty at most, with where the next one begins', async () => {
    const [full, more] = [
      await pageOf(policyOf({ shop: numbered(50) })),
      await pageOf(policyOf({ shop: numbered(51) })),
    ];
    expect([full.scopes.length, full.next]).toEqual([50, undefined]);
    expect([more.scopes.length, more.next]).toEqual([50, 'shop/e049']);
    expect(await pageOf(policyOf({ shop: numbered(51) }), { after: 'shop/e049' })).toEqual({
      scopes: ['shop/e050 permit'],
      next: undefined,
    });
  });

  it('has no place on its pages for what is not its own', async () => {
    const crowded = policyOf({ shop: { preview: buildEntitlement() } }, { secret: numbered(51) });
    expect(await pageOf(crowded)).toEqual({ scopes: ['shop/preview permit'], next: undefined });
  });

  it('writes nothing down, and is not told while everything is paused', async () => {
    const { read, pause, types } = await catalogOf(policy);
    await read();
    expect(await types()).toEqual([]);
    await pause('everything', '');
    await expect(read()).rejects.toMatchObject({ code: 'PAUSED' });
  });

  it('needs the facts of all of it at once', async () => {
    const [byTeam, guarded] = [{ requester: 'acme/security' }, { 'protected-environment': true }];
    const facts = policyOf({
      shop: {
        a: buildEntitlement({ allow: [{ branch: 'main', ...byTeam }] }),
        b: buildEntitlement({ allow: [{ branch: 'main', ...guarded }] }),
        c: buildEntitlement(),
      },
    });
    const { store, deps } = await openRequestsWorld({ policy: facts });
    const subject = buildSubject({ environment: 'production' });
    const of = (known: Facts) => store.read((tx) => catalogFor(deps, tx, { subject, after: undefined, facts: known }));
    expect(await of({})).toEqual({
      needed: { ...{ run: true, commit: false, policies: [], environment: true }, teams: [expect.anything()] },
    });
    const page = await of({ nobody: 'no App' });
    expect('items' in page && page.items.map(({ decision }) => decision.outcome)).toEqual(['deny', 'deny', 'permit']);
  });
});
