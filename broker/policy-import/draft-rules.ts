// The rules of a draft: for each job that reaches something today, under which events, branches, environment and workflow it
// does. Narrower where the workflow leaves it open; events that strangers can cause are never drafted.

import { EVENTS, OUTSIDE_EVENTS, refKindsOf } from '../policy/events.ts';
import { foldCase } from '../policy/pattern.ts';
import { shortRefProblem } from '../policy/ref-form.ts';
import type { AccessUse } from './accesses.ts';
import { entryOf, type Trigger } from './read-workflow.ts';
import { looksSecret } from './secret-literals.ts';

export interface DraftRule {
  readonly conditions: readonly (readonly [
    key: string,
    value: string | readonly string[] | { readonly into: readonly string[] },
  ])[];
  /** what people must decide about it, a sentence each */
  readonly decide: readonly string[];
}

/** Whether to trust code of pull requests is a question that the draft asks; the others nobody has to be trusted for. */
const BY_STRANGERS = OUTSIDE_EVENTS.filter((event) => event !== 'pull_request');
const DEFAULT_BRANCH = 'main';

export function rulesOf({ workflow, job }: AccessUse): { rules: readonly DraftRule[]; decide: readonly string[] } {
  const events = [...workflow.on].filter(([event]) => EVENTS.includes(event));
  const refused = events.map(([event]) => event).filter((event) => BY_STRANGERS.includes(event));
  const taken = events.filter(([event]) => !refused.includes(event));
  const where = surroundingsOf({ workflow, job });
  const entry = entryOf(workflow);
  const rules = [branchRule(taken), tagRule(taken), pullRule(taken)].flatMap((rule) =>
    rule === undefined
      ? []
      : [{ conditions: [...rule.conditions, ...where.conditions], decide: [...rule.decide, ...where.decide] }],
  );
  const decide = [
    ...(refused.length === 0
      ? []
      : [`${entry} also starts by ${refused.join(', ')}, which strangers can cause: no rule allows that`]),
    ...(rules.length === 0 ? [`${entry} starts by no event that a rule is drafted for: its job gets nothing yet`] : []),
  ];
  return { rules, decide };
}

type Started = readonly (readonly [event: string, trigger: Trigger])[];

function branchRule(events: Started): DraftRule | undefined {
  const own = events.filter(
    ([event, { branches, tags }]) =>
      // The merge queue has branches of its own.
      refKindsOf(event).includes('branch') &&
      event !== 'merge_group' &&
      !(event === 'push' && branches === undefined && tags !== undefined),
  );
  if (own.length === 0) return undefined;
  const given = own.find(([event]) => event === 'push')?.[1].branches;
  const { patterns, decide } = refs('branch', given);
  const names = own.map(([event]) => event);
  const open =
    given === undefined ? [`which branches: ${DEFAULT_BRANCH} stands in, as the workflow names none`] : decide;
  return {
    conditions: [
      ['branch', patterns],
      ['event', names],
    ],
    decide: open,
  };
}

function tagRule(events: Started): DraftRule | undefined {
  const push = events.find(([event]) => event === 'push')?.[1];
  const release = events.some(([event]) => event === 'release');
  if (push?.tags === undefined && !release) return undefined;
  const { patterns, decide } = refs('tag', push?.tags ?? ['v*']);
  const open = push?.tags === undefined ? ['which tags: v* stands in'] : decide;
  const names = [...(push?.tags === undefined ? [] : ['push']), ...(release ? ['release'] : [])];
  return {
    conditions: [
      ['tag', patterns],
      ['event', names],
    ],
    decide: open,
  };
}

function pullRule(events: Started): DraftRule | undefined {
  const pull = events.find(([event]) => event === 'pull_request')?.[1];
  if (pull === undefined) return undefined;
  const { patterns, decide } = refs('branch', pull.branches);
  return {
    conditions: [['pull-request', { into: patterns }]],
    decide: [...decide, 'whether jobs of pull requests, whose code nobody has reviewed yet, should have this'],
  };
}

/** GitHub's filters as patterns, where the two mean the same. */
function refs(
  key: 'branch' | 'tag',
  given: readonly string[] | undefined,
): { patterns: readonly string[]; decide: string[] } {
  const standIn = key === 'branch' ? DEFAULT_BRANCH : 'v*';
  const usable = (given ?? [standIn]).filter(
    (one) => shortRefProblem(key, one) === undefined && !/[+]/.test(one) && !looksSecret(one),
  );
  const left = (given?.length ?? 1) - usable.length;
  const decide =
    left === 0
      ? []
      : [`${left} ${key} ${left === 1 ? 'filter' : 'filters'} of the workflow that patterns of policies do not have`];
  return { patterns: usable.length === 0 ? [standIn] : usable.slice(0, 50), decide };
}

function surroundingsOf({ workflow, job }: Pick<AccessUse, 'workflow' | 'job'>): DraftRule {
  const conditions: [string, string][] = [];
  const decide: string[] = [];
  const { environment } = job;
  if (environment !== undefined && /^[\w.-]{1,100}$/.test(environment) && !looksSecret(environment))
    conditions.push(['environment', environment]);
  else if (environment !== undefined)
    decide.push('the environment: its name in the workflow is computed, or has characters that are not taken over');
  const entry = entryOf(workflow);
  if (/^\.github\/workflows\/[\w.-]+\.ya?ml$/.test(entry)) conditions.push(['workflow', entry]);
  const labels = job.runsOn.map(foldCase);
  if (labels.includes('self-hosted')) conditions.push(['runner', 'self-hosted']);
  else if (labels.length > 0 && labels.every((label) => /^(ubuntu|windows|macos)-/.test(label)))
    conditions.push(['runner', 'github-hosted']);
  return { conditions, decide };
}
