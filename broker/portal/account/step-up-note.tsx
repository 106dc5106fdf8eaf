// A change of your own account that wants you to show once more that it is you, with the ways that you have.
import { useState } from 'preact/hooks';
import type { Problem } from '../data/ask.ts';
import { stepUpWithPasskey } from '../data/passkeys.ts';
import { useSession } from '../data/session.ts';
import { Icon } from '../parts/marks.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';

interface Props {
  readonly problem: Problem;
  /** where they come back to from their provider */
  readonly back?: string;
  /** they have shown it; what they wanted can be pressed again */
  readonly onDone: () => void;
}

export function StepUpNote({ problem, back = '/me', onDone }: Props) {
  const { me } = useSession();
  const [failed, setFailed] = useState<Problem>();
  const methods = problem.methods ?? [];
  const passkey = async (): Promise<void> => {
    const answer = await stepUpWithPasskey();
    if (answer.ok) onDone();
    else setFailed(answer.problem);
  };
  return (
    <div class="note waiting" role="alert">
      <Icon name="key" />
      <div>
        <p>
          <strong>Show that it is you,</strong> then press it again.
        </p>
        <p class="actions">
          {methods.includes('passkey') && (
            <button type="button" class="button" onClick={() => void passkey()}>
              Use a passkey
            </button>
          )}
          {methods.includes('provider') && (
            <a class="button" href={`/sign-in/${me.session.provider}?step-up=1&return=${encodeURIComponent(back)}`}>
              Sign in once more
            </a>
          )}
          {methods.length === 0 && <a href={`/sign-in?return=${encodeURIComponent(back)}`}>Sign in anew</a>}
        </p>
        {failed !== undefined && <ProblemNote problem={failed} />}
      </div>
    </div>
  );
}
