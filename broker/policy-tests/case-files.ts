// The case files of a policy directory, read as strictly as the policies themselves: each case with the place where it stands.
import type { Millis } from '../clock.ts';
import type { PolicyDocument } from '../policy/policy-set.ts';
import { type Finding, parseStrictYaml } from '../yaml/strict-yaml.ts';
import { caseFileSchema, type TestCase } from './case-document.ts';

/** The folder in a policy directory that holds the cases; policies are never read from it. */
export const TESTS_FOLDER = 'tests';

export interface PlacedCase {
  readonly file: string;
  readonly line: number;
  readonly testCase: TestCase;
}

export type CasesRead =
  | { readonly ok: true; readonly cases: readonly PlacedCase[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** All files or none: a case that is silently left out would show nothing. */
export function readCases(documents: readonly PolicyDocument[]): CasesRead {
  const results = documents.map((document) => ({ document, parsed: parseStrictYaml(document, caseFileSchema) }));
  const findings = results.flatMap(({ parsed }) => (parsed.ok ? [] : parsed.findings));
  if (findings.length > 0) return { ok: false, findings };
  const cases = results.flatMap(({ document, parsed }) => {
    if (!parsed.ok) return [];
    const { value, finding } = parsed.yaml;
    return value.cases.map((testCase, index) => ({
      file: document.file,
      line: finding(['cases', index], '').line,
      testCase: withMoment(testCase, value.at),
    }));
  });
  return { ok: true, cases };
}

const withMoment = (testCase: TestCase, at: Millis | undefined): TestCase =>
  testCase.at !== undefined || at === undefined ? testCase : { ...testCase, at };
