// What an entitlement as a whole leaves open: a risk that is said to be lower than it looks, a long life, nobody who is asked,
// one person who decides alone, nobody who looks again. And then what each of its rules does.
import { formatDuration } from '../../../shared/duration.ts';
import { ordinal } from '../../../shared/ordinal.ts';
import type { Seconds } from '../../clock.ts';
import type { Repository } from '../../model.ts';
import type { CredentialKind } from '../../providers/credential-kinds.ts';
import { GREATEST_POWER } from '../credential-power.ts';
import type { EntitlementDocument } from '../document.ts';
import { promisedRevocation } from '../promised-revocation.ts';
import { flowYaml } from './flow-yaml.ts';
import type { Advice } from './lint-finding.ts';
import { namesEnvironment, ruleFindings } from './rule-findings.ts';
import { type Shadowing, shadowedRules } from './shadowed-rules.ts';
import { tradeFindings } from './trade-findings.ts';

export interface EntitlementFacts extends Shadowing {
  readonly name: string;
  readonly owner: string;
  readonly repositories: readonly Repository[];
  readonly kind: CredentialKind;
  /** what the loader made of `credential` */
  readonly parameters: unknown;
  /** every team of the organization */
  readonly teams: readonly string[];
}

export function entitlementFindings(document: EntitlementDocument, facts: EntitlementFacts): Advice[] {
  const { allow, risk } = document;
  return [
    ...understatedFinding(document, facts),
    ...ttlFinding(document, facts),
    ...tradeFindings(document, facts.parameters),
    ...guardFinding(document, facts),
    ...selfApprovalFinding(document),
    ...reviewFinding(document, facts),
    ...allow.flatMap((rule, index) =>
      ruleFindings(rule, risk).map((advice) => ({ ...advice, path: ['allow', index, ...advice.path] })),
    ),
    ...shadowedRules(allow, facts),
  ];
}

/** As a word of its own, and not after one that says the contrary, as in `non-prod` or `pre_production`. */
const PRODUCTION = /(?<![a-z]|(?<![a-z])(non|not|no|pre)[^a-z])(prod|production|live)(?![a-z])/i;

/** The first name in it that says production. */
function productionName({ allow }: EntitlementDocument, name: string): string | undefined {
  return [name, ...allow.flatMap(({ environment = [] }) => environment)].find((one) => PRODUCTION.test(one));
}

function understatedFinding(document: EntitlementDocument, { name, kind, parameters }: EntitlementFacts): Advice[] {
  if (document.risk === 'high') return [];
  const base = { code: 'LINT_RISK_UNDERSTATED', path: ['risk'], remedy: '`risk: high`.' } as const;
  const production = productionName(document, name);
  if (production !== undefined)
    return [
      {
        ...base,
        message: `"${production}" looks like production, and the guardrails for high risk do not hold for it.`,
      },
    ];
  const { points, sentence } = kind.power(parameters);
  if (points < GREATEST_POWER) return [];
  return [{ ...base, message: `it is said to be of low risk, and ${sentence}` }];
}

/** Longest lives that need no reason, by risk: where nothing can end it early, and where it can be revoked. */
const LONGEST: Readonly<Record<'low' | 'high', { readonly kept: Seconds; readonly revocable: Seconds }>> = {
  high: { kept: 900, revocable: 3_600 },
  low: { kept: 3_600, revocable: 28_800 },
};

function ttlFinding({ ttl, risk, credential }: EntitlementDocument, { kind, parameters }: EntitlementFacts): Advice[] {
  // That a value may never die is for the guardrails to say, entitlement by entitlement.
  if (ttl === 'never') return [];
  const isRevocable = promisedRevocation(kind, parameters) === 'immediate';
  const longest = Math.max(LONGEST[risk][isRevocable ? 'revocable' : 'kept'], kind.lifetime.min);
  if (ttl <= longest) return [];
  const end = isRevocable ? 'unless it is revoked' : 'and it cannot be revoked';
  return [
    {
      code: 'LINT_TTL_LONG',
      path: ['ttl'],
      message: `a \`${credential.kind}\` credential of ${risk} risk that leaks goes on working for up to ${formatDuration(ttl)}, ${end}.`,
      remedy: `\`ttl: ${formatDuration(longest)}\` or less.`,
    },
  ];
}

function guardFinding(document: EntitlementDocument, { name, owner, teams }: EntitlementFacts): Advice[] {
  const { risk, approval, allow, 'break-glass': breakGlass } = document;
  const production = productionName(document, name);
  const open = allow.findIndex((rule) => !namesEnvironment(rule));
  if (open === -1 || (risk === 'low' && production === undefined)) return [];
  const path = ['allow', open];
  const what = risk === 'high' ? 'of high risk' : `for "${production}"`;
  if (approval === undefined && breakGlass === undefined)
    return [
      {
        code: 'LINT_UNGUARDED',
        path,
        message: `nobody is asked before the ${ordinal(open)} rule hands out a credential ${what}: it names no environment, and nobody approves.`,
        remedy: `\`environment: production\` in this rule, with required reviewers on it at GitHub, or \`approval: ${flowYaml({ by: [otherTeam(owner, teams)] })}\`.`,
      },
    ];
  if (risk === 'low') return [];
  return [
    {
      code: 'LINT_NO_ENVIRONMENT',
      path,
      message: `the ${ordinal(open)} rule names no environment, so that a job may ask past the protection that GitHub gives environments.`,
      remedy: '`environment: production` in this rule.',
    },
  ];
}

function selfApprovalFinding({ risk, approval }: EntitlementDocument): Advice[] {
  if (risk === 'low' || approval === undefined) return [];
  const apart = approval['apart-from'];
  if (approval.self === undefined && apart.includes('requester')) return [];
  const isSelf = approval.self !== undefined;
  return [
    {
      code: 'LINT_SELF_APPROVAL',
      path: ['approval', isSelf ? 'self' : 'apart-from'],
      message: 'whoever asks may also approve, so that one person alone decides about a credential of high risk.',
      remedy: isSelf ? 'take `self` out.' : `\`apart-from: ${flowYaml(['requester', ...apart])}\`.`,
    },
  ];
}

function reviewFinding(
  { risk, review, expires }: EntitlementDocument,
  { owner, teams }: Pick<EntitlementFacts, 'owner' | 'teams'>,
): Advice[] {
  if (risk === 'low' || review !== undefined || expires !== undefined) return [];
  return [
    {
      code: 'LINT_NO_REVIEW',
      path: [],
      message: 'nobody ever looks again whether this entitlement of high risk is still needed.',
      remedy: `\`expires\` with the last day; or \`review: ${flowYaml({ every: '90d', by: [otherTeam(owner, teams)] })}\`, by which nobody is asked yet.`,
    },
  ];
}

/** Somebody else than the owner, where there is somebody else. */
const otherTeam = (owner: string, teams: readonly string[]): string =>
  teams.find((team) => /security/i.test(team)) ?? teams.find((team) => team !== owner) ?? owner;
