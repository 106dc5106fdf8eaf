// An order of security on its way: the reason that was typed, what was sent, what stood against it, and what the broker answered.
// Nothing is sent twice, and no failure loses the reason.
import { useState } from 'preact/hooks';
import { reasonProblem } from '../../../shared/verdict-reason.ts';
import { ask, type Problem } from '../data/ask.ts';
import { draftOf, keepDraft } from '../data/drafts.ts';
import { useSession } from '../data/session.ts';

/** What every answer to an order has. */
export interface Answered {
  readonly says: readonly string[];
  readonly entry: number;
}

export interface Order<T extends Answered = Answered> {
  readonly reason: string;
  readonly setReason: (reason: string) => void;
  /** what the reason lacks */
  readonly missing: string | undefined;
  readonly sending: boolean;
  readonly problem: Problem | undefined;
  /** ways to step up, once that is asked for */
  readonly methods: readonly string[] | undefined;
  readonly done: T | undefined;
  readonly send: () => Promise<void>;
  readonly back: () => void;
}

interface Deps {
  /** under which the reason is kept */
  readonly draft: string;
  readonly path: string;
  readonly body?: object;
  /** Asks for the lists again. */
  readonly onChanged: () => Promise<void>;
}

/** As the broker takes it. */
const LONGEST_REASON = 200;

export function useOrder<T extends Answered>({ draft, path, body, onChanged }: Deps): Order<T> {
  const { me } = useSession();
  const [reason, setText] = useState(() => draftOf(me.principal, draft));
  const [missing, setMissing] = useState<string>();
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [methods, setMethods] = useState<readonly string[]>();
  const [done, setDone] = useState<T>();
  const send = async (): Promise<void> => {
    if (sending) return;
    const text = reason.trim();
    const lack = text === '' ? 'Say in a few words why: it stays in the log.' : reasonProblem(text, LONGEST_REASON);
    setMissing(lack);
    if (lack !== undefined) return document.getElementById('order-reason')?.focus();
    setSending(true);
    setProblem(undefined);
    const answer = await ask<T>(path, { method: 'POST', body: { ...body, reason: text } });
    setSending(false);
    const asked = !answer.ok && answer.problem.code === 'STEP_UP_REQUIRED';
    setMethods(asked ? (answer.problem.methods ?? []) : undefined);
    if (asked) return;
    if (answer.ok) {
      keepDraft(me.principal, draft, '');
      setDone(answer.body);
    } else setProblem(answer.problem);
    await onChanged();
  };
  return {
    ...{ reason, missing, sending, problem, methods, done, send },
    setReason(text) {
      setText(text);
      setMissing(undefined);
      keepDraft(me.principal, draft, text);
    },
    back: () => setMethods(undefined),
  };
}
