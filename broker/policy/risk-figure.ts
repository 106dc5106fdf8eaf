// A figure from 0 to 100 for what could go wrong with an entitlement, from what its policy says and nothing else: harm (declared
// risk, power, life) and exposure (what its rules let in, who is asked). Points are added, each with its sentence. Of several
// rules the widest counts, so that one more condition never raises the figure, and one more rule never lowers it.
import { formatDuration } from '../../shared/duration.ts';
import { ordinal } from '../../shared/ordinal.ts';
import type { Repository } from '../model.ts';
import type { CredentialKind } from '../providers/credential-kinds.ts';
import type { RiskFactor, RiskFigure } from '../risk.ts';
import { allowsAny } from './broad-conditions.ts';
import { eventsOf, namedRepositories } from './conditions.ts';
import type { EntitlementDocument } from './document.ts';
import { OUTSIDE_EVENTS } from './events.ts';
import { promisedRevocation } from './promised-revocation.ts';
import type { RuleDocument } from './rule-document.ts';
import type { Share } from './sharing.ts';

export interface FigureFacts {
  readonly kind: CredentialKind | undefined;
  /** what the kind made of `credential` */
  readonly parameters: unknown;
  readonly repositories: readonly Repository[];
}

export function riskFigure(document: EntitlementDocument, facts: FigureFacts): RiskFigure {
  const factors = [
    ...(document.risk === 'high' ? [factor(40, 'The policy says that it is of high risk.')] : []),
    ...powerFactor(facts),
    ...lifeFactor(document),
    ...revocationFactor(document, facts),
    ...RULE_FACTORS.flatMap((judge) => widest(document.allow.flatMap((rule, index) => judge({ rule, index, facts })))),
    ...peopleFactor(document),
    // A `review` makes nobody look again yet: it lowers nothing.
    ...(document.expires === undefined ? [factor(2, 'It has no `expires`.')] : []),
  ];
  const score = factors.reduce((sum, { points }) => sum + points, 0);
  return { score, level: levelOf(score), factors: factors.toSorted((a, b) => b.points - a.points) };
}

/** Many have the same figure, and nearly all of them most of their factors. */
export const sharedFigure = (figure: RiskFigure, share: Share): RiskFigure =>
  share(`figure ${JSON.stringify(figure)}`, () => ({
    ...figure,
    factors: figure.factors.map((one) => share(`factor ${one.points} ${one.sentence}`, () => one)),
  }));

const factor = (points: number, sentence: string): RiskFactor => ({ points, sentence });

const levelOf = (score: number): RiskFigure['level'] => (score < 35 ? 'low' : score < 65 ? 'medium' : 'high');

/** The first of those with the most points: the same policy always says the same. */
function widest(factors: readonly RiskFactor[]): readonly RiskFactor[] {
  return factors.toSorted((a, b) => b.points - a.points).slice(0, 1);
}

function powerFactor({ kind, parameters }: FigureFacts): readonly RiskFactor[] {
  if (kind === undefined || parameters === undefined) return [];
  const { points, sentence } = kind.power(parameters);
  return [factor(points, sentence.charAt(0).toUpperCase() + sentence.slice(1))];
}

/** Up to 15 minutes, an hour, a shift, and all that is longer. */
function lifeFactor({ ttl }: EntitlementDocument): readonly RiskFactor[] {
  if (ttl === 'never') return [factor(10, 'It never dies.')];
  const points = ttl <= 900 ? 0 : ttl <= 3_600 ? 3 : ttl <= 28_800 ? 6 : 8;
  return points === 0 ? [] : [factor(points, `It lives for up to ${formatDuration(ttl)}.`)];
}

function revocationFactor({ ttl }: EntitlementDocument, { kind, parameters }: FigureFacts): readonly RiskFactor[] {
  if (ttl !== 'never' && kind !== undefined && promisedRevocation(kind, parameters) === 'immediate') return [];
  return [factor(4, 'Once handed out, it cannot be taken back.')];
}

interface Judged {
  readonly rule: RuleDocument;
  readonly index: number;
  readonly facts: FigureFacts;
}

const RULE_FACTORS: readonly ((judged: Judged) => readonly RiskFactor[])[] = [
  refFactor,
  environmentFactor,
  runnerFactor,
  eventFactor,
  workflowFactor,
  repositoriesFactor,
];

const REF_KEYS = ['branch', 'tag', 'ref'] as const;

function refFactor({ rule, index }: Judged): readonly RiskFactor[] {
  // A pull request's base is chosen among branches that exist.
  if (rule['pull-request'] !== undefined) return [];
  const given = REF_KEYS.filter((key) => rule[key] !== undefined);
  if (given.length === 0) return [factor(6, `The ${ordinal(index)} rule allows any branch and tag.`)];
  const isWhole = given.some((key) => rule[key]?.every((pattern) => !pattern.includes('*')));
  if (isWhole) return [];
  const isProtected = rule['protected-ref'] !== undefined;
  if (given.every((key) => allowsAny(key, rule)))
    return [factor(5, `The ${ordinal(index)} rule allows any ${given.join(' or ')}.`)];
  return [factor(isProtected ? 1 : 3, `The ${ordinal(index)} rule allows every ${given.join(' or ')} of a form.`)];
}

function environmentFactor({ rule, index }: Judged): readonly RiskFactor[] {
  if (rule['protected-environment'] !== undefined) return [];
  if (rule.environment !== undefined && !allowsAny('environment', rule)) return [];
  return [factor(4, `The ${ordinal(index)} rule names no environment.`)];
}

function runnerFactor({ rule, index }: Judged): readonly RiskFactor[] {
  const isHosted = rule.runner?.every((one) => one === 'github-hosted') === true;
  return isHosted ? [] : [factor(4, `The ${ordinal(index)} rule allows runners that other jobs have used.`)];
}

function eventFactor({ rule, index }: Judged): readonly RiskFactor[] {
  const events = eventsOf(rule).filter((event) => OUTSIDE_EVENTS.includes(event));
  if (events.length === 0) return [];
  const isPull = events.every((event) => event === 'pull_request');
  return [
    factor(
      isPull ? 4 : 7,
      `The ${ordinal(index)} rule allows what people without write access can start (${events.join(', ')}).`,
    ),
  ];
}

function workflowFactor({ rule, index }: Judged): readonly RiskFactor[] {
  const isNamed = rule.workflow !== undefined || rule['called-workflow'] !== undefined;
  return isNamed ? [] : [factor(2, `The ${ordinal(index)} rule allows any workflow.`)];
}

function repositoriesFactor({ rule, index, facts }: Judged): readonly RiskFactor[] {
  const { repositories } = facts;
  const { length } = rule.repository === undefined ? repositories : namedRepositories(rule.repository, repositories);
  if (length <= 1) return [];
  return [factor(length <= 5 ? 1 : 2, `The ${ordinal(index)} rule allows ${length} repositories.`)];
}

function peopleFactor({ approval, 'break-glass': breakGlass }: EntitlementDocument): readonly RiskFactor[] {
  if (breakGlass !== undefined) return [factor(3, 'In an emergency it is handed out before anybody agrees.')];
  if (approval === undefined) return [factor(4, 'Nobody has to agree.')];
  const isSelf = approval.self !== undefined || !approval['apart-from'].includes('requester');
  return isSelf ? [factor(3, 'Whoever asks may agree by themselves.')] : [];
}
