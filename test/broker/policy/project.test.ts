// A project's file, held against the organization's and the configuration; its keys one by one are in document.test.ts.
import { describe, expect, it } from 'vitest';
import { buildPolicies, errorsOf, warningsOf, type Yaml } from '../../support/build-policy.ts';

const OWNED = { owner: 'acme/platform' };

describe('a project and the organization', () => {
  it('a project that the organization does not list is an error', () => {
    expect(errorsOf({ organization: { projects: { shopp: OWNED } } })).toContain(
      'shop.yaml project: "shop" is not among the projects of _organization.yaml; did you mean `shopp`?',
    );
    expect(errorsOf({ organization: { projects: {} } })).toContain(
      'shop.yaml project: "shop" is not among the projects of _organization.yaml: add `shop: { owner: acme/platform }` there',
    );
  });

  it.each(['constructor', 'valueof'])('is not listed by being called %s', (project) => {
    expect(errorsOf({ project: { project } })).toContain(
      `shop.yaml project: "${project}" is not among the projects of _organization.yaml: add \`${project}: { owner: acme/platform }\` there`,
    );
  });

  it('two owners are an error', () => {
    expect(errorsOf({ project: { owner: 'acme/security' } })).toEqual([
      'shop.yaml owner: is acme/security, and _organization.yaml says that acme/platform owns this project: the two must agree',
    ]);
  });

  it('what was not offered is an error that names the offer to make', () => {
    expect(errorsOf({ organization: { projects: { shop: OWNED } } })).toEqual([
      'shop.yaml entitlements.preview.credential: the organization offers this project no `jwt` credential: add { kind: jwt, audiences: [https://previews.example.com] } to `projects.shop.may-offer` of _organization.yaml',
    ]);
    expect(errorsOf({ entitlement: { credential: { kind: 'jwt', audience: 'https://other.example.com' } } })).toEqual([
      'shop.yaml entitlements.preview.credential.audience: "https://other.example.com" is not offered (audiences: https://previews.example.com or https://deploy.example.com); add it to an offer of kind `jwt` in `projects.shop.may-offer` of _organization.yaml',
    ]);
  });
});

describe('a project and the configuration', () => {
  const issuers = [
    { name: 'github', owners: { acme: '1001' } },
    { name: 'ghes', owners: { acme: '7' } },
  ];
  const at = (issuer: string | undefined): Yaml => ({
    repositories: [{ name: 'acme/shop', id: '2001', ...(issuer === undefined ? {} : { issuer }) }],
  });

  it('the only issuer need not be named', () => {
    expect(
      buildPolicies({}, { issuers: [{ name: 'ghes', owners: { acme: '7' } }] }).projects.get('shop')?.repositories,
    ).toMatchObject([{ issuer: 'ghes' }]);
    expect(buildPolicies({}, { issuers: undefined }).projects.get('shop')?.repositories).toMatchObject([
      { issuer: 'github' },
    ]);
  });

  it('one of several issuers must be named, and rightly', () => {
    expect(errorsOf({ project: at(undefined) }, { issuers })).toEqual([
      'shop.yaml repositories[0].issuer: is missing: several issuers are configured, and ids of one mean nothing to another; write github or ghes',
    ]);
    expect(errorsOf({ project: at('gehs') }, { issuers })).toEqual([
      'shop.yaml repositories[0].issuer: "gehs" is not an issuer of the configuration; did you mean `ghes`?',
    ]);
    expect(errorsOf({ project: at('x') }, { issuers })).toEqual([
      'shop.yaml repositories[0].issuer: "x" is not an issuer of the configuration: there is github and ghes',
    ]);
    expect(errorsOf({ project: at('ghes') })).toEqual([
      'shop.yaml repositories[0].issuer: "ghes" is not an issuer of the configuration: there is github',
    ]);
    expect(errorsOf({ project: at('ghes') }, { issuers })).toEqual([]);
    expect(errorsOf({ project: at('gehs') }, { issuers: undefined })).toEqual([]);
  });

  it('the issuer that is named is the one whose jobs may ask', () => {
    const { projects } = buildPolicies({ project: at('ghes') }, { issuers });
    expect(projects.get('shop')?.repositories).toEqual([{ issuer: 'ghes', name: 'acme/shop', id: '2001' }]);
  });

  it('says nothing of the owner where the issuer is wrong or nothing is known', () => {
    const project = { repositories: [{ name: 'stranger/shop', id: '2001', issuer: 'gehs' }] };
    expect([warningsOf({ project }), warningsOf({ project }, { issuers: undefined })]).toEqual([[], []]);
  });

  it('warns of an owner whose jobs are refused anyway', () => {
    const project = { repositories: [{ name: 'stranger/shop', id: '2001' }] };
    expect(warningsOf({ project })).toEqual([
      'shop.yaml repositories[0].name: the owner of "stranger/shop" is not among `issuers.github.owners` of the configuration: its jobs are refused',
    ]);
    expect(warningsOf({ project: { repositories: [{ name: 'ACME/shop', id: '2001' }] } })).toEqual([]);
  });
});
