// `buildpass policy check`: loads a policy directory as the broker would, and says what is wrong with it, one finding a line.
// Needs no broker and no network; without a configuration, names of issuers and upstreams are taken as they are.
import { join } from 'node:path';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { readPolicyDirectory } from '../policy/directory-source.ts';
import { type LoadResult, loadPolicy, type PolicyContext, type PolicyDocument } from '../policy/load-policy.ts';
import { type Finding, formatFinding } from '../strict-yaml.ts';

export interface PolicyCheckOptions {
  readonly directory: string;
  readonly context: PolicyContext;
  readonly json: boolean;
  readonly write: (line: string) => void;
}

/** 0: the directory would be put in force. 1: it would not. */
export async function policyCheck({ directory, context, json, write }: PolicyCheckOptions): Promise<0 | 1> {
  const documents = await readOrSay(directory, { json, write });
  if (documents === undefined) return 1;
  const result = loadPolicy(documents, context);
  if (json) write(inertJson(asJson(result)));
  else for (const line of asText(result, directory)) write(line);
  return result.ok ? 0 : 1;
}

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

function asJson(result: LoadResult): object {
  if (!result.ok) return { ok: false, findings: result.findings, warnings: result.warnings };
  return {
    ok: true,
    digest: result.policies.digest,
    projects: [...result.policies.projects.keys()],
    findings: [],
    warnings: result.warnings,
  };
}

function asText(result: LoadResult, directory: string): string[] {
  return [...findingLines(result, directory), conclusion(result)];
}

/** Errors and warnings, each a line that an editor can follow. */
export function findingLines(result: LoadResult, directory: string): string[] {
  const inDirectory = (finding: Finding, mark = ''): string =>
    formatFinding({ ...finding, file: join(directory, finding.file), message: `${mark}${finding.message}` });
  const errors = result.ok ? [] : result.findings.map((finding) => inDirectory(finding));
  return [...errors, ...result.warnings.map((finding) => inDirectory(finding, 'warning: '))];
}

function conclusion(result: LoadResult): string {
  const warned = result.warnings.length === 0 ? '' : `, ${counted(result.warnings.length, 'warning')}`;
  if (!result.ok)
    return `${counted(result.findings.length, 'error')}${warned}: nothing of this directory would be put in force.`;
  const projects = [...result.policies.projects.values()];
  const entitlements = projects.reduce((sum, project) => sum + project.entitlements.size, 0);
  return `${counted(projects.length, 'project')}, ${counted(entitlements, 'entitlement')}${warned}: well. Digest ${result.policies.digest}.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
