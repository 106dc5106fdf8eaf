// What each finding of lint means, and the short names of the risks that it is filed under: docs/policy-lint.md is generated from
// here. The types make a new finding without its sentences an error.
import type { CicdSecId, LintCode, NhiId } from '../broker/policy/lint/codes.ts';

export interface LintMeaning {
  readonly when: string;
  readonly risk: string;
  /** what to write, as the document says it; a finding names the very line */
  readonly change: string;
}

export const LINT_MEANINGS: Readonly<Record<LintCode, LintMeaning>> = {
  LINT_REF_WILDCARD: {
    when: 'A rule of high risk has a wildcard in `branch`, `tag` or `ref`, or names none of them, and has no `protected-ref`.',
    risk: 'Whoever can push can make such a branch or tag, with a workflow of their own on it.',
    change: '`branch: main`, or `protected-ref: true` beside the wildcard.',
  },
  LINT_UNGUARDED: {
    when: 'An entitlement of high risk, or one that looks like production, has neither `approval` nor `break-glass`, and a rule that names no environment.',
    risk: 'Nobody is asked, here or at GitHub, before the credential is handed out.',
    change: '`environment: production` in the rule, with required reviewers on it at GitHub, or an `approval`.',
  },
  LINT_NO_ENVIRONMENT: {
    when: 'People approve an entitlement of high risk, but a rule of it names no environment.',
    risk: 'Any job of the branch may ask, whatever it deploys to, and GitHub’s own protection of environments is passed by.',
    change: '`environment: production` in the rule.',
  },
  LINT_RISK_UNDERSTATED: {
    when: 'An entitlement says `risk: low`, and its name or an environment says production, or its permissions administer repositories.',
    risk: 'The guardrails for high risk do not hold for it.',
    change: '`risk: high`.',
  },
  LINT_TTL_LONG: {
    when: 'A `ttl` is longer than 15 minutes at high risk or an hour at low; an hour and eight where it can be revoked; or what the kind needs at least. `never` is the guardrails’ to allow.',
    risk: 'What leaks out of a job goes on working long after it.',
    change: '`ttl: 15m`; ask for more in the one job that needs it.',
  },
  LINT_NO_RUNNER: {
    when: 'A rule of high risk has no `runner`.',
    risk: 'A job on a machine that other jobs have used may ask too.',
    change: '`runner: github-hosted`.',
  },
  LINT_SELF_HOSTED: {
    when: 'A rule allows `self-hosted` at high risk, or for pull requests.',
    risk: 'What an earlier job left on the machine can read the credential.',
    change: '`runner: github-hosted`.',
  },
  LINT_OUTSIDE_EVENT: {
    when: 'A rule of high risk allows an event that people without write access can cause: pull requests, comments, issues, discussions, forks, stars, wiki pages, or a `workflow_run` after one of them.',
    risk: 'Somebody who may not push chooses what the job does, or when.',
    change: '`event: [push, workflow_dispatch]`.',
  },
  LINT_PULL_REQUEST_TARGET: {
    when: 'A rule allows `pull_request_target`, at any risk.',
    risk: 'Its jobs show the default branch as their ref, though a stranger’s pull request started them.',
    change: 'Take it out; `pull-request: { into: main }` is for pull requests.',
  },
  LINT_CALLED_WORKFLOW_MUTABLE: {
    when: 'A `called-workflow` ends in a branch or a tag.',
    risk: 'Whoever can move it decides what the job runs.',
    change: '`called-workflow: owner/repository/.github/workflows/file.yml@` and the 40 digits of a commit.',
  },
  LINT_SELF_APPROVAL: {
    when: 'At high risk, `approval` has `self: allowed`, or its `apart-from` leaves out `requester`.',
    risk: 'One person alone decides.',
    change: 'Take `self` out, and keep `apart-from: [requester, actor]`.',
  },
  LINT_NO_REVIEW: {
    when: 'An entitlement of high risk has neither `review` nor `expires`.',
    risk: 'It stays when nobody needs it any more.',
    change:
      '`expires` with a day. `review: { every: 90d, by: [TEAM] }` is written down, and nobody is asked by it yet.',
  },
  LINT_OFFER_WIDE: {
    when: 'An item of `may-offer` takes more than the entitlements of the project use, a wildcard included.',
    risk: 'The project can hand itself the rest without asking the organization.',
    change: 'The narrower offer, which the finding writes out.',
  },
  LINT_AUDIENCE_TRADED: {
    when: 'A `jwt` or `kubernetes` credential is for the audience at which AWS, Entra ID or Google take tokens in trade.',
    risk: 'The job holds what the broker itself would show there: wherever the cloud trusts the entitlement it can make itself credentials past the bounds of that cloud’s own kind, and past the log.',
    change: 'The kind of that cloud, or the audience of a service of your own.',
  },
  LINT_OUTLIVES_TTL: {
    when: 'A credential is of a kind that the job trades by itself for others that live longer: `gcp-credentials-file`.',
    risk: 'The `ttl` bounds the token in the file and not what Google gives for it, nothing of that is in the log, and nobody here can revoke it.',
    change: '`kind: gcp-service-account`, for programs that take a token.',
  },
  LINT_RULE_SHADOWED: {
    when: 'Every job that a rule allows is allowed by another rule of the same entitlement too (of its first 100).',
    risk: 'The narrower rule looks like a limit, and limits nothing.',
    change: 'Take one of the two out.',
  },
  LINT_EVENT_IDLE: {
    when: 'A rule names an event whose jobs never have such a ref, beside others that do.',
    risk: 'The rule reads as if it allowed what it never will.',
    change: 'Take the event out, or write a rule of its own for it.',
  },
  LINT_REPOSITORY_SHARED: {
    when: 'Two projects list the same repository.',
    risk: 'A job of it may ask both, so that what one owner forbids may be had from the other.',
    change: 'List it in the project that owns it.',
  },
};

export const NHI: Readonly<Record<NhiId, string>> = {
  'NHI1:2025': 'Improper Offboarding',
  'NHI2:2025': 'Secret Leakage',
  'NHI3:2025': 'Vulnerable Third-Party NHI',
  'NHI5:2025': 'Overprivileged NHI',
  'NHI7:2025': 'Long-Lived Secrets',
  'NHI8:2025': 'Environment Isolation',
  'NHI9:2025': 'NHI Reuse',
};

export const CICD_SEC: Readonly<Record<CicdSecId, string>> = {
  'CICD-SEC-1': 'Insufficient Flow Control Mechanisms',
  'CICD-SEC-2': 'Inadequate Identity and Access Management',
  'CICD-SEC-3': 'Dependency Chain Abuse',
  'CICD-SEC-4': 'Poisoned Pipeline Execution (PPE)',
  'CICD-SEC-5': 'Insufficient PBAC (Pipeline-Based Access Controls)',
  'CICD-SEC-6': 'Insufficient Credential Hygiene',
  'CICD-SEC-7': 'Insecure System Configuration',
};
