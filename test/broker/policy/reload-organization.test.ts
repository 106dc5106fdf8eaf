// A change of the organization's file reaches the projects whose files did not change, though what was compiled of them is kept.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { type LoadResult, loadPolicy } from '../../../broker/policy/load-policy.ts';
import { parseFile } from '../../../broker/policy/policy-file.ts';
import { createPolicyLoader } from '../../../broker/policy/policy-loader.ts';
import {
  buildAsk,
  buildContext,
  buildDocuments,
  buildOrganization,
  buildStaticSecret,
  outcomeOf,
  type PolicyParts,
  type Yaml,
} from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const { shop } = buildOrganization()['projects'] as { shop: Yaml };
const ofShop = (parts: Yaml): Yaml => ({ projects: { shop: { ...shop, ...parts } } });
const guarded = (guardrails: Yaml): Yaml => ({ guardrails });

const NEEDS_APPROVAL = { require: [{ needs: ['approval'] }] };
const waiver = (parts: Yaml = {}): Yaml => ({
  ...{ entitlement: 'shop/preview', of: 'approval', until: '2026-12-31', owner: 'acme/security', reason: 'Old' },
  ...parts,
});
const waived = (...waivers: Yaml[]): Yaml => guarded({ ...NEEDS_APPROVAL, waivers });
const STATIC = buildStaticSecret();
const TWO = [
  { name: 'acme/shop', id: '2001' },
  { name: 'acme/libs', id: '2002' },
];
const TOKEN = {
  project: { repositories: TWO },
  entitlement: {
    credential: { kind: 'github-token', repositories: ['acme/shop', 'acme/libs'], permissions: { contents: 'read' } },
  },
};
const teams = ({ 'acme/security': _, ...others }: Yaml): Yaml => others;
const WITHOUT_SECURITY = { teams: teams(buildOrganization()['teams'] as Yaml) };
const ASKS_SECURITY = { entitlement: { approval: { by: 'acme/security' } } };
const FREEZE = { from: '2026-11-01T00:00', to: '2026-12-01T00:00', zone: 'UTC', reason: 'Stop' };

/** What jobs get, or the first error. */
function said(loaded: LoadResult): string {
  if (!loaded.ok) return loaded.findings[0]?.message ?? '';
  return outcomeOf(evaluate(loaded.policies, buildSubject(), buildAsk()));
}

describe('after a change of the organization’s file', () => {
  it.each<[what: string, project: PolicyParts, before: Yaml, after: Yaml, said: string]>([
    ['of who owns the project', {}, {}, ofShop({ owner: 'acme/security' }), 'the two must agree'],
    ['that takes an offer back', {}, {}, ofShop({ 'may-offer': [] }), 'offers this project no `jwt` credential'],
    ['that takes the project out', {}, {}, { projects: {} }, '"shop" is not among the projects'],
    [
      'that no longer gives it a repository',
      TOKEN,
      ofShop({ repositories: TWO }),
      ofShop({ repositories: [] }),
      'by the word of its own file alone',
    ],
    ['of the longest ttl', {}, {}, guarded({ 'longest-ttl': { low: '5m' } }), 'write 5m or less'],
    ['of what is required', {}, {}, guarded(NEEDS_APPROVAL), 'asks every entitlement for `approval`'],
    ['of what may never be', {}, {}, guarded({ never: { events: ['push'] } }), 'forbids jobs of `push`'],
    ['that takes a waiver back', {}, waived(waiver()), waived(), 'asks every entitlement for `approval`'],
    [
      'that gives the waiver to another project',
      {},
      waived(waiver()),
      waived(waiver({ entitlement: 'shop2/preview' })),
      'asks every entitlement for `approval`',
    ],
    ['that ends a waiver', {}, waived(waiver()), waived(waiver({ until: '2026-11-01' })), 'WAIVER_EXPIRED'],
    [
      'that no longer names a value that never dies',
      STATIC,
      STATIC.organization ?? {},
      { ...STATIC.organization, guardrails: { 'allow-static': ['shop/other'] } },
      'add shop/preview to `allow-static`',
    ],
    ['that takes a team out', ASKS_SECURITY, {}, WITHOUT_SECURITY, 'the team "acme/security" is not among the teams'],
    ['that freezes everything', {}, {}, guarded({ freeze: [FREEZE] }), 'FROZEN'],
  ])('%s, an unchanged project is as it would be loaded anew', async (_what, ...[project, before, after, end]) => {
    const { load } = createPolicyLoader(buildContext(), {
      parseAll: (files) => files.map(async (file) => parseFile(file)),
      breathe: () => undefined,
    });
    const [first, second] = [before, after].map((organization) => buildDocuments({ ...project, organization }));
    expect(await load(first ?? [])).toMatchObject({ ok: true });
    const changed = await load(second ?? []);
    expect(said(changed)).toContain(end);
    expect(said(changed)).toBe(said(loadPolicy(second ?? [], buildContext())));
    expect(await load(first ?? [])).toMatchObject({ ok: true });
  });

  it('an error of an unchanged project names what there is now', async () => {
    const { load } = createPolicyLoader(buildContext(), {
      parseAll: (files) => files.map(async (file) => parseFile(file)),
      breathe: () => undefined,
    });
    const project = { entitlement: { approval: { by: 'acme/securty' } } };
    const [before, after] = [{}, WITHOUT_SECURITY].map((organization) => buildDocuments({ ...project, organization }));
    expect(said(await load(before ?? []))).toContain('did you mean `acme/security`?');
    expect(said(await load(after ?? []))).not.toContain('did you mean');
  });

  it('of the group that a team is, what is said of asking GitHub about it changes too', async () => {
    const { load } = createPolicyLoader(buildContext({ facts: true }), {
      parseAll: (files) => files.map(async (file) => parseFile(file)),
      breathe: () => undefined,
    });
    const project = { entitlement: { allow: [{ branch: 'main', requester: 'acme/security' }] } };
    const elsewhere = {
      teams: { ...(buildOrganization()['teams'] as Yaml), 'acme/security': { 'sign-in': 'sso', group: 'security' } },
    };
    const [here, there] = [{}, elsewhere].map((organization) => buildDocuments({ ...project, organization }));
    expect((await load(here ?? [])).warnings).toEqual([]);
    expect((await load(there ?? [])).warnings).toMatchObject([
      { message: expect.stringContaining('GitHub cannot be asked about') },
    ]);
    expect((await load(here ?? [])).warnings).toEqual([]);
  });
});
