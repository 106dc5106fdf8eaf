// For people of security: one of the two who give somebody a way back that lost their last passkey. The same button proposes and
// confirms, and what it did is said by the broker.
import { useState } from 'preact/hooks';
import type { PasskeyReset } from '../../../shared/access-api.ts';
import { ask, type Problem } from '../data/ask.ts';
import { draftOf, keepDraft } from '../data/drafts.ts';
import { useSession } from '../data/session.ts';
import { Card } from '../parts/card.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StepUpNote } from './step-up-note.tsx';

const FIELDS = ['principal', 'reason'] as const;
type Typed = Readonly<Record<(typeof FIELDS)[number], string>>;

export function ResetPasskeys() {
  const { me, announce } = useSession();
  // Kept while they go away to show once more who they are.
  const draft = (field: string): string => `passkey reset ${field}`;
  const [typed, setTyped] = useState<Typed>({
    principal: draftOf(me.principal, draft('principal')),
    reason: draftOf(me.principal, draft('reason')),
  });
  const [problem, setProblem] = useState<Problem>();
  const [done, setDone] = useState<PasskeyReset>();
  const type = (field: (typeof FIELDS)[number], value: string): void => {
    setTyped({ ...typed, [field]: value });
    keepDraft(me.principal, draft(field), value);
  };
  const send = async (): Promise<void> => {
    const body = { principal: typed.principal.trim(), reason: typed.reason };
    const answer = await ask<PasskeyReset>('/v1/passkey-resets', { method: 'POST', body });
    setDone(answer.ok ? answer.body : undefined);
    setProblem(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return;
    announce(answer.body.says[0] ?? '');
    for (const field of FIELDS) keepDraft(me.principal, draft(field), '');
  };
  return (
    <Card id="reset" title="Somebody lost their last passkey">
      <p>
        Make sure by another way that it is really them: ring them up. It takes two of security within an hour, neither
        of them that person. Then their passkeys are removed, they are signed out everywhere, and have an hour to sign
        in and add a new one.
      </p>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label for="reset-principal">Their principal</label>
        <input
          id="reset-principal"
          value={typed.principal}
          autocomplete="off"
          aria-describedby="reset-hint"
          onInput={(event) => type('principal', event.currentTarget.value)}
        />
        <p class="hint" id="reset-hint">
          They read it on this page of their own.
        </p>
        <label for="reset-reason">Reason</label>
        <input
          id="reset-reason"
          value={typed.reason}
          maxLength={200}
          autocomplete="off"
          onInput={(event) => type('reason', event.currentTarget.value)}
        />
        <button type="submit" class="button">
          Propose or confirm the reset
        </button>
      </form>
      {done !== undefined && (
        <div class="note issued">
          <div>
            {done.says.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>
        </div>
      )}
      {problem !== undefined &&
        (problem.code === 'STEP_UP_REQUIRED' ? (
          <StepUpNote problem={problem} onDone={() => setProblem(undefined)} />
        ) : (
          <ProblemNote problem={problem} />
        ))}
    </Card>
  );
}
