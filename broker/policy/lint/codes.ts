// Every finding that lint knows, by its code, which never changes, and where two public lists speak of it: the OWASP Non-Human
// Identities Top 10 (2025) and the OWASP Top 10 CI/CD Security Risks. What each means is told in docs/lint-meanings.ts.

export type NhiId = `NHI${1 | 2 | 3 | 5 | 7 | 8 | 9}:2025`;
export type CicdSecId = `CICD-SEC-${1 | 2 | 3 | 4 | 5 | 6 | 7}`;

interface Filed {
  readonly nhi: NhiId;
  readonly cicdSec: CicdSecId;
}

export const LINT_CODES = {
  LINT_REF_WILDCARD: { nhi: 'NHI5:2025', cicdSec: 'CICD-SEC-1' },
  LINT_UNGUARDED: { nhi: 'NHI8:2025', cicdSec: 'CICD-SEC-1' },
  LINT_NO_ENVIRONMENT: { nhi: 'NHI8:2025', cicdSec: 'CICD-SEC-5' },
  LINT_RISK_UNDERSTATED: { nhi: 'NHI5:2025', cicdSec: 'CICD-SEC-5' },
  LINT_TTL_LONG: { nhi: 'NHI7:2025', cicdSec: 'CICD-SEC-6' },
  LINT_NO_RUNNER: { nhi: 'NHI8:2025', cicdSec: 'CICD-SEC-5' },
  LINT_SELF_HOSTED: { nhi: 'NHI2:2025', cicdSec: 'CICD-SEC-7' },
  LINT_OUTSIDE_EVENT: { nhi: 'NHI2:2025', cicdSec: 'CICD-SEC-4' },
  LINT_PULL_REQUEST_TARGET: { nhi: 'NHI2:2025', cicdSec: 'CICD-SEC-4' },
  LINT_CALLED_WORKFLOW_MUTABLE: { nhi: 'NHI3:2025', cicdSec: 'CICD-SEC-3' },
  LINT_SELF_APPROVAL: { nhi: 'NHI5:2025', cicdSec: 'CICD-SEC-1' },
  LINT_NO_REVIEW: { nhi: 'NHI1:2025', cicdSec: 'CICD-SEC-2' },
  LINT_OFFER_WIDE: { nhi: 'NHI5:2025', cicdSec: 'CICD-SEC-2' },
  LINT_AUDIENCE_TRADED: { nhi: 'NHI5:2025', cicdSec: 'CICD-SEC-5' },
  LINT_OUTLIVES_TTL: { nhi: 'NHI7:2025', cicdSec: 'CICD-SEC-5' },
  LINT_RULE_SHADOWED: { nhi: 'NHI5:2025', cicdSec: 'CICD-SEC-5' },
  LINT_EVENT_IDLE: { nhi: 'NHI5:2025', cicdSec: 'CICD-SEC-5' },
  LINT_REPOSITORY_SHARED: { nhi: 'NHI9:2025', cicdSec: 'CICD-SEC-2' },
} as const satisfies Readonly<Record<string, Filed>>;

export type LintCode = keyof typeof LINT_CODES;
