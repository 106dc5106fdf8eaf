import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SCHEMAS, schemaText } from '../../../broker/cli/policy-schema.ts';
import { EVENTS } from '../../../broker/policy/events.ts';
import { CONDITION_KEYS } from '../../../broker/policy/rule-document.ts';
import { buildEntitlement, buildOrganization, buildProject, type Yaml } from '../../support/build-policy.ts';
import { buildpass } from '../../support/command-line.ts';
import { snippetsOf } from '../../support/markdown.ts';
import { ORGANIZATION, SHOP } from '../../support/policy-files.ts';
import { filesMatching, ROOT, readSource } from '../../support/source-tree.ts';

type Name = (typeof SCHEMAS)[number];

const validators = new Map<Name, ValidateFunction>(
  // Editors have words of their own beside the standard's.
  SCHEMAS.map((name) => [
    name,
    new Ajv({ strict: true, keywords: ['patternErrorMessage'] }).compile(JSON.parse(schemaText(name))),
  ]),
);

/** What an editor would underline. */
function problemsOf(name: Name, document: unknown): string[] {
  const validate = validators.get(name) as ValidateFunction;
  return validate(document) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

const EXAMPLES = filesMatching(/^(examples|broker\/demo)\/.*\.yaml$/).filter((file) => /polic(y|ies)\//.test(file));
const schemaOf = (file: string): Name =>
  file.includes('/tests/') ? 'tests' : file.endsWith('_organization.yaml') ? 'organization' : 'project';

describe('the JSON Schemas', () => {
  it.each(EXAMPLES)('take %s', (file) => {
    expect(problemsOf(schemaOf(file), parse(readSource(file)))).toEqual([]);
  });

  it('take the policies that the tests and the documents are about', () => {
    expect([problemsOf('project', buildProject()), problemsOf('organization', buildOrganization())]).toEqual([[], []]);
    const own = parse(ORGANIZATION.replace('- { kind: _test }', ''));
    const shop = parse(SHOP.replace('kind: _test', 'kind: jwt, audience: https://a.example'));
    expect([problemsOf('project', shop), problemsOf('organization', own)]).toEqual([[], []]);
    const snippets = filesMatching(/\.md$/)
      .flatMap(snippetsOf)
      .filter(({ language }) => language === 'yaml');
    const starting = (key: string) =>
      snippets.map(({ text }) => parse(text) as Yaml).filter((document) => Object.keys(document)[0] === key);
    expect(starting('project').flatMap((document) => problemsOf('project', document))).toEqual([]);
    expect(starting('teams').flatMap((document) => problemsOf('organization', document))).toEqual([]);
    expect(starting('cases').flatMap((document) => problemsOf('tests', document))).toEqual([]);
    expect(starting('project').length).toBeGreaterThan(2);
  });

  it.each(CONDITION_KEYS)('take `%s` as one value and as a list', (key) => {
    const MAPS: Yaml = { 'pull-request': { into: 'main' }, time: { zone: 'UTC', days: 'mon' }, claims: { tier: '1' } };
    const VALUES: Yaml = {
      ...{ event: 'push', runner: 'self-hosted', visibility: 'public', actor: '5', requester: 'a/b', branch: 'x' },
      ...{ 'protected-ref': true, 'protected-environment': true, workflow: '.github/workflows/a.yml', ...MAPS },
    };
    const one = VALUES[key] ?? 'refs/heads/x';
    const list = key === 'claims' ? { tier: ['1', '2'] } : [one, one];
    const withRule = (value: unknown): Yaml =>
      buildProject({ entitlements: { preview: buildEntitlement({ allow: [{ [key]: value }] }) } });
    expect([problemsOf('project', withRule(one)), problemsOf('project', withRule(list))]).toEqual([[], []]);
    expect(problemsOf('project', withRule(key === 'claims' ? {} : []))).not.toEqual([]);
  });

  const wrong: [what: string, name: Name, document: unknown][] = [
    ['a mistyped key', 'project', buildProject({ titel: 'x' })],
    ['no owner', 'project', buildProject({ owner: undefined })],
    ['an id that is a number', 'project', buildProject({ repositories: [{ name: 'acme/shop', id: 2001 }] })],
    ['no repository', 'project', buildProject({ repositories: [] })],
    ['no entitlement', 'project', buildProject({ entitlements: {} })],
    ['a name with capitals', 'project', buildProject({ entitlements: { Preview: buildEntitlement() } })],
    ...Object.entries<Yaml>({
      'a duration in words': { ttl: '15 minutes' },
      'a risk that is none': { risk: 'medium' },
      'no rule': { allow: [] },
      'an empty rule': { allow: [{}] },
      'a mistyped condition': { allow: [{ brnch: 'main' }] },
      'a mistyped event': { allow: [{ event: 'pushed' }] },
      'a runner that is none': { allow: [{ runner: 'mine' }] },
      'a kind that is none': { credential: { kind: 'jwtt', audience: 'x' } },
      'a kind without its keys': { credential: { kind: 'aws-role', role: 'arn:aws:iam::111122223333:role/x' } },
      'a key of another kind': { credential: { kind: 'jwt', audience: 'x', region: 'eu-west-1' } },
      'a permission that is none': {
        credential: { kind: 'github-token', repositories: 'a/b', permissions: { content: 'read' } },
      },
      'an approval by nobody': { approval: { count: 1 } },
      'a last day in words': { expires: 'next year' },
    }).map(([what, entitlement]): [string, Name, unknown] => [
      what,
      'project',
      buildProject({ entitlements: { preview: buildEntitlement(entitlement) } }),
    ]),
    ['a team without an id', 'organization', buildOrganization({ teams: { 'acme/x': {} } })],
    ['a team that is no team', 'organization', buildOrganization({ teams: { x: { github: '1' } } })],
    [
      'an offer of nothing',
      'organization',
      buildOrganization({ projects: { shop: { owner: 'a/b', 'may-offer': [{ kind: 'jwt', audiences: [] }] } } }),
    ],
    ['a mistyped guardrail', 'organization', buildOrganization({ guardrails: { longest: {} } })],
    ['no case', 'tests', { cases: [] }],
    ['a case of an event that is none', 'tests', { cases: [{ title: 'x', event: 'psh', ask: 'a/b', expect: 'deny' }] }],
    ['an outcome that is none', 'tests', { cases: [{ title: 'x', event: 'push', ask: 'a/b', expect: 'no' }] }],
  ];
  it.each(wrong)('refuse %s', (_what, ...[name, document]) => {
    expect(problemsOf(name, document)).not.toEqual([]);
  });

  it('describe every key of a policy, and offer the names of events and kinds', () => {
    const { properties } = JSON.parse(schemaText('project'));
    const entitlement = properties.entitlements.additionalProperties.properties;
    const rule = entitlement.allow.items.properties;
    const keys = [properties, entitlement, rule].flatMap((shape) => Object.values<{ description?: string }>(shape));
    expect(keys.filter(({ description }) => description === undefined)).toEqual([]);
    expect(rule.event.anyOf[0].enum).toEqual(EVENTS);
    expect(
      entitlement.credential.anyOf.map((one: { properties: { kind: object } }) => one.properties.kind),
    ).toContainEqual({ const: 'aws-role' });
  });
});

describe('buildpass policy schema', () => {
  it.each([
    [[], 'project'],
    [['--organization'], 'organization'],
    [['--tests', '--json'], 'tests'],
  ] as const)('%j prints the schema that docs/schema holds', async (words, name) => {
    expect(await buildpass('policy', 'schema', ...words)).toEqual({
      code: 0,
      err: '',
      out: readSource(`docs/schema/${name}.json`),
    });
  });

  it('prints one at a time', async () => {
    expect(await buildpass('policy', 'schema', '--tests', '--organization')).toMatchObject({ code: 2, out: '' });
  });
});

describe('the example policies', () => {
  it.each(EXAMPLES.filter((file) => file.startsWith('examples/')))('%s leads an editor to its schema', (file) => {
    const path = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readSource(file))?.[1] ?? '';
    expect(join(ROOT, file, '..', path)).toBe(join(ROOT, `docs/schema/${schemaOf(file)}.json`));
  });
});
