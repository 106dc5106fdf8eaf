// Keeps documents true: what they link to, show and name exists, and what is generated is fresh.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../broker/cli/commands.ts';
import { loadConfig } from '../broker/config.ts';
import { loadPolicy } from '../broker/policy/load-policy.ts';
import { readCases } from '../broker/policy-tests/case-files.ts';
import { runCase } from '../broker/policy-tests/run-case.ts';
import { credentialKinds } from '../broker/providers/credential-kinds.ts';
import { BUILT_KINDS } from '../broker/providers/index.ts';
import { ALARMS } from '../broker/telemetry/alarms.ts';
import { METRICS } from '../broker/telemetry/metric-definitions.ts';
import { generate } from '../docs/generate.ts';
import { OTHER_CODES, REASON_CODES, REQUEST_CODES } from '../shared/error-codes.ts';
import { buildPolicies, NOW } from './support/build-policy.ts';
import { writeConfig } from './support/config-file.ts';
import { codeIn, headingsOf, relativeLinksOf, snippetsOf } from './support/markdown.ts';
import { filesMatching, ROOT, readSource } from './support/source-tree.ts';

const DOCUMENTS = filesMatching(/\.md$/).filter((file) => !file.startsWith('test/vectors/'));
const snippets = DOCUMENTS.flatMap(snippetsOf).filter(({ language }) => language === 'yaml');
const startingWith = (key: RegExp) => snippets.filter(({ text }) => key.test(text.replace(/^(#.*\n|\s*\n)*/, '')));

/** An organization file under which a policy of `jwt` credentials loads. */
function offeringAllOf(text: string): string {
  const { project, owner, entitlements } = parse(text) as {
    project: string;
    owner: string;
    entitlements: Record<string, { credential: { audience: string } }>;
  };
  const audiences = Object.values(entitlements).map(({ credential }) => credential.audience);
  const projects = { [project]: { owner, 'may-offer': [{ kind: 'jwt', audiences }] } };
  return JSON.stringify({ teams: { [owner]: { github: '1' } }, projects });
}

describe('links', () => {
  it.each(DOCUMENTS)('every link of %s leads somewhere', (file) => {
    const broken = relativeLinksOf(file).filter(({ target, heading }) => {
      if (!existsSync(join(ROOT, target))) return true;
      return heading !== undefined && !headingsOf(target).includes(heading);
    });
    expect(broken).toEqual([]);
  });

  it.each(DOCUMENTS)('every file that %s names exists', (file) => {
    const named = codeIn(file).filter((code) => /^(shared|action|broker|test|docs|\.ci)\/[\w./-]*\w$/.test(code));
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('snippets', () => {
  it.each(startingWith(/^url:/))('the configuration in $file:$line loads', async ({ text }) => {
    const { warnings } = await loadConfig(await writeConfig(text), {});
    expect(warnings).toEqual([]);
  });

  it.each(startingWith(/^project:/))(
    'the policy in $file:$line loads, and needs nothing that is not built',
    ({ file, text }) => {
      const organization =
        startingWith(/^(teams|projects):/).find((snippet) => snippet.file === file)?.text ?? offeringAllOf(text);
      const documents = [
        { file: 'policy.yaml', text },
        { file: '_organization.yaml', text: organization },
      ];
      const kinds = credentialKinds(BUILT_KINDS);
      const loaded = loadPolicy(documents, {
        organizationFile: '_organization.yaml',
        issuers: undefined,
        upstreams: undefined,
        kinds,
      });
      expect(loaded).toMatchObject({ ok: true, warnings: [] });
    },
  );

  it.each(startingWith(/^cases:/))(
    'the cases in $file:$line hold for the policy of the same document',
    ({ file, text }) => {
      const policy = startingWith(/^project:/).find((snippet) => snippet.file === file)?.text ?? '';
      const read = readCases([{ file: 'shop.yaml', text }]);
      expect(read).toMatchObject({ ok: true });
      const files = { 'shop.yaml': policy, '_organization.yaml': offeringAllOf(policy) };
      const policies = buildPolicies({ files }, { issuers: undefined });
      const cases = read.ok ? read.cases : [];
      expect(
        cases.map(({ testCase }) => runCase(testCase, { policies, issuers: undefined, now: NOW }).failure),
      ).toEqual(cases.map(() => undefined));
    },
  );

  it.each(snippets)('$file:$line is YAML', ({ text }) => {
    expect(parse(text)).toBeTypeOf('object');
  });
});

describe('what documents and messages name', () => {
  const sources = [...DOCUMENTS, ...filesMatching(/^(broker|action|shared|docs)\/.*\.ts$/)];

  it.each(sources)('every command that %s names exists', (file) => {
    const spelled = /(?:`|^|run -s )buildpass (?:-- )?([a-z]+(?: [a-z]+)?)\b/gm;
    const named = [...readSource(file).matchAll(spelled)].map(([, words = '']) => words);
    const known = (words: string): boolean => [words, words.split(' ')[0] ?? ''].some((name) => name in COMMANDS);
    expect(named.filter((words) => !known(words))).toEqual([]);
  });

  it('every command is in a document', () => {
    const text = DOCUMENTS.map(readSource).join('\n');
    expect(Object.keys(COMMANDS).filter((name) => !text.includes(name))).toEqual([]);
  });

  it('every error code is explained', () => {
    const text = readSource('docs/http-api.md');
    expect(
      [...REQUEST_CODES, ...REASON_CODES, ...OTHER_CODES].filter((code) => !text.includes(`| \`${code}\` |`)),
    ).toEqual([]);
  });

  it('every line that wakes somebody is on the list, and is really said', () => {
    const files = filesMatching(/^broker\/.*\.ts$/).filter((file) => !file.startsWith('broker/telemetry/'));
    const source = files.map(readSource).join('\n');
    const said = [...source.matchAll(/\blogger\.error\(\s*'([^']+)'/g)].map(([, line]) => line);
    expect(new Set(said)).toEqual(new Set(Object.keys(ALARMS)));
    expect(source.match(/\blogger\.error\(/g)).toHaveLength(said.length);
  });

  it('every metric is really measured', () => {
    const files = filesMatching(/^broker\/.*\.ts$/).filter((file) => !file.endsWith('metric-definitions.ts'));
    const source = files.map(readSource).join('\n');
    expect(Object.keys(METRICS).filter((name) => !source.includes(`'${name}'`))).toEqual([]);
  });

  it('every test that the threat model names exists', () => {
    const [, section = ''] = readSource('docs/threat-model.md').split('## Each check of identity');
    const rows = [...section.matchAll(/^\| .+ \| (.+) \| `(test\/[\w./-]+)` \|$/gm)];
    const named = rows.map(([, test = '', file = '']) => ({ test, file }));
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter(({ test, file }) => !readSource(file).includes(test))).toEqual([]);
  });

  it('every package has its reason', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(readSource('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const explained = [...readSource('CONTRIBUTING.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    const installed = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
    expect(explained.filter((name) => name !== undefined).sort()).toEqual(installed.sort());
  });
});

describe('the documents as a whole', () => {
  it('generated parts are fresh: `npm run docs` makes them', async () => {
    expect(await generate(false)).toEqual([]);
  });

  it('the README is at most 150 lines', () => {
    const lines = filesMatching(/^README\.md$/).map((file) => readSource(file).trimEnd().split('\n').length);
    expect(lines.filter((count) => count > 150)).toEqual([]);
  });

  it('no file names a machine, a path on one, or a registry', () => {
    const somewhere = /\/(work|farm|home|root|Users)\/[a-z]|registry\.(npmjs|yarnpkg)|\bissue \d+ of\b/;
    const texts = filesMatching(/\.(ts|js|md|ya?ml|json)$/).filter(
      (file) => file !== 'test/documentation.test.ts' && !file.startsWith('test/vectors/'),
    );
    expect(texts.filter((file) => somewhere.test(readSource(file)))).toEqual([]);
  });
});
