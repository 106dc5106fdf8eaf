// `buildpass policy check`: loads a policy directory as the broker would, and says what is wrong with it, one finding a line;
// of one that loads, what should be changed all the same. Needs no broker and no network; without a configuration, names of
// issuers and upstreams are taken as they are.
import { join } from 'node:path';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import type { Entitlement } from '../model.ts';
import { readPolicyDirectory } from '../policy/directory-source.ts';
import { type LintFinding, lintSentence } from '../policy/lint/lint-finding.ts';
import { type Linted, lintPolicy } from '../policy/lint/lint-policy.ts';
import { type LoadResult, loadPolicy, type PolicyContext, type PolicyDocument } from '../policy/load-policy.ts';
import { type Finding, formatFinding } from '../yaml/strict-yaml.ts';

export interface PolicyCheckOptions {
  readonly directory: string;
  readonly context: PolicyContext;
  readonly json: boolean;
  /** a warning is a no */
  readonly strict?: boolean;
  /** also the risk figure of each entitlement */
  readonly risk?: boolean;
  readonly write: (line: string) => void;
}

/** 0: the directory would be put in force. 1: it would not, or, where strict, something of it should be changed. */
export async function policyCheck(options: PolicyCheckOptions): Promise<0 | 1> {
  const { directory, context, json, strict = false, write } = options;
  const documents = await readOrSay(directory, { json, write });
  if (documents === undefined) return 1;
  const result = loadPolicy(documents, context);
  const linted = result.ok ? lintPolicy(result.policies, context) : NOTHING;
  if (json) write(inertJson(asJson(result, linted)));
  else for (const line of asText({ result, linted }, options)) write(line);
  const isWarned = result.warnings.length > 0 || linted.findings.length > 0;
  return result.ok && !(strict && isWarned) ? 0 : 1;
}

/** Beside errors it would speak of what is about to change. */
const NOTHING: Linted = { findings: [], leftOut: 0 };

async function readOrSay(
  directory: string,
  { json, write }: Pick<PolicyCheckOptions, 'json' | 'write'>,
): Promise<readonly PolicyDocument[] | undefined> {
  try {
    return await readPolicyDirectory(directory);
  } catch (error) {
    const { message } = error as Error;
    write(json ? inertJson({ ok: false, error: message, findings: [], warnings: [] }) : inertLine(message));
    return undefined;
  }
}

function asJson(result: LoadResult, { findings, leftOut }: Linted): object {
  if (!result.ok) return { ok: false, findings: result.findings, warnings: result.warnings };
  const { digest, projects } = result.policies;
  return {
    ok: true,
    digest,
    projects: [...projects.keys()],
    findings: [],
    warnings: [...result.warnings, ...findings],
    ...(leftOut === 0 ? {} : { warnings_left_out: leftOut }),
    risks: entitlementsOf(result).map(({ project, name, figure }) => ({ scope: `${project}/${name}`, ...figure })),
  };
}

const entitlementsOf = (result: LoadResult): readonly Entitlement[] =>
  result.ok ? [...result.policies.projects.values()].flatMap((project) => [...project.entitlements.values()]) : [];

interface Checked {
  readonly result: LoadResult;
  readonly linted: Linted;
}

function asText({ result, linted }: Checked, { directory, strict, risk }: PolicyCheckOptions): string[] {
  const advice = linted.findings.map((finding) => lintLine(finding, directory));
  const more = linted.leftOut === 0 ? [] : [`${counted(linted.leftOut, 'more warning')} not listed`];
  const figures = risk === true ? entitlementsOf(result).flatMap(figureLines) : [];
  return [...findingLines(result, directory), ...advice, ...more, ...figures, conclusion({ result, linted }, strict)];
}

const lintLine = (finding: LintFinding, directory: string): string =>
  formatFinding({ ...finding, file: join(directory, finding.file), message: `warning: ${lintSentence(finding)}` });

const figureLines = ({ project, name, figure }: Entitlement): string[] => [
  `${project}/${name}: risk ${figure.score} of 100 (${figure.level})`,
  ...figure.factors.map(({ points, sentence }) => inertLine(`  ${String(points).padStart(3)}  ${sentence}`)),
];

/** Errors and warnings, each a line that an editor can follow. */
export function findingLines(result: LoadResult, directory: string): string[] {
  const inDirectory = (finding: Finding, mark = ''): string =>
    formatFinding({ ...finding, file: join(directory, finding.file), message: `${mark}${finding.message}` });
  const errors = result.ok ? [] : result.findings.map((finding) => inDirectory(finding));
  return [...errors, ...result.warnings.map((finding) => inDirectory(finding, 'warning: '))];
}

function conclusion({ result, linted }: Checked, strict = false): string {
  const warnings = result.warnings.length + linted.findings.length + linted.leftOut;
  const warned = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  if (!result.ok)
    return `${counted(result.findings.length, 'error')}${warned}: nothing of this directory would be put in force.`;
  const { projects, digest } = result.policies;
  const verdict = strict && warnings > 0 ? 'it would be put in force, and --strict takes no warnings' : 'well';
  return `${counted(projects.size, 'project')}, ${counted(entitlementsOf(result).length, 'entitlement')}${warned}: ${verdict}. Digest ${digest}.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
