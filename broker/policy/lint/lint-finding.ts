// A finding of lint: a warning with a code, what the risk is, and the change that ends it. What it is filed under comes from the
// one list of codes, so that no two findings of a code can disagree.
import type { KeyPath } from '../../shapes/schema-problems.ts';
import type { Finding } from '../../yaml/strict-yaml.ts';
import { type CicdSecId, LINT_CODES, type LintCode, type NhiId } from './codes.ts';

/** What a check found; its path is relative to where the check looked. */
export interface Advice {
  readonly code: LintCode;
  readonly path: KeyPath;
  /** the risk, in one sentence with the policy's own values */
  readonly message: string;
  /** the line to write */
  readonly remedy: string;
}

export interface LintFinding extends Finding {
  readonly code: LintCode;
  readonly remedy: string;
  /** of the OWASP Non-Human Identities Top 10 */
  readonly nhi: NhiId;
  /** of the OWASP Top 10 CI/CD Security Risks */
  readonly cicd_sec: CicdSecId;
}

export type Place = (path: KeyPath, message: string) => Finding;

export function placed(place: Place, base: KeyPath, { code, path, message, remedy }: Advice): LintFinding {
  const { nhi, cicdSec } = LINT_CODES[code];
  return { ...place([...base, ...path], message), code, remedy, nhi, cicd_sec: cicdSec };
}

/** One line for people, in the place of the message. */
export const lintSentence = ({ code, message, remedy, nhi, cicd_sec }: LintFinding): string =>
  `${code}: ${message} Change: ${remedy} (${nhi}, ${cicd_sec})`;
