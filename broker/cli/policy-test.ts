// `buildpass policy test`: decides the cases that stand beside the policies, and says which of them come out otherwise than they
// expect. Needs no broker and no network; decides with the broker's own evaluation.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { type Clock, systemClock } from '../clock.ts';
import { readPolicyDirectory } from '../policy/directory-source.ts';
import { loadPolicy, type PolicyContext, type PolicySet } from '../policy/load-policy.ts';
import { BEFORE_POLICY } from '../policy-tests/case-document.ts';
import { type PlacedCase, readCases, TESTS_FOLDER } from '../policy-tests/case-files.ts';
import { uncovered } from '../policy-tests/coverage.ts';
import { runCase } from '../policy-tests/run-case.ts';
import { formatFinding } from '../yaml/strict-yaml.ts';
import { findingLines } from './policy-check.ts';
import { type Report, type RunCase, reportAsJson, reportAsText } from './policy-test-report.ts';

export interface PolicyTestOptions {
  readonly directory: string;
  readonly context: PolicyContext;
  /** what no case covers counts as a failure too */
  readonly strict: boolean;
  readonly json: boolean;
  readonly write: (line: string) => void;
  readonly clock?: Clock;
}

/** 0: every case holds. 1: some do not. 2: they could not be run, and why. */
export async function policyTest(options: PolicyTestOptions): Promise<0 | 1 | 2> {
  const { directory, json, write, strict } = options;
  try {
    const policies = await loadPolicies(options);
    const cases = await loadCases(directory);
    const report = run(policies, cases, options);
    for (const line of json ? [inertJson(reportAsJson(report))] : reportAsText(report))
      write(json ? line : inertLine(line));
    const failed = report.cases.some(({ result }) => result.failure !== undefined);
    return failed || (strict && report.uncovered.length > 0) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof NotRun)) throw error;
    write(json ? inertJson({ ok: false, error: error.message }) : error.message.split('\n').map(inertLine).join('\n'));
    return 2;
  }
}

/** What was given cannot be tested; the message says which part. */
class NotRun extends Error {
  override readonly name = 'NotRun';
}

async function loadPolicies({ directory, context }: PolicyTestOptions): Promise<PolicySet> {
  const result = loadPolicy(await orNotRun(() => readPolicyDirectory(directory)), context);
  if (result.ok) return result.policies;
  throw new NotRun(`The policies do not load:\n${findingLines(result, directory).join('\n')}`);
}

async function loadCases(directory: string): Promise<readonly PlacedCase[]> {
  const folder = join(directory, TESTS_FOLDER);
  const documents = existsSync(folder) ? await orNotRun(() => readPolicyDirectory(folder)) : [];
  if (documents.length === 0)
    throw new NotRun(
      `There are no cases: write the first into ${join(folder, 'NAME.yaml')}, as docs/policy-tools.md shows.`,
    );
  const read = readCases(documents);
  if (read.ok) return read.cases.map((one) => ({ ...one, file: join(folder, one.file) }));
  const lines = read.findings.map((finding) => formatFinding({ ...finding, file: join(folder, finding.file) }));
  throw new NotRun(`The cases cannot be read:\n${lines.join('\n')}`);
}

async function orNotRun<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw new NotRun((cause as Error).message, { cause });
  }
}

function run(policies: PolicySet, cases: readonly PlacedCase[], options: PolicyTestOptions): Report {
  const { context, clock = systemClock } = options;
  const surroundings = { policies, issuers: context.issuers, now: clock.now() };
  const run = cases.map((placed) => ({ ...placed, result: runCase(placed.testCase, surroundings) }));
  return { cases: run, uncovered: uncovered(policies, run.filter(byPolicy).map(covered)), strict: options.strict };
}

/** A token that no policy was asked about shows nothing of one. */
const byPolicy = ({ result }: RunCase): boolean => !result.reasons.some(({ code }) => BEFORE_POLICY.includes(code));
const covered = ({ testCase: { ask }, result: { outcome, rule } }: RunCase) => ({ ask, outcome, rule });
