// What people read about a change of projects and of what is in them.
import { describe, expect, it } from 'vitest';
import { diffPolicies } from '../../../../broker/policy/diff/diff.ts';
import {
  buildContext,
  buildEntitlement,
  buildPolicies,
  buildProject,
  type PolicyParts,
  type Yaml,
  yamlText,
} from '../../../support/build-policy.ts';
import { diffLines, MAY_NOW, NO_LONGER, PUSH } from '../../../support/diff-lines.ts';

describe('jobs of the one repository that a token is for', () => {
  const token = (repository: string, vouched: Yaml[] = []): PolicyParts => {
    const credential = { kind: 'github-token', repositories: repository, permissions: { contents: 'read' } };
    return {
      organization: { projects: { shop: { owner: 'acme/platform', repositories: vouched } } },
      project: {
        repositories: ['acme/shop', 'acme/api'].map((name, at) => ({ name, id: `${2001 + at}` })),
        entitlements: { preview: buildEntitlement({ allow: [PUSH], credential }) },
      },
    };
  };

  it('are others where it is for another one, though no rule changed', () => {
    expect(diffLines(token('acme/shop'), token('acme/api'))).toEqual([
      `gains: jobs of acme/api on branch main by push ${MAY_NOW}`,
      'other: shop/preview `credential.repositories` is [{"id":"2002","name":"acme/api"}], and was [{"id":"2001","name":"acme/shop"}]',
      `loses: jobs of acme/shop on branch main by push ${NO_LONGER}`,
    ]);
  });

  it('are those of all once the organization calls it the project’s', () => {
    expect(diffLines(token('acme/shop'), token('acme/shop', [{ name: 'acme/shop', id: '2001' }]))).toEqual([
      `gains: jobs of acme/api on branch main by push ${MAY_NOW}`,
      'wider: _organization.yaml: the repository acme/shop (2001) is one of the project shop, which may hand out tokens for it',
    ]);
  });
});

describe('a project', () => {
  const buildWeb = (overrides: Yaml = {}): PolicyParts => ({
    files: {
      'web.yaml': yamlText(
        buildProject({
          project: 'web',
          repositories: [{ name: 'acme/web', id: '2005' }],
          entitlements: { preview: buildEntitlement({ allow: [PUSH] }) },
          ...overrides,
        }),
      ),
    },
    organization: { projects: { ...BOTH } },
  });
  const offers = [{ kind: 'jwt', audiences: ['https://previews.example.com'] }];
  const BOTH = Object.fromEntries(
    ['shop', 'web'].map((name) => [name, { owner: 'acme/platform', 'may-offer': offers }]),
  );
  const without: PolicyParts = { organization: { projects: { ...BOTH } } };

  it('is new or gone with all its entitlements', () => {
    expect(diffLines(without, buildWeb())).toEqual([
      'gains: jobs of acme/web on branch main by push may now have web/preview (the first rule)',
      'wider: web is a new project, of acme/platform',
      'wider: web/preview is new, a credential of kind jwt',
    ]);
    expect(diffLines(buildWeb(), without)).toEqual([
      'narrower: web is gone, with all that it offered',
      'narrower: web/preview is gone',
      'loses: jobs of acme/web on branch main by push may no longer have web/preview (it was the first rule)',
    ]);
  });

  it('is told beside the others, each difference with what it is of', () => {
    const preview = buildEntitlement({ allow: [{ branch: 'x', event: 'push' }, PUSH] });
    const repositories = [{ name: 'acme/x', id: '2005' }];
    const [before, now] = [buildWeb(), buildWeb({ title: 'Other', repositories, entitlements: { preview } })];
    const differences = diffPolicies(buildPolicies(before), buildPolicies(now));
    expect(differences.map(({ of, text, rule, witness }) => [of, text, rule, witness?.subject.ref])).toEqual([
      [
        'web/preview',
        'jobs of acme/x on branch x by push may now have web/preview (the first rule)',
        ...[0, 'refs/heads/x'],
      ],
      ['web', 'web calls the repository github/2005 acme/x, and before acme/web', undefined, undefined],
      ['web', 'web `title` is other words for people', undefined, undefined],
    ]);
    const back = diffPolicies(buildPolicies(now), buildPolicies(before));
    expect(back.filter(({ direction }) => direction === 'loses')).toMatchObject([
      { of: 'web/preview', rule: 0, witness: { subject: { ref: 'refs/heads/x', repository: 'acme/web' } } },
    ]);
  });

  it('belongs to somebody else, and words for people', () => {
    const owner = (name: string): PolicyParts => ({
      project: { owner: name, title: name },
      organization: { projects: { shop: { owner: name, 'may-offer': offers } } },
    });
    expect(diffLines(owner('acme/platform'), owner('acme/security'))).toEqual([
      'wider: _organization.yaml: acme/security owns the project shop now, and before acme/platform',
      'other: shop is owned by acme/security now, and was by acme/platform',
      'neutral: shop `title` is other words for people',
    ]);
  });
});

describe('two versions', () => {
  it('differ in nothing where only comments and the order of keys do', () => {
    const [one, other] = [
      { files: {} },
      { project: { title: 'Web shop', entitlements: { preview: buildEntitlement() } } },
    ];
    expect(diffLines(one, other)).toEqual([]);
  });

  it('are compared without owners where no configuration names any', () => {
    const context = buildContext({ issuers: undefined });
    const [a, b] = ['acme/shop', 'other/shop'].map((name) =>
      buildPolicies({ project: { repositories: [{ name, id: '2001' }], entitlements: { preview: ANY } } }, context),
    );
    const [c] = [buildPolicies({ entitlement: { allow: [PUSH] } }, context)];
    if (a === undefined || b === undefined) throw new Error('there are two');
    expect(diffPolicies(a, b).map(({ direction }) => direction)).toEqual(['other']);
    expect(diffPolicies(c, a).map(({ direction }) => direction)).toContain('gains');
  });

  it('that cannot be read again are no two without a difference', () => {
    const set = buildPolicies();
    const [organization, shop] = set.documents;
    const broken = (documents: unknown[]) => ({
      ...set,
      digest: 'other',
      documents: documents as typeof set.documents,
    });
    expect(() => diffPolicies(set, broken([organization, { ...shop, text: 'project: [' }]))).toThrow(
      'shop.yaml was loaded, and cannot be read any more',
    );
    expect(() => diffPolicies(broken([shop]), set)).toThrow(
      'a set of policies without an organization file is never loaded',
    );
  });
});

const ANY = buildEntitlement({ allow: [{ branch: '**', event: 'push' }] });
