// Who asks, where people must agree: nobody may approve their own request (P4), so an ask whose requester cannot be told is
// refused before anybody is asked. The token names who started the first attempt of a run; who started a later one is a fact.

import type { ApartFrom } from '../approval-terms.ts';
import { type Account, authorsIn, type Facts, NOBODY_TO_ASK, type RunFact } from '../facts.ts';
import type { Ask, Entitlement, Reason, Rule, Subject } from '../model.ts';
import { shortened } from '../shapes/schema-problems.ts';
import { MAX_VALUE, quoted } from './caller-value.ts';

/** GitHub's own mark of an App's account; people cannot have brackets in their login. */
export const isProgram = ({ actor }: Pick<Subject, 'actor'>): boolean => actor.endsWith('[bot]');

export const namesActor = ({ conditions }: Rule): boolean => conditions.some(({ key }) => key === 'actor');

/** Who started this attempt, where that was asked for and found out; else who the token says started the run. */
export const requesterOf = (subject: Subject, facts: Facts): Account =>
  runOf(facts)?.startedBy ?? { id: subject.actorId, login: subject.actor, isProgram: isProgram(subject) };

interface Asked {
  readonly entitlement: Entitlement;
  readonly rule: Rule | undefined;
  readonly subject: Subject;
  readonly facts?: Facts | undefined;
}

export function requesterReasons(asked: Asked): readonly Reason[] {
  return [rerun(asked), unnamedProgram(asked), programAgain(asked), ...unknownAuthors(asked)].filter(
    (reason) => reason !== undefined,
  );
}

/** A run that is over asks for nothing: whoever still has its token is not its job (threat T17). */
export function runReasons({ entitlement, subject, ask }: Omit<Asked, 'facts'> & { ask: Ask }): readonly Reason[] {
  if (runOf(ask.facts)?.ended !== true) return [];
  const { runId, runAttempt } = subject;
  return [
    {
      code: 'RUN_ENDED',
      message: `${scopeOf(entitlement)} is for jobs that run, and GitHub says that attempt ${runAttempt} of run ${runId} has ended: ask from a job of a new run.`,
      expected: 'a run that has not ended',
      got: `${runId}, attempt ${runAttempt}`,
    },
  ];
}

const runOf = (facts: Facts | undefined): RunFact | undefined =>
  facts?.run !== undefined && 'value' in facts.run ? facts.run.value : undefined;

/** A token names who started the first attempt of a run, and not who ran it again (threat T18). */
function rerun({ entitlement, subject, facts = NOBODY_TO_ASK }: Asked): Reason | undefined {
  const { runAttempt } = subject;
  if (runAttempt === '1' || runOf(facts) !== undefined) return undefined;
  const why = facts.run !== undefined && 'unavailable' in facts.run ? facts.run.unavailable : facts.nobody;
  const [what, whose] =
    entitlement.approval?.by.length === 0 ? ['break-glass', 'reviews it later'] : ['approval', 'approves'];
  return {
    code: 'FACT_UNAVAILABLE',
    message: `${scopeOf(entitlement)} needs ${what}, and this is attempt ${runAttempt} of its run: who ran it again is not known, and must not be who ${whose}${why === undefined ? '' : ` (${why})`}. Start a new run.`,
    condition: 'approval',
    expected: 'the first attempt of a run',
    got: runAttempt,
  };
}

/** A program asks where a rule names it, and nowhere else. */
function unnamedProgram({ entitlement, rule, subject }: Asked): Reason | undefined {
  if (!isProgram(subject) || rule === undefined || namesActor(rule)) return undefined;
  const actor = shortened(subject.actor, MAX_VALUE);
  return {
    code: 'POLICY_NO_MATCH',
    message: `${scopeOf(entitlement)} needs approval, and this run was started by the program ${quoted(actor)}: have a person start it, or ask the owner for a rule that names it (\`actor: "${subject.actorId}"\`).`,
    condition: 'approval',
    expected: 'a person',
    got: actor,
  };
}

/** Rules name the actor of the token: a program that runs somebody else's run again is named by none. */
function programAgain({ entitlement, subject, facts }: Asked): Reason | undefined {
  const by = runOf(facts)?.startedBy;
  if (by === undefined || !by.isProgram || by.id === subject.actorId) return undefined;
  return {
    code: 'POLICY_NO_MATCH',
    message: `${scopeOf(entitlement)} needs approval, and this run was started again by the program ${quoted(by.login)}: have a person start it.`,
    condition: 'approval',
    expected: 'a person',
    got: by.login,
  };
}

/** Asked for where a rule allows the ask, and not before. */
function unknownAuthors({ entitlement, rule, subject, facts = NOBODY_TO_ASK }: Asked): readonly Reason[] {
  if (entitlement.approval === undefined || rule === undefined) return [];
  return entitlement.approval.apartFrom.flatMap((kind) => {
    const found = authorsIn[kind](facts, entitlement.project);
    if (found !== undefined && 'value' in found) return [];
    const [who, expected] = WANTED[kind];
    return [
      {
        code: 'FACT_UNAVAILABLE',
        message: `${scopeOf(entitlement)} needs approval by somebody else than who wrote ${who}, and who that is cannot be found out: ${found?.unavailable ?? facts.nobody ?? 'nobody asked for it'}.`,
        ...{ condition: 'approval', expected },
        ...(kind === 'commit-author' ? { got: subject.sha } : {}),
      },
    ];
  });
}

const WANTED: Readonly<Record<ApartFrom, readonly [who: string, expected: string]>> = {
  'commit-author': ['the commit', 'a commit whose author is known'],
  'policy-author': ['the policy', 'a policy whose authors are known'],
};

const scopeOf = ({ project, name }: Entitlement): string => `${project}/${name}`;
