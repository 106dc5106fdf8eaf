// Where the loader puts what it finds: errors and warnings of one file, at the place of the key that they are about.
import type { KeyPath, Problem } from '../shapes/schema-problems.ts';
import type { Finding, StrictYaml } from '../yaml/strict-yaml.ts';

export interface Findings {
  readonly errors: Finding[];
  readonly warnings: Finding[];
}

export interface Report {
  readonly error: (path: KeyPath, message: string) => void;
  readonly errors: (problems: readonly Problem[]) => void;
  readonly warn: (path: KeyPath, message: string) => void;
  /** the same report for what stands below a key */
  readonly under: (...path: KeyPath) => Report;
}

export function reportInto(findings: Findings, place: StrictYaml<unknown>['finding'], base: KeyPath = []): Report {
  const error: Report['error'] = (path, message) => {
    findings.errors.push(place([...base, ...path], message));
  };
  return {
    error,
    errors: (problems) => {
      for (const { path, message } of problems) error(path, message);
    },
    warn: (path, message) => {
      findings.warnings.push(place([...base, ...path], message));
    },
    under: (...path) => reportInto(findings, place, [...base, ...path]),
  };
}
