// Giving a verdict: what was typed, what was sent, and what stood against it. Nothing is sent twice, and nothing without the reason
// that it needs.
import { useState } from 'preact/hooks';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { reasonProblem } from '../../../shared/verdict-reason.ts';
import { ask, type Problem } from '../data/ask.ts';
import { draftOf, keepDraft } from '../data/drafts.ts';
import { useSession } from '../data/session.ts';

export type Choice = 'approve' | 'reject';

export interface Verdict {
  readonly reason: string;
  readonly setReason: (reason: string) => void;
  /** what the field lacks */
  readonly missing: string | undefined;
  readonly sending: Choice | undefined;
  readonly problem: Problem | undefined;
  /** what is to be confirmed, and by which ways */
  readonly stepUp: Confirmed | undefined;
  /** with what was typed, unless other words are given */
  readonly send: (choice: Choice, words?: string) => Promise<void>;
  readonly back: () => void;
}

interface Confirmed {
  readonly choice: Choice;
  readonly words: string;
  readonly methods: readonly string[];
}

interface Deps {
  readonly request: RequestDetail;
  readonly binding: string;
  readonly onAnswer: (request: RequestDetail) => void;
  readonly onChanged: () => Promise<void>;
}

export function useVerdict({ request, binding, onAnswer, onChanged }: Deps): Verdict {
  const { me, waiting } = useSession();
  const [reason, setText] = useState(() => draftOf(me.principal, request.id));
  const [missing, setMissing] = useState<string>();
  const [sending, setSending] = useState<Choice>();
  const [problem, setProblem] = useState<Problem>();
  const [stepUp, setStepUp] = useState<Verdict['stepUp']>();
  const send = async (choice: Choice, words = reason): Promise<void> => {
    if (sending !== undefined) return;
    const text = words.trim();
    const lack = lackOf(text, choice, request);
    setMissing(lack);
    if (lack !== undefined) {
      document.getElementById('verdict-reason')?.focus();
      return;
    }
    setSending(choice);
    setProblem(undefined);
    const body = { verdict: choice, binding, ...(text !== '' && { reason: text }) };
    const answer = await ask<RequestDetail>(`${pathOf(request)}/verdicts`, { method: 'POST', body });
    setSending(undefined);
    if (answer.ok) {
      keepDraft(me.principal, request.id, '');
      setStepUp(undefined);
      onAnswer(answer.body);
      await waiting.refresh();
    } else if (answer.problem.code === 'STEP_UP_REQUIRED') {
      setStepUp({ choice, words, methods: answer.problem.methods ?? [] });
    } else {
      setStepUp(undefined);
      setProblem(answer.problem);
      await Promise.all([onChanged(), waiting.refresh()]);
    }
  };
  return {
    ...{ reason, missing, sending, problem, stepUp, send },
    setReason(text) {
      setText(text);
      setMissing(undefined);
      keepDraft(me.principal, request.id, text);
    },
    back: () => setStepUp(undefined),
  };
}

export const pathOf = ({ id }: RequestDetail): string => `/v1/requests/${encodeURIComponent(id)}`;

export const needsReason = (choice: Choice, { risk }: RequestDetail): boolean => choice === 'reject' || risk !== 'low';

function lackOf(reason: string, choice: Choice, request: RequestDetail): string | undefined {
  if (reason === '' && needsReason(choice, request))
    return 'Say in a few words why. Whoever asked sees it, and it stays in the log.';
  return reasonProblem(reason);
}
