// What `policy test` says: one line a case, with the reasons below those that fail, and a summary at the end.
import { ordinal } from '../../shared/ordinal.ts';
import type { PlacedCase } from '../policy-tests/case-files.ts';
import type { Uncovered } from '../policy-tests/coverage.ts';
import type { CaseResult, Why } from '../policy-tests/run-case.ts';

export interface RunCase extends PlacedCase {
  readonly result: CaseResult;
}

export interface Report {
  readonly cases: readonly RunCase[];
  readonly uncovered: readonly Uncovered[];
  /** what is not covered is a failure too */
  readonly strict: boolean;
}

export function reportAsText({ cases, uncovered, strict }: Report): string[] {
  const mark = strict ? 'FAIL' : 'warning:';
  return [
    ...cases.flatMap(caseLines),
    ...uncovered.map(({ message }) => `${mark} ${message}`),
    summary(cases, uncovered),
  ];
}

export function reportAsJson({ cases, uncovered, strict }: Report): object {
  const failed = cases.filter(({ result }) => result.failure !== undefined).length;
  return {
    ok: failed === 0 && (!strict || uncovered.length === 0),
    passed: cases.length - failed,
    failed,
    cases: cases.map(asJson),
    uncovered,
  };
}

function asJson({ file, line, testCase, result }: RunCase): object {
  const { title, ask, expect, assuming = [] } = testCase;
  const { outcome, rule, reasons, failure } = result;
  return {
    ...{ file, line, title, ask, assuming, expected: expect, got: outcome },
    ...(rule === undefined ? {} : { rule }),
    ...{ ok: failure === undefined, ...(failure === undefined ? {} : { failure }), reasons },
  };
}

function caseLines({ file, line, testCase, result }: RunCase): string[] {
  const { title, ask, assuming = [] } = testCase;
  const { failure, outcome, rule } = result;
  const assumed = assuming.length === 0 ? '' : `, assuming ${assuming.join(', ')}`;
  if (failure === undefined)
    return [`ok   ${ask}: ${title} (${outcome}${rule === undefined ? '' : `, the ${ordinal(rule)} rule`}${assumed})`];
  return [`FAIL ${ask}: ${title}`, `     ${file}:${line}: ${failure}${assumed}`, ...whyLines(result)];
}

/** Of the nearest rule only: the others fail in more ways, and explain less. */
function whyLines({ reasons, summary, outcome }: CaseResult): string[] {
  if (outcome !== 'deny') return [`     ${summary}`];
  const nearest = reasons.find(({ rule }) => rule !== undefined)?.rule;
  const shown = reasons.filter(({ rule }) => rule === undefined || rule === nearest);
  const more = reasons.length - shown.length;
  const others = more === 0 ? [] : [`     and ${more} more of other rules`];
  return [...shown.map(({ code, message }: Why) => `     ${code}: ${message}`), ...others];
}

function summary(cases: readonly RunCase[], uncovered: readonly Uncovered[]): string {
  const failed = cases.filter(({ result }) => result.failure !== undefined).length;
  const gaps = uncovered.length === 0 ? '' : `, ${counted(uncovered.length, 'gap')} in what they cover`;
  if (failed > 0) return `${failed} of ${counted(cases.length, 'case')} failed${gaps}.`;
  return `${counted(cases.length, 'case')} passed${gaps}.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
