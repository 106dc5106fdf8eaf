import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { filesOf, setDigest } from '../../../broker/policy/load-policy.ts';
import { formatFinding } from '../../../broker/yaml/strict-yaml.ts';
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

const REVIEW = { every: '90d', by: 'acme/security' };
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

  it('gives the findings in the order of files, of lines, and of what stands on one line', () => {
    const people = `review: { every: 90d, by: acme/x }, approval: { by: acme/y }`;
    const credential = 'credential: { kind: jwt, audience: https://previews.example.com }';
    const text = [
      'project: shop',
      'repositories: [ { name: acme/shop, id: "2001" } ]',
      'entitlements:',
      `  x: { risk: low, ${credential}, ttl: 10m, allow: [ { branch: main } ], ${people} }`,
      'owner: acme/security',
    ].join('\n');
    const result = load({ files: { 'B.yaml': yamlText(buildProject({ owner: 'acme/x' })), 'shop.yaml': text } });
    const places = result.ok ? [] : result.findings.map(({ file, line, key }) => `${file}:${line} ${key}`);
    expect(places).toEqual([
      'B.yaml:3 owner',
      'shop.yaml:1 project',
      'shop.yaml:4 entitlements.x.review.by',
      'shop.yaml:4 entitlements.x.approval.by',
      'shop.yaml:5 owner',
    ]);
  });

  it('gives the warnings in that order too, those of the organization’s file among them', () => {
    const projects = buildOrganization()['projects'] as Record<string, unknown>;
    const two = buildProject({ project: 'two', entitlements: { preview: buildEntitlement({ review: REVIEW }) } });
    const parts = {
      organization: {
        projects: { ...projects, two: projects['shop'] },
        guardrails: { 'allow-static': ['shop/x'] },
      },
      files: { 'A.yaml': yamlText(two) },
    };
    const people = { signIn: [], roles: { security: ['acme/nobody'] } };
    expect(load(parts, { people }).warnings.map(({ file, key }) => `${file} ${key}`)).toEqual([
      'A.yaml entitlements.preview.review',
      '_organization.yaml teams',
      '_organization.yaml guardrails.allow-static[0]',
    ]);
  });

  it('says nothing of names of entitlements beside errors, for which they may only not be there', () => {
    const organization = { guardrails: { 'allow-static': ['shop/x'] } };
    expect(load({ organization, project: { owner: 'acme/x' } })).toMatchObject({ ok: false, warnings: [] });
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

  it('names the first of more than two', () => {
    const again = yamlText(buildProject());
    expect(errorsOf({ files: { 'shop2.yaml': again, 'shop3.yaml': again } }).at(-1)).toBe(
      'shop3.yaml project: "shop" is already the project of shop.yaml: one project is one file',
    );
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
    const entitlement = { review: REVIEW, deployment };
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
    const [first, last] = result.ok ? [] : [result.findings[0], result.findings.at(-1)];
    expect(last).toMatchObject({ file: 'shop.yaml', key: '', line: (first?.line ?? 0) + 200 });
  });
});
