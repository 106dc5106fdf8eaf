// Loading again is quick, and is nothing else than loading: whatever was edited before, the result is that of a full load.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../broker/model.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { type LoadResult, loadPolicy, setDigest } from '../../../broker/policy/load-policy.ts';
import { parseFile } from '../../../broker/policy/policy-file.ts';
import { createPolicyLoader } from '../../../broker/policy/policy-loader.ts';
import {
  buildAsk,
  buildContext,
  buildEntitlement,
  buildOrganization,
  buildProject,
  type Yaml,
  yamlText,
} from '../../support/build-policy.ts';
import { buildSubject } from '../../support/build-subject.ts';

const project = (name: string, parts: Yaml = {}, entitlement: Yaml = {}): string =>
  yamlText(
    buildProject({
      project: name,
      ...parts,
      entitlements: { preview: buildEntitlement(entitlement), other: buildEntitlement() },
    }),
  );

const listed = (buildOrganization()['projects'] as Record<string, Yaml>)['shop'] as Yaml;
const organization = (parts: Yaml = {}, projects: Yaml = {}): string =>
  yamlText(buildOrganization({ projects: { shop: listed, web: listed, api: listed, ...projects }, ...parts }));

const REQUIRE = { require: [{ risk: 'low', needs: ['environment'] }] };
const WAIVER = {
  entitlement: 'shop/preview',
  of: 'environment',
  until: '2030-01-01',
  owner: 'acme/security',
  reason: 'x',
};
const FREEZE = { from: '2026-12-20T00:00', to: '2027-01-02T00:00', zone: 'Europe/Berlin', reason: 'Holidays' };
const ORGANIZATIONS = [
  organization(),
  `${organization()}# a comment\n`,
  organization({ teams: { 'acme/platform': { github: '4710' }, 'acme/new': { github: '1' } } }),
  organization({ guardrails: REQUIRE }),
  organization({ guardrails: { ...REQUIRE, waivers: [WAIVER] } }),
  organization({ guardrails: { never: { events: ['push'] } } }),
  organization({ guardrails: { 'longest-ttl': { low: '5m' } } }),
  organization({ guardrails: { freeze: [{ ...FREEZE, except: ['shop/preview', 'shop/preveiw', 'web/none'] }] } }),
  organization({}, { shop: { owner: 'acme/security' } }),
  organization({}, { shop: { ...listed, 'may-offer': [] } }),
  organization({}, { web: { ...listed, 'may-offer': [{ kind: 'nothing' }] } }),
  yamlText(buildOrganization()),
  'teams: [',
];
const textsOf = (name: string): readonly string[] => [
  project(name),
  `# the same again\n${project(name)}`,
  project(name, { title: 'Another' }),
  project(name, {}, { session: '2h' }),
  project(name, {}, { approval: { by: ['acme/security', 'acme/release-managers'] } }),
  project(name, {}, { allow: [{ branch: ['main', 'release/*'], environment: 'production' }] }),
  project(name, {}, { ttl: '20m', allow: [{ branch: 'main' }, { branch: 'main', repository: 'acme/none' }] }),
  project(name, { owner: 'acme/security' }),
  project('shop'),
  project(name, { repositories: [{ name: 'nobody/shop', id: '7' }] }),
  project(name, {}, { risk: 'none', tttl: '1m' }),
  'project: [',
  '',
];
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  '_organization.yaml': ORGANIZATIONS,
  'shop.yaml': textsOf('shop'),
  'web.yaml': textsOf('web'),
  'a.yml': textsOf('api'),
};

/** A file is given one of its texts, or taken away. */
const edit = fc
  .constantFrom(...Object.keys(TEXTS))
  .chain((file) => fc.record({ file: fc.constant(file), text: fc.option(fc.constantFrom(...(TEXTS[file] ?? []))) }));

const SUBJECTS = [
  buildSubject({ repositoryOwnerId: '1001', repositoryId: '2001', repositoryOwner: 'acme' }),
  buildSubject({
    repositoryOwnerId: '1001',
    repositoryId: '2001',
    ref: 'refs/heads/release/1',
    environment: 'production',
  }),
];

const isCondition = (value: unknown): value is Condition =>
  typeof value === 'object' && value !== null && 'holds' in value;
const inWords = ({ key, expected, remedy, code }: Condition): object => ({ key, expected, remedy, code });

/** Everything of a result that can be compared; what is compiled, by what it decides. */
function comparable(result: LoadResult): unknown {
  const decided = result.ok
    ? ['shop', 'web', 'api'].flatMap((name) =>
        SUBJECTS.map((subject) => evaluate(result.policies, subject, buildAsk({ project: name }))),
      )
    : [];
  const unmapped = (_key: string, value: unknown): unknown => {
    if (value instanceof Map) return { map: [...value] };
    if (value instanceof Set) return { set: [...value] };
    return isCondition(value) ? inWords(value) : value;
  };
  // Only a full load keeps the texts.
  const kept = (key: string, value: unknown): unknown => (key === 'text' ? undefined : unmapped(key, value));
  return JSON.parse(JSON.stringify({ result: { ...result, digest: undefined }, decided }, kept));
}

function countingLoader() {
  const parsed: string[] = [];
  const loader = createPolicyLoader(buildContext(), {
    parseAll: (files) =>
      files.map(async (file) => {
        parsed.push(file.file);
        return parseFile(file);
      }),
    breathe: () => undefined,
  });
  return {
    load: loader.load,
    /** the files that were parsed since the last call */
    parsed: () => parsed.splice(0),
  };
}

const documentsOf = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([file, text]) => ({ file, text }));
const GOOD = { '_organization.yaml': organization(), 'shop.yaml': project('shop'), 'web.yaml': project('web') };

describe('a policy loader', () => {
  it('gives what a full load gives, findings and their order included, whatever was loaded before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), async (edits) => {
        const { load } = countingLoader();
        const files: Record<string, string> = { ...GOOD };
        for (const { file, text } of edits) {
          if (text === null) delete files[file];
          else files[file] = text;
          const documents = documentsOf(files);
          const loaded = await load(documents);
          expect(comparable(loaded)).toEqual(comparable(loadPolicy(documents, buildContext())));
          expect(loaded.digest).toBe(setDigest(documents));
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('parses what changed, and nothing else', async () => {
    const { load, parsed } = countingLoader();
    await load(documentsOf(GOOD));
    expect(parsed()).toEqual(['_organization.yaml', 'shop.yaml', 'web.yaml']);
    const better = { ...GOOD, 'shop.yaml': project('shop', { title: 'Shop' }) };
    await load(documentsOf(better));
    expect(parsed()).toEqual(['shop.yaml']);
    const refused = { ...better, '_organization.yaml': organization({ guardrails: REQUIRE }) };
    expect(await load(documentsOf(refused))).toMatchObject({ ok: false });
    expect(parsed()).toEqual(['_organization.yaml']);
    await load(documentsOf(better));
    expect(parsed()).toEqual([]);
  });

  it('keeps what it compiled where nothing that it depends on has changed', async () => {
    const { load } = countingLoader();
    const projectsOf = async (files: Readonly<Record<string, string>>) => {
      const loaded = await load(documentsOf(files));
      return loaded.ok ? loaded.policies.projects : new Map<string, unknown>();
    };
    const [first, second, third] = [
      await projectsOf(GOOD),
      await projectsOf({ ...GOOD, '_organization.yaml': organization({ guardrails: { freeze: [FREEZE] } }) }),
      await projectsOf({
        ...GOOD,
        '_organization.yaml': organization({ guardrails: { 'longest-ttl': { low: '1h' } } }),
      }),
    ];
    expect(second.get('shop')).toBe(first.get('shop'));
    expect(third.get('shop')).not.toBe(first.get('shop'));
  });

  it('gives way after every entitlement', async () => {
    let pauses = 0;
    const breathe = (): undefined => {
      pauses += 1;
    };
    const { load } = createPolicyLoader(buildContext(), {
      parseAll: (files) => files.map(async (file) => parseFile(file)),
      breathe,
    });
    const pausesOf = async (count: number): Promise<number> => {
      pauses = 0;
      const entitlements = Object.fromEntries(Array.from({ length: count }, (_, at) => [`e${at}`, buildEntitlement()]));
      const text = yamlText(buildProject({ project: 'shop', entitlements }));
      expect(await load(documentsOf({ ...GOOD, 'shop.yaml': text }))).toMatchObject({ ok: true });
      return pauses;
    };
    const ofOne = await pausesOf(1);
    expect(await pausesOf(40)).toBeGreaterThanOrEqual(ofOne + 30);
  });

  it('loads one at a time: the later one last', async () => {
    const { load } = countingLoader();
    const done: number[] = [];
    const loads = [GOOD, { ...GOOD, 'web.yaml': project('web', { title: 'W' }) }, GOOD].map((files, at) =>
      load(documentsOf(files)).then(() => done.push(at)),
    );
    await Promise.all(loads);
    expect(done).toEqual([0, 1, 2]);
  });

  it('fails where a file could not be parsed for a reason of ours, and works again afterwards', async () => {
    let fails = true;
    const { load } = createPolicyLoader(buildContext(), {
      parseAll: (files) =>
        files.map(async (file) => {
          if (fails) throw new Error('out of memory');
          return parseFile(file);
        }),
      breathe: () => undefined,
    });
    await expect(load(documentsOf(GOOD))).rejects.toThrow('out of memory');
    fails = false;
    expect(await load(documentsOf(GOOD))).toMatchObject({ ok: true });
  });
});
