// A project may list repositories of two GitHubs; what each numbers and names for itself is never compared across them.
import { expect, test } from 'vitest';
import { errorsOf, type Yaml } from '../../support/build-policy.ts';

const issuers = [
  { name: 'github', owners: { acme: '1001' } },
  { name: 'ghes', owners: { acme: '7' } },
];

test('what one issuer numbers or names is not compared with what another does', () => {
  const project = {
    repositories: [
      { name: 'acme/shop', id: '2001', issuer: 'github' },
      { name: 'acme/store', id: '77', issuer: 'ghes' },
    ],
  };
  const errors = (rule: Yaml) => errorsOf({ project, entitlement: { allow: [rule] } }, { issuers });
  const rule = { branch: 'main', actor: '501' };
  expect(errors(rule)).toEqual([
    'shop.yaml entitlements.preview.allow[0].actor: would mean something else at each of github and ghes: name the `repository` of one of them in this rule, or make a project for each',
  ]);
  expect(errors({ ...rule, repository: 'acme/shop' })).toEqual([]);
  expect(errors({ branch: 'main' })).toEqual([]);
});
