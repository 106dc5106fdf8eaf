// Taking back what you asked for, in two steps: the second says what it does.
import { useState } from 'preact/hooks';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { ask, type Problem } from '../data/ask.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { pathOf } from './use-verdict.ts';

interface Props {
  readonly request: RequestDetail;
  readonly onAnswer: (request: RequestDetail) => void;
}

export function Withdraw({ request, onAnswer }: Props) {
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const withdraw = async (): Promise<void> => {
    const answer = await ask<RequestDetail>(`${pathOf(request)}/withdraw`, { method: 'POST' });
    if (answer.ok) onAnswer(answer.body);
    else setProblem(answer.problem);
  };
  return (
    <div class="panel-foot">
      {open ? (
        <>
          <p>Nobody can approve it any more, and the job fails. Running it again asks again.</p>
          <div class="two">
            <button type="button" class="button" onClick={() => void withdraw()}>
              Withdraw it
            </button>
            <button type="button" class="button" onClick={() => setOpen(false)}>
              Keep it
            </button>
          </div>
        </>
      ) : (
        <button type="button" class="plain" onClick={() => setOpen(true)}>
          Withdraw it…
        </button>
      )}
      {problem !== undefined && <ProblemNote problem={problem} />}
    </div>
  );
}
