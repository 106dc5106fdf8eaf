// The claims of a GitHub Actions token as a Subject, and what makes two tokens come from the same job.
// Pure and strict: a claim that GitHub always sends must be there and look as GitHub writes it; a missing one is never a wildcard.
import { hash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Subject } from '../model.ts';
import type { Claims } from './compact-jws.ts';
import { malformedToken, quoted } from './refusal.ts';
import { wholeSeconds } from './token-times.ts';

interface Form {
  readonly pattern: RegExp;
  /** ends the sentence "GitHub sends …" */
  readonly description: string;
}

const TEXT: Form = { pattern: /^\P{Cc}+$/u, description: 'text without control characters' };
const TEXT_OR_EMPTY: Form = { pattern: /^\P{Cc}*$/u, description: 'text without control characters' };
// Free text of a workflow author, line breaks included. Nothing decides on it.
const ANY_TEXT: Form = { pattern: /.*/s, description: 'text' };
// As strings: numbers above 2^53 would lose digits, and an id is only ever compared.
const ID: Form = { pattern: /^[1-9][0-9]{0,19}$/, description: 'a number, written as a string' };
const COMMIT: Form = { pattern: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, description: 'a full commit id' };
const BOOLEAN: Form = { pattern: /^(?:true|false)$/, description: '"true" or "false"' };
const REPOSITORY: Form = { pattern: /^[\w.-]+\/[\w.-]+$/, description: 'owner and name with a slash between them' };
const VISIBILITY: Form = { pattern: /^(?:public|private|internal)$/, description: '"public", "private" or "internal"' };
const RUNNER: Form = { pattern: /^(?:github|self)-hosted$/, description: '"github-hosted" or "self-hosted"' };
const REF_TYPE: Form = { pattern: /^(?:branch|tag)?$/, description: '"branch" or "tag"' };
// Empty for a deployment of a bare commit. A short name could be a branch or a tag, so it is neither.
const REF: Form = {
  pattern: /^(?:refs\/(?:heads|tags)\/\P{Cc}+|refs\/pull\/[0-9]+\/(?:merge|head))?$/u,
  description: 'a full ref such as "refs/heads/main"',
};
// The file need not lie in the job's repository: a called or an organization-wide required workflow lies elsewhere.
// Not taken apart any further, because file and branch names may contain "@" themselves.
const WORKFLOW: Form = {
  pattern: /^[\w.-]+\/[\w.-]+\/[^@\p{Cc}]+@\P{Cc}+$/u,
  description: 'owner/repository/file@ref',
};

const ALWAYS = {
  sub: TEXT,
  jti: { pattern: /^\P{Cc}{1,255}$/u, description: 'at most 255 characters' },
  repository: REPOSITORY,
  repository_id: ID,
  repository_owner: TEXT,
  repository_owner_id: ID,
  repository_visibility: VISIBILITY,
  ref: REF,
  ref_type: REF_TYPE,
  sha: COMMIT,
  head_ref: TEXT_OR_EMPTY,
  base_ref: TEXT_OR_EMPTY,
  event_name: { pattern: /^[a-z_]+$/, description: 'the name of an event' },
  workflow: ANY_TEXT,
  workflow_ref: WORKFLOW,
  job_workflow_ref: WORKFLOW,
  actor: TEXT,
  actor_id: ID,
  run_id: ID,
  run_number: ID,
  run_attempt: ID,
} as const satisfies Record<string, Form>;

/** Left out by GitHub Enterprise Server, by older tokens, or where there is nothing to say. Present, they are no less strict. */
const SOMETIMES = {
  check_run_id: ID,
  // Never empty: an empty name is no environment, and nobody may take it for one.
  environment: TEXT,
  enterprise: TEXT,
  enterprise_id: ID,
  job_workflow_sha: COMMIT,
  ref_protected: BOOLEAN,
  runner_environment: RUNNER,
  workflow_sha: COMMIT,
} as const satisfies Record<string, Form>;

type Known = { readonly [name in keyof typeof ALWAYS]: string } & {
  readonly [name in keyof typeof SOMETIMES]?: string;
};

/** @throws BrokerError TOKEN_MALFORMED, naming the claim */
export function parseClaims(claims: unknown, issuerName: string): Subject {
  const all = asClaims(claims);
  const expiresAt = wholeSeconds(all, 'exp');
  const known = checkForms(all);
  refuseContradictions(known);
  return {
    issuer: issuerName,
    repository: known.repository,
    repositoryId: known.repository_id,
    repositoryOwner: known.repository_owner,
    repositoryOwnerId: known.repository_owner_id,
    repositoryVisibility: known.repository_visibility as Subject['repositoryVisibility'],
    ref: known.ref,
    refType: known.ref === '' ? '' : (known.ref_type as Subject['refType']),
    refProtected: known.ref_protected === undefined ? undefined : known.ref_protected === 'true',
    sha: known.sha,
    headRef: known.head_ref,
    baseRef: known.base_ref,
    eventName: known.event_name,
    environment: known.environment,
    workflowRef: known.workflow_ref,
    workflowSha: known.workflow_sha,
    jobWorkflowRef: known.job_workflow_ref,
    jobWorkflowSha: known.job_workflow_sha,
    actor: known.actor,
    actorId: known.actor_id,
    runId: known.run_id,
    runAttempt: known.run_attempt,
    checkRunId: known.check_run_id,
    runnerEnvironment: known.runner_environment as Subject['runnerEnvironment'],
    claims: textClaims(all),
    tokenId: known.jti,
    tokenExpiresAt: expiresAt * 1000,
  };
}

/** Names the job: two tokens with the same key come from the same job. Absent equals absent, and nothing else. */
export function jobKey(subject: Subject): string {
  const job = {
    issuer: subject.issuer,
    repository_id: subject.repositoryId,
    run_id: subject.runId,
    run_attempt: subject.runAttempt,
    check_run_id: subject.checkRunId ?? null,
    ref: subject.ref,
    sha: subject.sha,
    workflow_ref: subject.workflowRef,
    job_workflow_ref: subject.jobWorkflowRef,
    environment: subject.environment ?? null,
    event_name: subject.eventName,
    runner_environment: subject.runnerEnvironment ?? null,
  };
  return hash('sha256', canonicalJson(job));
}

function asClaims(claims: unknown): Claims {
  if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims as Claims;
  throw malformedToken(`The token's claims are ${quoted(claims)}; they must be an object.`);
}

function checkForms(claims: Claims): Known {
  for (const [name, form] of Object.entries(ALWAYS)) {
    if (!Object.hasOwn(claims, name))
      throw malformedToken(`The token has no claim "${name}", which GitHub always sends.`);
    checkForm(name, claims[name], form);
  }
  for (const [name, form] of Object.entries(SOMETIMES)) {
    if (Object.hasOwn(claims, name)) checkForm(name, claims[name], form);
  }
  return claims as Known;
}

function checkForm(name: string, value: unknown, { pattern, description }: Form): void {
  if (typeof value === 'string' && pattern.test(value)) return;
  throw malformedToken(`The token's claim "${name}" is ${quoted(value)}; GitHub sends ${description}.`);
}

/** Claims that contradict each other were not written by GitHub, whoever signed them. */
function refuseContradictions({ repository, repository_owner, ref, ref_type }: Known): void {
  if (!repository.startsWith(`${repository_owner}/`)) {
    throw malformedToken(
      `The token's claims "repository" (${quoted(repository)}) and "repository_owner" (${quoted(repository_owner)}) contradict each other.`,
    );
  }
  // A branch may be called like a tag; GitHub says "branch" for refs/pull/ too. Unsure for an empty ref, which matches nothing.
  const expected = ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  if (ref !== '' && ref_type !== expected) {
    throw malformedToken(
      `The token's claims "ref" (${quoted(ref)}) and "ref_type" (${quoted(ref_type)}) contradict each other.`,
    );
  }
}

/** Without a prototype, so that a policy that asks for the claim `constructor` finds what the token says: nothing. */
function textClaims(claims: Claims): Readonly<Record<string, string>> {
  const texts: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(claims)) {
    if (typeof value !== 'string') continue;
    // Half a surrogate pair has no UTF-8 form and could not be logged exactly; NUL is not text to PostgreSQL.
    if (![name, value].every((text) => text.isWellFormed() && !text.includes('\0'))) {
      throw malformedToken(`The token's claim ${quoted(name)} is ${quoted(value)}, which is not text.`);
    }
    texts[name] = value;
  }
  return texts;
}
