import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { filesOf, setDigest } from '../../../broker/policy/load-policy.ts';
import { formatFinding } from '../../../broker/strict-yaml.ts';
import {
  buildContext,
  buildDocuments,
  buildEntitlement,
  buildOrganization,
  buildPolicies,
  buildProject,
  errorsOf,
  load,
  NOBODY_SIGNS_IN,
  warningsOf,
  yamlText,
} from '../../support/build-policy.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('loadPolicy', () => {
  it('names every document with its digest and its project', () => {
    const [organization, shop] = buildDocuments();
    const { documents, organizationDigest, projects } = buildPolicies();
    expect(documents).toEqual([
      { ...organization, digest: sha256(organization?.text ?? ''), project: undefined },
      { ...shop, digest: sha256(shop?.text ?? ''), project: 'shop' },
    ]);
    expect(organizationDigest).toBe(documents[0]?.digest);
    expect(projects.get('shop')?.digest).toBe(documents[1]?.digest);
  });

  it('names them in the order of their names, the organization among them', () => {
    const projects = buildOrganization()['projects'] as Record<string, unknown>;
    const policies = buildPolicies({
      organization: { projects: { ...projects, two: projects['shop'] } },
      files: { 'A.yaml': yamlText(buildProject({ project: 'two' })) },
    });
    expect(policies.documents.map(({ file }) => file)).toEqual(['A.yaml', '_organization.yaml', 'shop.yaml']);
  });

  it('names a set by its documents, in whatever order they come', () => {
    const documents = buildDocuments();
    const pairs = documents.map(({ file, text }) => [file, sha256(text)]);
    expect(buildPolicies().digest).toBe(sha256(JSON.stringify(pairs)));
    expect(setDigest(documents.toReversed())).toBe(buildPolicies().digest);
    expect(setDigest([...documents, { file: 'x.yaml', text: '' }])).not.toBe(buildPolicies().digest);
  });

  it('loads whole or not at all, with every problem of every file, in order', () => {
    const broken = yamlText(
      buildProject({ project: 'other', owner: 'acme/nobody', entitlements: { x: buildEntitlement({ ttl: 'x' }) } }),
    );
    const result = load({ entitlement: { risk: 'no', ttl: 'x' }, files: { 'a.yaml': broken } });
    expect(result.ok).toBe(false);
    const lines = result.ok ? [] : result.findings.map(formatFinding);
    expect(lines.map((line) => line.replace(/:\d+:\d+:/, '').split(':')[0])).toEqual([
      'a.yaml entitlements.x.ttl',
      'shop.yaml entitlements.preview.risk',
      'shop.yaml entitlements.preview.ttl',
    ]);
  });

  it('refuses two files of one project', () => {
    expect(errorsOf({ files: { 'shop2.yaml': yamlText(buildProject()) } })).toEqual([
      'shop2.yaml project: "shop" is already the project of shop.yaml: one project is one file',
    ]);
  });

  it('takes the first of them, in the order of their names, for the one that was there', () => {
    expect(errorsOf({ files: { 'a.yaml': yamlText(buildProject()) } })).toEqual([
      'shop.yaml project: "shop" is already the project of a.yaml: one project is one file',
    ]);
  });

  it('knows the organization’s file by its name, and takes all others for projects', () => {
    const documents = ['shop.yaml', '_organization.yaml', 'a.yaml'].map((file) => ({ file, text: '' }));
    expect(filesOf(documents, buildContext())).toEqual([
      { kind: 'organization', file: '_organization.yaml', text: '' },
      { kind: 'project', file: 'a.yaml', text: '' },
      { kind: 'project', file: 'shop.yaml', text: '' },
    ]);
  });

  it('allows two projects that list one repository', () => {
    const organization = buildOrganization();
    const projects = organization['projects'] as Record<string, unknown>;
    const policies = buildPolicies({
      organization: { projects: { ...projects, two: projects['shop'] } },
      files: { 'two.yaml': yamlText(buildProject({ project: 'two' })) },
    });
    expect([...policies.projects.keys()]).toEqual(['shop', 'two']);
  });

  it.each([
    [
      'approval',
      { approval: { by: 'acme/security' } },
      'entitlements.preview: needs approval by 1 of acme/security within 30m, and nobody can sign in at this broker yet (`sign-in`): it loads, and refuses every job with APPROVAL_UNAVAILABLE',
    ],
    [
      'break-glass',
      { 'break-glass': { for: 'acme/security', notify: 'acme/security' } },
      'entitlements.preview: needs break-glass by 1 of acme/security, and nobody can sign in at this broker yet (`sign-in`): it loads, and refuses every job with APPROVAL_UNAVAILABLE',
    ],
    [
      'requester',
      { allow: [{ requester: 'acme/security' }] },
      'entitlements.preview.allow[0].requester: needs a fact that this broker cannot ask for yet: the rule loads, and never holds (FACT_UNAVAILABLE)',
    ],
    [
      'protected-environment',
      { allow: [{ 'protected-environment': true }] },
      'entitlements.preview.allow[0].protected-environment: needs a fact',
    ],
  ])('warns of %s, which nobody can answer for yet', (_what, entitlement, warning) => {
    const warnings = warningsOf({ entitlement }, { people: NOBODY_SIGNS_IN });
    expect(warnings).toEqual([expect.stringContaining(`shop.yaml ${warning}`)]);
  });

  it('warns of nothing where everything is there', () => {
    expect(warningsOf({})).toEqual([]);
    expect(
      warningsOf({
        entitlement: {
          mode: 'observe',
          expires: '2020-01-01',
        },
      }),
    ).toEqual([]);
  });

  it('warns of keys whose part of the broker is not built: they have no effect yet', () => {
    const deployment = { for: 'acme/security', workflow: '.github/workflows/deploy.yml', ref: 'main' };
    const entitlement = { review: { every: '90d', by: 'acme/security' }, deployment };
    expect(warningsOf({ entitlement })).toEqual(
      ['review', 'deployment'].map((key) =>
        expect.stringContaining(`entitlements.preview.${key}: is read and checked, but has no effect yet`),
      ),
    );
  });

  it('lists two hundred findings, and says how many more there are', () => {
    const result = load({ entitlement: { allow: Array.from({ length: 300 }, () => ({ requester: 'acme/nobody' })) } });
    const messages = result.ok ? [] : result.findings.map(({ message }) => message);
    expect(messages).toHaveLength(201);
    expect(messages.at(-1)).toBe('100 more findings are not listed');
  });
});
