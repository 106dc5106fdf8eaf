// What one rule lets in that its author may not have meant: wildcards over refs, no environment, any runner, events that people
// outside can cause, workflows that somebody else can change. Judged by what the rule says; what GitHub protects is not known here.
import { anyOf } from '../../shapes/schema-problems.ts';
import { allowsAny } from '../broad-conditions.ts';
import { eventsOf } from '../conditions.ts';
import { OUTSIDE_EVENTS } from '../events.ts';
import type { RuleDocument } from '../rule-document.ts';
import { idleEvents } from '../rule-problems.ts';
import { flowYaml } from './flow-yaml.ts';
import type { Advice } from './lint-finding.ts';

export function ruleFindings(rule: RuleDocument, risk: 'low' | 'high'): Advice[] {
  const ofHigh = risk === 'high' ? [...refFinding(rule), ...runnerFinding(rule), ...outsideFinding(rule)] : [];
  return [
    ...ofHigh,
    ...selfHostedFinding(rule, risk),
    ...targetFinding(rule),
    ...calledWorkflowFinding(rule),
    ...idleFinding(rule),
  ];
}

/** Whether the rule names an environment, and not just any. */
export const namesEnvironment = (rule: RuleDocument): boolean =>
  rule.environment !== undefined && !allowsAny('environment', rule);

function refFinding(rule: RuleDocument): Advice[] {
  if (rule['protected-ref'] !== undefined || rule['pull-request'] !== undefined) return [];
  const given = (['branch', 'tag', 'ref'] as const).flatMap((key) => {
    const patterns = rule[key];
    return patterns === undefined ? [] : [{ key, patterns }];
  });
  if (given.length === 0)
    return [
      {
        code: 'LINT_REF_WILDCARD',
        path: [],
        message: 'the rule names no branch or tag, so that whoever can push one gets this credential of high risk.',
        remedy: '`branch: main` in this rule.',
      },
    ];
  return given.flatMap(({ key, patterns }) => {
    const wild = patterns.filter((pattern) => pattern.includes('*'));
    if (wild.length === 0) return [];
    const what = `${anyOf(wild.map((pattern) => `"${pattern}"`))} ${wild.length === 1 ? 'takes' : 'take'}`;
    return [
      {
        code: 'LINT_REF_WILDCARD',
        path: [key],
        message: `whoever can push can make a ${key} that ${what}, and gets this credential of high risk.`,
        remedy: `name each ${key} whole, or write \`protected-ref: true\` beside \`${key}\`.`,
      },
    ];
  });
}

function runnerFinding({ runner }: RuleDocument): Advice[] {
  if (runner !== undefined) return [];
  const message = 'a job on any runner may ask, also on one that other jobs have used before.';
  return [{ code: 'LINT_NO_RUNNER', path: [], message, remedy: '`runner: github-hosted` in this rule.' }];
}

function selfHostedFinding(rule: RuleDocument, risk: 'low' | 'high'): Advice[] {
  const takesPulls = eventsOf(rule).some((event) => event.startsWith('pull_request'));
  if (rule.runner?.includes('self-hosted') !== true || (risk === 'low' && !takesPulls)) return [];
  const whose = risk === 'low' ? 'a pull request' : 'an earlier job';
  return [
    {
      code: 'LINT_SELF_HOSTED',
      path: ['runner'],
      message: `what ${whose} leaves on a self-hosted machine can read the credentials of later jobs.`,
      remedy: '`runner: github-hosted`, or machines that serve one job and are thrown away.',
    },
  ];
}

function outsideFinding(rule: RuleDocument): Advice[] {
  const outside = eventsOf(rule).filter((event) => OUTSIDE_EVENTS.includes(event) && event !== 'pull_request_target');
  if (outside.length === 0) return [];
  const left = eventsOf(rule).filter((event) => !OUTSIDE_EVENTS.includes(event));
  const remedy = left.length === 0 ? ['push', 'workflow_dispatch'] : left;
  return [
    {
      code: 'LINT_OUTSIDE_EVENT',
      path: [rule.event === undefined ? 'pull-request' : 'event'],
      message: `people without write access can cause ${anyOf(outside)}, and this credential is of high risk.`,
      remedy: `\`event: ${flowYaml(remedy)}\`; what pull requests need belongs in an entitlement of low risk.`,
    },
  ];
}

function targetFinding(rule: RuleDocument): Advice[] {
  if (!eventsOf(rule).includes('pull_request_target')) return [];
  return [
    {
      code: 'LINT_PULL_REQUEST_TARGET',
      path: ['event'],
      message:
        'jobs of pull_request_target show the default branch as their ref, though a stranger’s pull request started them.',
      remedy: 'take pull_request_target out; for pull requests write `pull-request: { into: main }`.',
    },
  ];
}

function calledWorkflowFinding({ 'called-workflow': called }: RuleDocument): Advice[] {
  if (called === undefined) return [];
  const mutable = called.filter((one) => one.includes('@refs/'));
  return mutable.slice(0, 1).map((one) => ({
    code: 'LINT_CALLED_WORKFLOW_MUTABLE',
    path: ['called-workflow'],
    message: `whoever can move ${mutable.map((each) => each.slice(each.indexOf('@refs/') + 1)).join(' or ')} decides what the job runs.`,
    remedy: `\`called-workflow: ${one.slice(0, one.indexOf('@refs/'))}@\` and the 40 digits of the commit that you read.`,
  }));
}

function idleFinding(rule: RuleDocument): Advice[] {
  const idle = rule.event === undefined ? [] : idleEvents(rule);
  if (idle.length === 0) return [];
  const left = eventsOf(rule).filter((event) => !idle.includes(event));
  return [
    {
      code: 'LINT_EVENT_IDLE',
      path: ['event'],
      message: `no job of ${anyOf(idle)} ever has such a ref as this rule wants: it reads as if it allowed them.`,
      remedy: `\`event: ${flowYaml(left)}\`, and a rule of its own for ${anyOf(idle)} where they are meant.`,
    },
  ];
}
