import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readPolicyDirectory } from '../../../../broker/policy/directory-source.ts';
import { lintPolicy } from '../../../../broker/policy/lint/lint-policy.ts';
import { loadPolicy } from '../../../../broker/policy/load-policy.ts';
import { codesOf, lint, OFFERED, saidOf } from '../../../support/build-lint.ts';
import {
  buildContext,
  buildOrganization,
  buildPolicies,
  buildProject,
  type Yaml,
  yamlText,
} from '../../../support/build-policy.ts';

const PREVIEWS = 'https://previews.example.com';

const offering = (...mayOffer: readonly Yaml[]): Yaml => ({
  projects: { shop: { owner: 'acme/platform', 'may-offer': mayOffer } },
});

const remediesOf = (organization: Yaml, entitlement: Yaml = {}): readonly string[] =>
  lint({ organization, entitlement }).map(({ code, remedy }) => `${code} ${remedy}`);

describe('offers', () => {
  it('are well where all of them is used', () => {
    expect(lint({ organization: OFFERED })).toEqual([]);
  });

  it('that take more are written out narrower', () => {
    const offer = { kind: 'jwt', audiences: [PREVIEWS, 'https://deploy.example.com'], claims: ['action'] };
    expect(remediesOf(offering(offer))).toEqual([`LINT_OFFER_WIDE \`- { kind: jwt, audiences: ["${PREVIEWS}"] }\`.`]);
  });

  it('that nothing uses are to be taken out', () => {
    const unused = { kind: 'aws-role', roles: ['arn:aws:iam::111122223333:role/x'] };
    expect(remediesOf(offering({ kind: 'jwt', audiences: [PREVIEWS] }, unused))).toEqual([
      'LINT_OFFER_WIDE take the offer out until an entitlement needs it.',
    ]);
  });

  it('say what is too much', () => {
    const wide = { kind: 'jwt', audiences: [PREVIEWS, 'https://deploy.example.com'] };
    const unused = { kind: 'aws-role', roles: ['arn:aws:iam::111122223333:role/x'] };
    const findings = lint({ organization: offering(wide, unused) });
    expect(findings.map(({ file, key }) => `${file} ${key}`)).toEqual([
      '_organization.yaml projects.shop.may-offer[0]',
      '_organization.yaml projects.shop.may-offer[1]',
    ]);
    expect(saidOf(findings)).toEqual([
      `the project may hand itself more than its entitlements use: { audiences: ["${PREVIEWS}", "https://deploy.example.com"] } takes more than they do. Change: \`- { kind: jwt, audiences: ["${PREVIEWS}"] }\`.`,
      'the project may hand out `aws-role` credentials by this offer, and no entitlement does. Change: take the offer out until an entitlement needs it.',
    ]);
  });

  it('with a wildcard are written out whole', () => {
    const role = 'arn:aws:iam::111122223333:role/shop-deploy';
    const credential = { kind: 'aws-role', role, region: 'eu-west-1' };
    const organization = offering({ kind: 'aws-role', roles: ['arn:aws:iam::111122223333:role/shop-*'] });
    expect(remediesOf(organization, { credential, ttl: '15m' })).toEqual([
      `LINT_OFFER_WIDE \`- { kind: aws-role, roles: ["${role}"] }\`.`,
    ]);
  });

  it('of repositories and permissions are judged in both', () => {
    const [libs, tools] = [
      { name: 'acme/libs', id: '2002' },
      { name: 'acme/tools', id: '2003' },
    ];
    const credential = { kind: 'github-token', repositories: 'acme/libs', permissions: { contents: 'read' } };
    const offer = (permissions: Yaml, ...repositories: Yaml[]): Yaml => ({
      kind: 'github-token',
      repositories,
      permissions,
    });
    expect(remediesOf(offering(offer({ contents: 'read' }, libs)), { credential })).toEqual([]);
    expect(remediesOf(offering(offer({ contents: 'write' }, libs, tools)), { credential })).toEqual([
      'LINT_OFFER_WIDE `- { kind: github-token, repositories: [{ name: acme/libs, id: "2002" }], permissions: { contents: read } }`.',
    ]);
    expect(
      remediesOf(offering(offer({ contents: 'read' }, libs), offer({ issues: 'read' }, tools)), { credential }),
    ).toEqual(['LINT_OFFER_WIDE take the offer out until an entitlement needs it.']);
  });

  it('once narrowed as advised, load and are well', () => {
    const wide = { kind: 'jwt', audiences: [PREVIEWS, 'https://deploy.example.com'] };
    const [finding] = lint({ organization: offering(wide) });
    const line = /^`- (.*)`\.$/.exec(finding?.remedy ?? '')?.[1] ?? '';
    const text = yamlText(buildOrganization(OFFERED)).replace(/may-offer:\n[\s\S]*$/, `may-offer: [ ${line} ]\n`);
    expect(lint({ files: { '_organization.yaml': text } })).toEqual([]);
  });
});

describe('repositories', () => {
  const second = (id: string): Yaml => ({
    ...OFFERED,
    projects: {
      ...(OFFERED['projects'] as Yaml),
      web: { owner: 'acme/platform', 'may-offer': [{ kind: 'jwt', audiences: [PREVIEWS] }] },
    },
    file: yamlText(buildProject({ project: 'web', repositories: [{ name: 'acme/web', id }] })),
  });

  it.each([
    ['of one project each are well', '2009', []],
    ['of two projects are said once, in the later one', '2001', ['repositories[0].id LINT_REPOSITORY_SHARED']],
  ])('%s', (_what, id, findings) => {
    const { file, ...organization } = second(id);
    expect(codesOf(lint({ organization, files: { 'web.yaml': String(file) } }))).toEqual(findings);
  });

  it('of two projects are named, with the other project', () => {
    const { file, ...organization } = second('2001');
    expect(saidOf(lint({ organization, files: { 'web.yaml': String(file) } }))).toEqual([
      'the project shop lists "acme/web" (id 2001) too: what one of the two owners forbids, a job may have from the other. Change: take it out of the project that does not own it, or make the two one project.',
    ]);
  });
});

it('findings come in the order of the file, also within one line', () => {
  const rule = '{ branch: main, event: [push, pull_request_target], runner: self-hosted, called-workflow: [ W ] }';
  const workflow = 'acme/t/.github/workflows/d.yml@refs/tags/v1';
  const entitlement = `{ risk: high, ttl: 20m, credential: { kind: jwt, audience: "${PREVIEWS}" }, title: T, allow: [${rule.replace('W', workflow)}] }`;
  const text = yamlText(buildProject({ entitlements: 'ONE' })).replace(
    'ONE',
    `\n  b: ${entitlement}\n  a: ${entitlement}`,
  );
  const findings = lint({ organization: OFFERED, files: { 'shop.yaml': text } });
  const places = findings.map(({ line, column }) => line * 1_000 + column);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(codesOf(findings).slice(0, 7)).toEqual([
    'entitlements.b LINT_NO_REVIEW',
    'entitlements.b.ttl LINT_TTL_LONG',
    'entitlements.b.allow[0] LINT_UNGUARDED',
    'entitlements.b.allow[0].event LINT_PULL_REQUEST_TARGET',
    'entitlements.b.allow[0].runner LINT_SELF_HOSTED',
    'entitlements.b.allow[0].called-workflow LINT_CALLED_WORKFLOW_MUTABLE',
    'entitlements.a LINT_NO_REVIEW',
  ]);
});

it('of a thousand findings the first two hundred are listed, and the others counted', () => {
  const names = Array.from({ length: 300 }, (_, at) => `e${at}`);
  const rule = { branch: 'main', event: 'pull_request_target' };
  const entitlement = { risk: 'low', credential: { kind: 'jwt', audience: PREVIEWS }, ttl: '10m', allow: [rule] };
  const entitlements = Object.fromEntries(names.map((name) => [name, entitlement]));
  const policies = buildPolicies({ organization: OFFERED, project: { entitlements } });
  const { findings, leftOut } = lintPolicy(policies, buildContext());
  expect([findings.length, leftOut]).toEqual([200, 100]);
});

describe('policies that we show', () => {
  it.each([
    ['the examples', '../../../../examples/policy', []],
    // A demo that ended by itself would be none, and nobody is there to review it.
    [
      'the demo',
      '../../../../broker/demo/policies',
      ['entitlements.deploy-staging LINT_NO_REVIEW', 'entitlements.deploy-production LINT_NO_REVIEW'],
    ],
  ])('%s have no findings but those that we stand by', async (_what, place, findings) => {
    const documents = await readPolicyDirectory(fileURLToPath(new URL(place, import.meta.url)));
    const loaded = loadPolicy(documents, buildContext());
    if (!loaded.ok) throw new Error('they load');
    expect(codesOf(lintPolicy(loaded.policies, buildContext()).findings)).toEqual(findings);
  });
});

it('an organization with no project, and a project that has no policy, are looked at too', () => {
  expect(
    lint({
      organization: { teams: OWNER, projects: { shop: { owner: 'acme/platform' }, idle: OFFERING } },
      entitlement: OWN,
    }),
  ).toMatchObject([{ file: '_organization.yaml', key: 'projects.idle.may-offer[0]', code: 'LINT_OFFER_WIDE' }]);
  const none = loadPolicy([{ file: '_organization.yaml', text: '{}' }], buildContext());
  expect(none.ok && lintPolicy(none.policies, buildContext())).toEqual({ findings: [], leftOut: 0 });
});

const OWNER = { 'acme/platform': { github: '4710' } };
const OFFERING = { owner: 'acme/platform', 'may-offer': [{ kind: 'jwt', audiences: [PREVIEWS] }] };
const OWN = { credential: { kind: 'github-token', repositories: 'acme/shop', permissions: { contents: 'read' } } };
