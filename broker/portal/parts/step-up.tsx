// Showing once more that it is you, before what must not be done from a session that lies open. What is about to be sent is said
// again; with a passkey it is sent right after, and from a provider you come back to the form as it was.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../data/ask.ts';
import { stepUpWithPasskey } from '../data/passkeys.ts';
import { useSession } from '../data/session.ts';
import { Link } from './link.tsx';
import { Icon } from './marks.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SaidBlock } from './said.tsx';

/** What is to be confirmed. */
export interface Confirming {
  readonly reason: string;
  readonly methods: readonly string[];
  readonly send: () => Promise<void>;
  readonly back: () => void;
}

interface Props {
  /** of the heading */
  readonly id: string;
  readonly confirming: Confirming;
  /** the address that a provider leads back to */
  readonly address: string;
  /** what is about to be sent */
  readonly children: ComponentChildren;
}

export function StepUp({ id, confirming, address, children }: Props) {
  const { me } = useSession();
  const [problem, setProblem] = useState<Problem>();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const { methods, reason } = confirming;
  const usePasskey = async (): Promise<void> => {
    const answer = await stepUpWithPasskey();
    if (answer.ok) await confirming.send();
    else setProblem(answer.problem);
  };
  const away = `/sign-in/${me.session.provider}?step-up=1&return=${encodeURIComponent(address)}`;
  const both = methods.includes('passkey') && methods.includes('provider');
  return (
    <div class="panel-body">
      <h2 id={id} tabIndex={-1} ref={heading}>
        Show that it is you
      </h2>
      <p>{children}</p>
      {reason.trim() !== '' && <SaidBlock text={reason.trim()} caption="Your reason" />}
      {methods.length === 0 && <NoWay />}
      <div class="two">
        {methods.includes('passkey') && (
          <button type="button" class="button solid tall" onClick={() => void usePasskey()}>
            <Icon name="key" />
            Use passkey
          </button>
        )}
        {methods.includes('provider') && (
          <a class={both ? 'button tall' : 'button solid tall'} href={away}>
            Sign in once more
          </a>
        )}
        <button type="button" class="button tall" onClick={confirming.back}>
          Back
        </button>
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {methods.includes('provider') && (
        <p class="hint">You come back here, your reason is kept, and you press the button once more.</p>
      )}
    </div>
  );
}

function NoWay() {
  return (
    <div class="note waiting">
      <Icon name="warning" />
      <p>
        Your account has no way to show that yet. <Link to="/me">Add a passkey</Link>, then come back: your reason is
        kept.
      </p>
    </div>
  );
}
