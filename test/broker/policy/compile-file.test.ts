// A project is compiled again where its file changes, or what it is compiled under: as much of the organization's file as it
// depends on, and no more.
import { describe, expect, it } from 'vitest';
import { compiledUnder, readProject } from '../../../broker/policy/compile-file.ts';
import type { ProjectDocument } from '../../../broker/policy/document.ts';
import { checkOrganization } from '../../../broker/policy/organization.ts';
import type { OrganizationDocument } from '../../../broker/policy/organization-document.ts';
import { type Packed, parseFile, unpack } from '../../../broker/policy/policy-file.ts';
import { credentialKinds } from '../../../broker/providers/credential-kinds.ts';
import { buildOrganization, buildProject, type Yaml, yamlText } from '../../support/build-policy.ts';

const { teams, projects } = buildOrganization() as Record<'teams' | 'projects', Record<string, Yaml>>;

/** What `shop` is compiled under, which names the team acme/security. */
function keyOf(organization: Yaml): string {
  const preview = {
    ...{ risk: 'low', credential: { kind: 'jwt', audience: 'https://previews.example.com' }, ttl: '10m' },
    ...{ allow: [{ branch: 'main' }], approval: { by: 'acme/security' } },
  };
  const text = yamlText(buildProject({ entitlements: { preview } }));
  const project = parseFile({ kind: 'project', file: 'shop.yaml', text }) as Packed<ProjectDocument>;
  const read = readProject({ file: 'shop.yaml', digest: '' }, unpack(project));
  const file = '_organization.yaml';
  const parsed = parseFile({ kind: 'organization', file, text: yamlText(buildOrganization(organization)) });
  const options = { file, kinds: credentialKinds(['jwt']), people: undefined };
  const checked = checkOrganization(unpack(parsed as Packed<OrganizationDocument>), options);
  if (checked.organization === undefined || !read.ok) throw new Error('both files must be right');
  return compiledUnder(checked.organization, read);
}

const FREEZE = { from: '2026-12-20T00:00', to: '2027-01-02T00:00', zone: 'Europe/Berlin', reason: 'Holidays' };
const waiverOf = (entitlement: string): Yaml => ({
  waivers: [{ entitlement, of: 'approval', until: '2030-01-01', owner: 'acme/security', reason: 'Old' }],
});
const withoutSecurity = Object.fromEntries(Object.entries(teams).filter(([name]) => name !== 'acme/security'));

describe('a project is compiled again', () => {
  it.each<[what: string, organization: Yaml]>([
    ['a guardrail', { guardrails: { 'longest-ttl': { low: '1h' } } }],
    ['another guardrail', { guardrails: { require: [{ needs: ['approval'] }] } }],
    ['a waiver of its own', { guardrails: waiverOf('shop/preview') }],
    ['a value of its own that never dies', { guardrails: { 'allow-static': ['shop/preview'] } }],
    ['what it may offer', { projects: { shop: { owner: 'acme/platform' } } }],
    ['that it is listed', { projects: {} }],
    ['that a team which it names is there', { teams: withoutSecurity }],
    ['whom such a team is of', { teams: { ...teams, 'acme/security': { 'sign-in': 'sso', group: 'security' } } }],
  ])('where %s is changed', (_what, organization) => {
    expect(keyOf(organization)).not.toBe(keyOf({}));
  });

  it.each<[what: string, organization: Yaml]>([
    ['a freeze, which stands in the set', { guardrails: { freeze: [FREEZE] } }],
    ['a waiver of a project whose name only starts alike', { guardrails: waiverOf('shop-2/preview') }],
    ['a value of another project that never dies', { guardrails: { 'allow-static': ['web/shop'] } }],
    ['another project', { projects: { ...projects, web: { owner: 'acme/security' } } }],
    ['a team that it does not name', { teams: { ...teams, 'acme/new': { github: '1' } } }],
    ['another id of a team', { teams: { ...teams, 'acme/security': { github: '5000' } } }],
  ])('not for %s', (_what, organization) => {
    expect(keyOf(organization)).toBe(keyOf({}));
  });
});
