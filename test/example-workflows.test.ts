// Keeps the example workflows and docs/migrating.md true: what a workflow asks for is allowed to just such a job by the policies beside
// it, and it reads no output that the kind of its credential does not have.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadPolicy } from '../broker/policy/load-policy.ts';
import type { PolicySet } from '../broker/policy/policy-set.ts';
import { readCases } from '../broker/policy-tests/case-files.ts';
import { runCase } from '../broker/policy-tests/run-case.ts';
import { credentialKinds } from '../broker/providers/credential-kinds.ts';
import type { Issued } from '../shared/api.ts';
import { type KindName, readCredential } from '../shared/issued-credential.ts';
import { inTheirWords } from '../shared/their-words.ts';
import { inputs, issuedAnswer } from './support/issued-answer.ts';
import { answerOf, KINDS } from './support/kind-answers.ts';
import { filesMatching, readSource } from './support/source-tree.ts';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
}
interface Job {
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, { readonly branches?: readonly string[] } | unknown[] | null>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const ACTION = 'acme/buildpass@';
const WORKFLOWS = filesMatching(/^examples\/workflows\/.*\.yml$/).filter((file) => readSource(file).includes(ACTION));
const described = parse(readSource('action.yml')) as { inputs: object; outputs: object };

/** Every use of the action: the job around it, and what it is given. */
const uses = WORKFLOWS.flatMap((file) => {
  const workflow = parse(readSource(file)) as Workflow;
  return Object.entries(workflow.jobs).flatMap(([name, job]) =>
    job.steps.filter((step) => step.uses?.startsWith(ACTION)).map((step) => ({ file, name, workflow, job, step })),
  );
});

const given = ({ step }: (typeof uses)[number]): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(step.with ?? {}).map(([name, value]) => [name, String(value)]));

/** As where every kind can be issued: whether this version can is said elsewhere. */
function policiesIn(directory: RegExp): PolicySet {
  const documents = filesMatching(directory).map((file) => ({
    file: file.replace(/^.*\//, ''),
    text: readSource(file),
  }));
  const loaded = loadPolicy(documents, {
    organizationFile: '_organization.yaml',
    issuers: undefined,
    upstreams: undefined,
    kinds: credentialKinds(KINDS),
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded));
  return loaded.policies;
}

const SETS = [/^examples\/policy\/[\w-]+\.yaml$/, /^examples\/policies\/[\w-]+\.yaml$/].map(policiesIn);
const policiesWith = (scope: string): PolicySet => {
  const [project = ''] = scope.split('/');
  const found = SETS.find((set) => set.projects.has(project));
  if (found === undefined) throw new Error(`no example has the project ${project}`);
  return found;
};

const kindOf = (scope: string): { kind: KindName; values: readonly string[] } => {
  const [project = '', entitlement = ''] = scope.split('/');
  const file = filesMatching(/^examples\/polic(y|ies)\/[\w-]+\.yaml$/).find((one) => one.endsWith(`/${project}.yaml`));
  const { entitlements } = parse(readSource(file ?? '')) as {
    entitlements: Record<string, { credential: { kind: KindName; values?: object } } | undefined>;
  };
  const credential = entitlements[entitlement]?.credential ?? { kind: 'jwt' };
  return { kind: credential.kind, values: Object.keys(credential.values ?? {}) };
};

const base: Issued = await issuedAnswer();

/** Of this kind alone; those of a vault are the policy's. */
function outputsOf(kind: KindName): string[] {
  const credential = readCredential({ ...base, ...answerOf(kind) });
  return kind === 'vault-secret' ? [] : Object.keys(inTheirWords(credential, { expiresAt: 'never' }).outputs);
}

const OF_EACH = Object.keys(described.outputs).filter((name) => !KINDS.flatMap(outputsOf).includes(name));

describe.each(uses)('$name of $file', (use) => {
  const { file, workflow, job, step } = use;

  it('gives the action inputs that it takes', () => {
    expect(Object.keys(described.inputs)).toEqual(expect.arrayContaining(Object.keys(given(use))));
    expect(() => inputs(given(use))).not.toThrow();
  });

  it('may have an ID token', () => {
    expect(job.permissions).toMatchObject({ 'id-token': 'write' });
  });

  it('reads no output that its credential does not have', () => {
    const { kind, values } = kindOf(given(use)['entitlement'] ?? '');
    const known = [...OF_EACH, ...outputsOf(kind), ...values];
    const read = [...readSource(file).matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)].map(([, ...words]) => words);
    const ids = uses.filter((other) => other.file === file).map((other) => other.step.id);
    expect(read.filter(([id]) => !ids.includes(id))).toEqual([]);
    expect(read.filter(([id, name = '']) => id === step.id && !known.includes(name))).toEqual([]);
  });

  it.each(Object.entries(workflow.on))('is allowed what it asks for on %s', (event, trigger) => {
    const ask = given(use)['entitlement'] ?? '';
    const branches = trigger !== null && 'branches' in trigger ? trigger.branches : undefined;
    const branch = branches?.[0]?.replace('**', 'main') ?? 'main';
    const workflowFile = /^# (\.github\/workflows\/\S+\.yml) of (\S+),/.exec(readSource(file));
    const testCase = {
      ...{ title: file, event, ask, expect: 'permit' },
      ...(event === 'pull_request' ? { 'pull-request': { into: branch } } : { branch }),
      ...(job.environment === undefined ? {} : { environment: job.environment }),
      ...(workflowFile === null ? {} : { workflow: workflowFile[1], repository: workflowFile[2] }),
    };
    const read = readCases([{ file, text: JSON.stringify({ cases: [testCase] }) }]);
    expect(read).toMatchObject({ ok: true });
    const now = Date.UTC(2026, 10, 30, 10);
    const results = read.ok
      ? read.cases.map((one) => runCase(one.testCase, { policies: policiesWith(ask), issuers: undefined, now }))
      : [];
    expect(results.map(({ failure, reasons }) => failure && [failure, reasons])).toEqual([undefined]);
  });
});

describe('docs/migrating.md', () => {
  const rows = readSource('docs/migrating.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => KINDS.some((kind) => cells.includes(`\`${kind}\``)));
  const quoted = (cell = ''): string[] => [...cell.matchAll(/`([\w-]+)`/g)].map(([, word = '']) => word);

  it('has every kind that another action gives, with outputs that it has', () => {
    const outputs = rows.filter((cells) => cells.length === 6);
    expect(outputs.map(([, , kind]) => quoted(kind)[0]).sort()).toEqual(KINDS.filter((kind) => kind !== 'jwt').sort());
    for (const [, , kind, names] of outputs) {
      const [name = 'jwt'] = quoted(kind) as KindName[];
      const known = [...OF_EACH, ...outputsOf(name), ...(name === 'vault-secret' ? quoted(names) : [])];
      expect(known).toEqual(expect.arrayContaining(quoted(names)));
    }
  });

  it('names the variables that are set', () => {
    const variables = rows.filter((cells) => cells.length === 4);
    for (const [, kind, names] of variables) {
      const [name = 'jwt'] = quoted(kind) as KindName[];
      const credential = readCredential({ ...base, ...answerOf(name) });
      const set = Object.keys(inTheirWords(credential, { expiresAt: '', file: '/file' }).variables);
      const told = quoted(names).filter(
        (word) => word !== 'GITHUB_TOKEN' && word === word.toUpperCase() && word !== '_',
      );
      if (name !== 'vault-secret') expect(told).toEqual(set);
    }
    expect(variables.map(([, kind]) => quoted(kind)[0])).toHaveLength(6);
  });
});
