// Who asks, where people must agree: nobody may approve their own request (P4), so an ask whose requester cannot be told is
// refused before anybody is asked.
import type { Entitlement, Reason, Rule, Subject } from '../model.ts';
import { shortened } from '../schema-problems.ts';
import { MAX_VALUE, quoted } from './caller-value.ts';

/** GitHub's own mark of an App's account; people cannot have brackets in their login. */
export const isProgram = ({ actor }: Pick<Subject, 'actor'>): boolean => actor.endsWith('[bot]');

export const namesActor = ({ conditions }: Rule): boolean => conditions.some(({ key }) => key === 'actor');

export function requesterReasons(asked: {
  readonly entitlement: Entitlement;
  readonly rule: Rule | undefined;
  readonly subject: Subject;
}): readonly Reason[] {
  return [rerun(asked), unnamedProgram(asked)].filter((reason) => reason !== undefined);
}

/** A token names who started the first attempt of a run, and not who ran it again (threat T18). */
function rerun({ entitlement, subject }: { entitlement: Entitlement; subject: Subject }): Reason | undefined {
  const { runAttempt } = subject;
  if (runAttempt === '1') return undefined;
  const [what, whose] =
    entitlement.approval?.by.length === 0 ? ['break-glass', 'reviews it later'] : ['approval', 'approves'];
  return {
    code: 'FACT_UNAVAILABLE',
    message: `${scopeOf(entitlement)} needs ${what}, and this is attempt ${runAttempt} of its run: who ran it again is not known, and must not be who ${whose}. Start a new run.`,
    condition: 'approval',
    expected: 'the first attempt of a run',
    got: runAttempt,
  };
}

/** A program asks where a rule names it, and nowhere else. */
function unnamedProgram(asked: Parameters<typeof requesterReasons>[0]): Reason | undefined {
  const { entitlement, rule, subject } = asked;
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

const scopeOf = ({ project, name }: Entitlement): string => `${project}/${name}`;
