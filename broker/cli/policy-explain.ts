// `buildpass policy explain`: what a job with given claims would be told, rule by rule, before anything is pushed.
// Decides with the broker's own evaluation. What only a running broker knows (suspensions, what a job already has) is left out,
// and said to be.
import { readFile } from 'node:fs/promises';
import { SCOPE_FORM } from '../../shared/api.ts';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { ordinal } from '../../shared/ordinal.ts';
import { type Clock, systemClock } from '../clock.ts';
import { parseClaims } from '../identity/github-claims.ts';
import { PASS_ON_UNCHANGED } from '../identity/refusal.ts';
import type { Decision, Entitlement, Subject } from '../model.ts';
import { readPolicyDirectory } from '../policy/directory-source.ts';
import { evaluate, nearestFirst, type When } from '../policy/evaluate.ts';
import { type Explanation, explain } from '../policy/explain.ts';
import { loadPolicy, type PolicyContext, type PolicySet } from '../policy/load-policy.ts';
import { DEFAULT_ISSUER } from '../policy/policy-set.ts';
import { anyOf, didYouMean } from '../shapes/schema-problems.ts';
import { findingLines } from './policy-check.ts';

export interface PolicyExplainOptions {
  readonly directory: string;
  readonly context: PolicyContext;
  /** the payload of an ID token as JSON, or `{ payload }` */
  readonly claimsFile: string;
  /** project/entitlement */
  readonly entitlement: string;
  /** short name; may be left out where one is configured */
  readonly issuer?: string;
  readonly json: boolean;
  readonly write: (line: string) => void;
  readonly clock?: Clock;
}

/** 0: permit. 1: deny. 2: it could not be decided, and why. */
export async function policyExplain(options: PolicyExplainOptions): Promise<0 | 1 | 2> {
  const { json, write, clock = systemClock } = options;
  try {
    const policies = await load(options);
    const subject = await readSubject(options, clock);
    const result = explainAsk(policies, subject, { scope: options.entitlement, now: clock.now() });
    // The rules are the policy's text and the claims the job's: nothing of them may act on a terminal or in a job's log.
    for (const line of json ? [inertJson(result)] : asText(result)) write(json ? line : inertLine(line));
    return result.decision === 'permit' ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    write(json ? inertJson({ error: error.message }) : error.message.split('\n').map(inertLine).join('\n'));
    return 2;
  }
}

/** What was given does not allow a decision; the message says which part. */
class Undecided extends Error {
  override readonly name = 'Undecided';
}

async function load({ directory, context }: PolicyExplainOptions): Promise<PolicySet> {
  const documents = await attempt('', () => readPolicyDirectory(directory));
  const result = loadPolicy(documents, context);
  if (result.ok) return result.policies;
  throw new Undecided(`The policies do not load:\n${findingLines(result, directory).join('\n')}`);
}

async function readSubject({ claimsFile, context, issuer }: PolicyExplainOptions, clock: Clock): Promise<Subject> {
  const text = await attempt('The claims file cannot be read: ', () => readFile(claimsFile, 'utf8'));
  const given: unknown = await attempt(`"${claimsFile}" is not JSON: `, async () => JSON.parse(text));
  const claims = isObject(given) && isObject(given['payload']) ? given['payload'] : given;
  if (!isObject(claims))
    throw new Undecided(`"${claimsFile}" holds no claims: it must be a JSON object, the payload of an ID token.`);
  const name = issuerOf(issuer, context);
  try {
    return parseClaims({ ...momentary(clock), ...claims }, name);
  } catch (cause) {
    throw new Undecided((cause as Error).message.replace(PASS_ON_UNCHANGED, WHERE_CLAIMS_COME_FROM), { cause });
  }
}

const WHERE_CLAIMS_COME_FROM =
  'Start from examples/claims.json, or from the claims of a real job: the action prints them with `dry-run: true`.';

/** What a rehearsal may leave out: the moment of asking decides it, and no condition reads it. */
function momentary(clock: Clock): Record<string, unknown> {
  const seconds = Math.floor(clock.now() / 1000);
  const times = { iat: seconds, nbf: seconds, exp: seconds + 300 };
  const run = { run_id: '1', run_number: '1', run_attempt: '1', workflow: 'rehearsal', head_ref: '', base_ref: '' };
  return { ...times, ...run, jti: 'rehearsal', aud: 'rehearsal', sub: 'rehearsal' };
}

function issuerOf(given: string | undefined, { issuers }: PolicyContext): string {
  const names = issuers?.map(({ name }) => name) ?? [given ?? DEFAULT_ISSUER];
  const [first = DEFAULT_ISSUER] = names;
  if (given === undefined && names.length > 1)
    throw new Undecided(`Several issuers are configured: say which one signs the token, --issuer ${anyOf(names)}.`);
  if (given !== undefined && !names.includes(given))
    throw new Undecided(`"${given}" is not an issuer of the configuration${didYouMean(given, names, '"')}.`);
  return given ?? first;
}

interface RuleOutcome {
  readonly rule: number;
  readonly holds: boolean;
  readonly conditions: readonly {
    readonly condition: string;
    readonly holds: boolean;
    readonly expected: string;
    readonly got: string | undefined;
  }[];
}

type Explained = Explanation & { readonly rules: readonly RuleOutcome[]; readonly terms: readonly string[] };

function explainAsk(policies: PolicySet, subject: Subject, { scope, now }: { scope: string; now: number }): Explained {
  const [, project = '', entitlement = ''] = SCOPE_FORM.exec(scope) ?? [];
  if (project === '') throw new Undecided(`"${scope}" is not an entitlement: write project/entitlement.`);
  const standing = { suspension: undefined, issuedToJob: 0 };
  const facts = { nobody: 'this command asks nobody, and the broker asks GitHub' };
  const decision = evaluate(policies, subject, { project, entitlement, ttl: undefined, now, standing, facts });
  if (decision.outcome === 'stranger')
    return { ...explain(decision), summary: whyStranger(policies, subject, project), rules: [], terms: [] };
  const rules = decision.entitlement === undefined ? [] : outcomesOf(decision.entitlement, subject, { now, facts });
  return { ...explain(decision), rules, terms: termsOf(decision) };
}

/** The broker tells a stranger nothing; the owner of the policy files may know. */
function whyStranger({ projects }: PolicySet, subject: Subject, name: string): string {
  const project = projects.get(name);
  if (project === undefined)
    return `There is no project "${name}"${didYouMean(name, projects.keys(), '"') || '.'} (The job is told only: no such entitlement.)`;
  const listed = project.repositories
    .map((repository) => `${repository.name} (id ${repository.id} at ${repository.issuer})`)
    .join(', ');
  return `The project ${name} does not list "${subject.repository}" (id ${subject.repositoryId} at ${subject.issuer}); it lists ${listed}. (The job is told only: no such entitlement.)`;
}

const termsOf = (decision: Exclude<Decision, { outcome: 'stranger' }>): readonly string[] =>
  decision.entitlement?.terms ?? [];

function outcomesOf(entitlement: Entitlement, subject: Subject, when: When): readonly RuleOutcome[] {
  return nearestFirst(entitlement, subject, when).map(({ rule, failed }) => ({
    rule: rule.index,
    holds: failed.length === 0,
    conditions: rule.conditions.map((condition) => {
      const { key, expected } = condition;
      return { condition: key, holds: !failed.includes(condition), expected, got: condition.got(subject, when.now) };
    }),
  }));
}

function asText({ decision, summary, reasons, rules, terms }: Explained): string[] {
  const others = reasons.slice(1).map(({ code, message }) => `  ${code}: ${message}`);
  return [
    `${decision}: ${summary}`,
    ...others,
    ...rules.flatMap(ruleLines),
    ...(terms.length === 0 ? [] : [`The policy also asks for: ${terms.join('; ')}.`]),
    'Not looked at, as only the broker knows them: suspensions, and what the job already has.',
  ];
}

function ruleLines({ rule, holds, conditions }: RuleOutcome): string[] {
  const failed = conditions.filter((condition) => !condition.holds).length;
  const widths = {
    key: Math.max(...conditions.map(({ condition }) => condition.length)),
    expected: Math.max(...conditions.map(({ expected }) => expected.length)),
  };
  return [
    `The ${ordinal(rule)} rule (rule ${rule} in tests): ${holds ? 'every condition holds' : `${failed} of ${conditions.length} conditions ${failed === 1 ? 'fails' : 'fail'}`}`,
    ...conditions.map((one) => {
      const mark = one.holds ? 'ok ' : 'NO ';
      return `  ${mark} ${one.condition.padEnd(widths.key)}  wants ${one.expected.padEnd(widths.expected)}  has ${one.got === undefined ? 'none' : JSON.stringify(one.got)}`;
    }),
  ];
}

async function attempt<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw cause instanceof Undecided ? cause : new Undecided(`${what}${(cause as Error).message}`, { cause });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
