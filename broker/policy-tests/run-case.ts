// Decides a case as the broker would decide the job that it describes, and says whether that is what it expects.
// Pure: the policies, the configured owners and the moment are passed in. What only a running broker knows (suspensions, what
// the job already has) is left out.
import { ordinal } from '../../shared/ordinal.ts';
import type { Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { Facts } from '../facts.ts';
import { ownerRefusal } from '../identity/authenticate.ts';
import { parseClaims } from '../identity/github-claims.ts';
import type { Ask, Condition, Decision, Entitlement, Subject } from '../model.ts';
import { evaluate } from '../policy/evaluate.ts';
import { explain } from '../policy/explain.ts';
import type { ConfiguredIssuer, PolicySet } from '../policy/policy-set.ts';
import { requesterOf } from '../policy/requester.ts';
import { type Assumption, BEFORE_POLICY, type Outcome, type TestCase } from './case-document.ts';
import { jobOf, momentary } from './job-claims.ts';

export interface Surroundings {
  readonly policies: PolicySet;
  /** undefined where no configuration is at hand: any owner is then served */
  readonly issuers: readonly ConfiguredIssuer[] | undefined;
  /** for a case that names no moment */
  readonly now: Millis;
}

export interface Why {
  readonly code: string;
  readonly message: string;
  readonly rule?: number;
  readonly condition?: string;
}

export interface CaseResult {
  readonly outcome: Outcome;
  /** index in `allow` of the rule that permitted */
  readonly rule: number | undefined;
  /** nearest rule first */
  readonly reasons: readonly Why[];
  readonly summary: string;
  /** undefined where the token itself is refused */
  readonly subject: Subject | undefined;
  /** why the case does not hold; undefined where it does */
  readonly failure: string | undefined;
}

export function runCase(testCase: TestCase, surroundings: Surroundings): CaseResult {
  const decided = decideCase(testCase, surroundings);
  return { ...decided, failure: failureOf(testCase, decided) };
}

type Decided = Omit<CaseResult, 'failure'>;

function decideCase(testCase: TestCase, surroundings: Surroundings): Decided {
  const now = testCase.at ?? surroundings.now;
  const { issuer, claims } = jobOf(testCase, surroundings.policies);
  try {
    const subject = parseClaims({ ...momentary(now), ...claims }, issuer);
    const refusal = surroundings.issuers && ownerRefusal(surroundings.issuers, subject);
    if (refusal !== undefined) return refusedBefore(refusal, subject);
    return { ...decideAsk(testCase, subject, { ...surroundings, now }), subject };
  } catch (error) {
    if (error instanceof BrokerError) return refusedBefore(error, undefined);
    throw error;
  }
}

const refusedBefore = ({ code, message }: BrokerError, subject: Subject | undefined): Decided => ({
  ...{ outcome: 'deny', rule: undefined, summary: message, subject },
  reasons: [{ code, message }],
});

function decideAsk(
  { ask, ttl, assuming = [] }: TestCase,
  subject: Subject,
  { policies, now }: Surroundings,
): Omit<Decided, 'subject'> {
  const [project = '', entitlement = ''] = ask.split('/');
  const asked: Ask = { project, entitlement, ttl, now, standing: { suspension: undefined, issuedToJob: 0 } };
  const facts = assuming.includes('facts') ? likeTheToken(subject, project) : NOBODY_ASKED;
  const decision = evaluate(assume(policies, asked, assuming), subject, { ...asked, facts });
  const { summary, reasons } = explain(decision);
  const waits = assuming.includes('approval') && lacksApproval(policies, asked);
  return { outcome: outcomeOf(decision, waits), rule: ruleOf(decision), reasons, summary };
}

const outcomeOf = ({ outcome }: Decision, waits: boolean): Outcome =>
  outcome === 'permit' && waits ? 'approval' : outcome;

const ruleOf = (decision: Decision): number | undefined => ('rule' in decision ? decision.rule : undefined);

const entitlementOf = ({ projects }: PolicySet, { project, entitlement }: Ask): Entitlement | undefined =>
  projects.get(project)?.entitlements.get(entitlement);

const lacksApproval = (policies: PolicySet, ask: Ask): boolean =>
  entitlementOf(policies, ask)?.lacks.some(({ code }) => code === 'APPROVAL_UNAVAILABLE') === true;

/** A case that takes facts for granted takes it that who started the run started this attempt too. */
function likeTheToken(subject: Subject, project: string): Facts {
  const somebody = requesterOf(subject, {});
  return {
    run: { value: { startedBy: somebody, ended: false } },
    commit: { value: { author: somebody, committer: somebody } },
    policies: new Map([[project, { of: '', authors: { value: [somebody] } }]]),
  };
}

const NOBODY_ASKED: Facts = { nobody: 'a case asks nobody; take it for granted with `assuming: facts`' };

const LACK = { approval: 'APPROVAL_UNAVAILABLE', facts: 'FACT_UNAVAILABLE', provider: 'PROVIDER_UNAVAILABLE' } as const;

/** The policies as if the broker could already do what the case takes for granted; nothing but that. */
function assume(policies: PolicySet, ask: Ask, assuming: readonly Assumption[]): PolicySet {
  const project = policies.projects.get(ask.project);
  const entitlement = entitlementOf(policies, ask);
  if (assuming.length === 0 || project === undefined || entitlement === undefined) return policies;
  const codes: readonly string[] = assuming.map((one) => LACK[one]);
  const isAssumed = ({ fact }: Condition): boolean => fact !== undefined && assuming.includes('facts');
  const assumed: Entitlement = {
    ...entitlement,
    lacks: entitlement.lacks.filter(({ code }) => !codes.includes(code)),
    rules: entitlement.rules.map((rule) => ({
      ...rule,
      conditions: rule.conditions.map((one) => (isAssumed(one) ? { ...one, holds: () => true } : one)),
    })),
  };
  const entitlements = new Map(project.entitlements).set(entitlement.name, assumed);
  return { ...policies, projects: new Map(policies.projects).set(project.name, { ...project, entitlements }) };
}

function failureOf(testCase: TestCase, decided: Decided): string | undefined {
  const { expect, rule, because = [] } = testCase;
  if (decided.outcome !== expect) return `expected ${expect}, got ${gotOf(decided)}`;
  const early = decided.reasons.find(({ code }) => BEFORE_POLICY.includes(code) && !because.includes(code));
  if (early !== undefined)
    return `expected a denial by the policy, and the job is refused before: ${early.code} (if that is meant, write \`because: ${early.code}\`)`;
  if (expect === 'deny') return missingReason(testCase, decided.reasons);
  return rule === undefined || rule === decided.rule
    ? undefined
    : `expected ${expect} by ${asInCase(rule)}, got ${gotOf(decided)}`;
}

/** As people count, and as a case names it. */
const asInCase = (rule: number): string => `the ${ordinal(rule)} rule (\`rule: ${rule}\`)`;

const gotOf = ({ outcome, rule }: Decided): string =>
  rule === undefined ? outcome : `${outcome} by ${asInCase(rule)}`;

/** Of several rules only one is looked at: a condition that fails in some far rule explains nothing. */
function missingReason({ because = [], rule }: TestCase, reasons: readonly Why[]): string | undefined {
  const looked = rule ?? reasons.find((reason) => reason.rule !== undefined)?.rule;
  const relevant = reasons.filter((reason) => reason.rule === undefined || reason.rule === looked);
  if (rule !== undefined && !reasons.some((reason) => reason.rule === rule))
    return `expected ${asInCase(rule)} to fail, and it is not among the reasons`;
  const missing = because.filter((one) => !relevant.some(({ code, condition }) => code === one || condition === one));
  if (missing.length === 0) return undefined;
  const got = [...new Set(relevant.map(({ code, condition }) => condition ?? code))];
  const where = looked === undefined ? '' : ` in ${asInCase(looked)}`;
  return `expected deny because of ${missing.join(', ')}${where}, got deny because of ${got.join(', ')}`;
}
