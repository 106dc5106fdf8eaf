// That action.yml, the code behind it and the bundle tell of the same inputs and outputs.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { acceptIssued } from '../../action/accept.ts';
import { readInputs, readReturnInputs } from '../../action/inputs.ts';
import { writeOutputs } from '../../action/outputs.ts';
import { isVaultOutput, OUR_OUTPUTS } from '../../shared/action-outputs.ts';
import { inputs, issuedAnswer } from '../support/issued-answer.ts';
import { CLAIMS, INPUTS, jobDouble } from '../support/job-double.ts';
import { answerOf, KINDS, VALUES } from '../support/kind-answers.ts';

const root = join(import.meta.dirname, '../..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

interface ActionFile {
  readonly inputs: Readonly<Record<string, { default?: string }>>;
  readonly outputs: Readonly<Record<string, object>>;
  readonly runs: Readonly<Record<string, string>>;
}

const action = parse(read('action.yml')) as ActionFile;

test('every input that is read is described, and no other', () => {
  const asked = new Set<string>();
  const get = (name: string): string => {
    asked.add(name);
    return (INPUTS as Readonly<Record<string, string>>)[name] ?? '';
  };
  readInputs(get);
  readReturnInputs(get);
  expect([...asked].sort()).toEqual(Object.keys(action.inputs).sort());
});

test('the defaults that are described are those of the code', () => {
  const described = Object.entries(action.inputs).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value]],
  );
  expect(inputs(Object.fromEntries(described) as Record<string, string>)).toEqual(inputs());
});

test('every output that is written for some kind is described, and no other but for those of a vault', async () => {
  const asker = { inputs: inputs(), claims: CLAIMS, now: 0 };
  const job = jobDouble();
  for (const kind of KINDS) {
    const accepted = acceptIssued(await issuedAnswer(answerOf(kind)), asker);
    writeOutputs(job, { accepted, files: ['/runner/temp/file'] }, false);
  }
  const written = job.events.flatMap((event) => /^output (\S+) = /.exec(event)?.[1] ?? []);
  const described = [...Object.keys(action.outputs), ...Object.keys(VALUES['vault-secret'])];
  expect([...new Set(written)].sort()).toEqual(described.sort());
});

test('no value of a vault can pass for an output that is described', () => {
  expect([...OUR_OUTPUTS].sort()).toEqual(Object.keys(action.outputs).sort());
  expect(Object.keys(action.outputs).filter(isVaultOutput)).toEqual([]);
});

test('the runner finds both steps, and the post step always runs', () => {
  expect(action.runs).toMatchObject({ using: 'node24', 'post-if': 'always()' });
  for (const step of ['main', 'post']) expect(statSync(join(root, action.runs[step] ?? '')).isFile()).toBe(true);
});

test('the bundle is small, and names no directory of the machine that made it', () => {
  const files = readdirSync(join(root, 'action/dist'));
  const texts = files.map((file) => read('action/dist', file));
  expect(texts.join('').length).toBeLessThan(700_000);
  expect(texts.filter((text) => text.includes(root))).toEqual([]);
});
