// Each key of the policy language has an example, each example loads, and what its sentence says of two jobs is what comes out.
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { projectSchema } from '../../broker/policy/document.ts';
import type { TextedSet } from '../../broker/policy/load-policy.ts';
import { organizationSchema } from '../../broker/policy/organization-document.ts';
import { readCases } from '../../broker/policy-tests/case-files.ts';
import { runCase } from '../../broker/policy-tests/run-case.ts';
import { credentialKinds } from '../../broker/providers/credential-kinds.ts';
import { formatFinding } from '../../broker/yaml/strict-yaml.ts';
import { keysOf } from '../../docs/key-table.ts';
import { loadExample, type PolicyExample, readExamples } from '../../docs/policy-examples.ts';

const EXAMPLES = readExamples();
/** 2026-11-30, a Monday, ten in the morning in Berlin. */
const NOW = Date.UTC(2026, 10, 30, 9);

const named = EXAMPLES.map((one) => ({ key: one.keys[0] ?? '', one }));

function load(one: PolicyExample): TextedSet {
  const loaded = loadExample(one);
  if (!loaded.ok) throw new Error(loaded.findings.map(formatFinding).join('\n'));
  return loaded.policies;
}

/** Why the job is not decided as the example says; undefined where it is. */
function failureOf(one: PolicyExample, job: PolicyExample['denies'], expected: string): string | undefined {
  const policies = load(one);
  const [project = ''] = policies.projects.keys();
  const testCase = { title: 'example', ask: `${project}/deploy`, expect: expected, ...job };
  const read = readCases([{ file: 'example.yaml', text: stringify({ cases: [testCase] }) }]);
  if (!read.ok) throw new Error(read.findings.map(formatFinding).join('\n'));
  const [placed] = read.cases;
  return placed && runCase(placed.testCase, { policies, issuers: undefined, now: NOW }).failure;
}

describe('the examples of the policy reference', () => {
  it('are there for every key of a project, of the organization, and every kind of credential, once each', () => {
    const kinds = [...credentialKinds([]).keys()].map((kind) => `credential.${kind}`);
    const keys = [...keysOf(projectSchema), ...keysOf(organizationSchema), ...kinds];
    expect(EXAMPLES.flatMap((one) => one.keys).toSorted()).toEqual(keys.toSorted());
  });

  it.each(named)('$key: every key that it is an example of stands in it', ({ one }) => {
    const last = one.keys.map(
      (key) =>
        key
          .replace(/(\[\]|\.NAME)$/, '')
          .split('.')
          .at(-1) ?? '',
    );
    const words = last.map((key) => key.replace('[]', '')).filter((key) => key !== 'NAME');
    const isKind = one.keys[0]?.startsWith('credential.') === true;
    expect(words.filter((word) => !one.write.includes(isKind ? word : `${word}:`))).toEqual([]);
  });

  it.each(named)('$key: permits the job that it says', ({ one }) => {
    expect(one.permits === undefined ? load(one) && undefined : failureOf(one, one.permits, 'permit')).toBeUndefined();
  });

  it.each(named)('$key: denies the job that it says', ({ one }) => {
    expect(failureOf(one, one.denies, 'deny')).toBeUndefined();
    expect(Object.keys(one.denies)).toContain(one.denies['expect'] === 'stranger' ? 'expect' : 'because');
  });

  it.each(named.filter(({ one }) => one.refused !== undefined))('$key: what goes too far does not load', ({ one }) => {
    const loaded = loadExample(one, one.refused?.write);
    expect(loaded.ok).toBe(false);
    expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([
      expect.stringContaining(one.refused?.because ?? ''),
    ]);
  });

  it('all but observed ones permit somebody', () => {
    expect(EXAMPLES.filter(({ permits }) => permits === undefined).map(({ write }) => write)).toEqual([
      'mode: observe',
    ]);
  });
});
