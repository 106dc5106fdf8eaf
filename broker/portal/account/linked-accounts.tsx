// The accounts that are one person here, and how to join another: who asked and who approves is compared across all of them.
import { useState } from 'preact/hooks';
import type { LinkStarted, Me, Providers } from '../../../shared/people-api.ts';
import { ask, type Problem } from '../data/ask.ts';
import { usePolled } from '../data/polled.ts';
import { Card } from '../parts/card.tsx';
import { ProblemNote, Unread } from '../parts/problem-note.tsx';
import { Exact } from '../parts/said.tsx';
import { StepUpNote } from './step-up-note.tsx';

const RARELY_SECONDS = 300;

export function LinkedAccounts({ me }: { readonly me: Me }) {
  const { body, problem, refresh } = usePolled<Providers>('/v1/sign-in', RARELY_SECONDS);
  const others = body?.providers.filter(({ name, kind }) => name !== me.session.provider && kind !== 'demo');
  return (
    <Card id="accounts" title="Your accounts">
      <ul class="lines">
        {me.identities.map(({ provider, provider_id: id, name }) => (
          <li key={`${provider} ${id}`}>
            <span>
              <Exact text={name} /> <span class="hint">id</span> <Exact text={id} />
            </span>
            <span class="hint">at {provider}</span>
          </li>
        ))}
      </ul>
      <p class="hint">
        Nobody approves their own request, under any of their accounts. Where an account of yours is not joined to this
        one, the broker can’t tell, and you can’t decide what comes from there.
      </p>
      {others === undefined && <Unread problem={problem} refresh={refresh} />}
      {others?.map(({ name, title }) => (
        <LinkAnother key={name} name={name} title={title} />
      ))}
      {others?.length === 0 && (
        <p class="hint">There is no other sign-in provider here whose account could be joined.</p>
      )}
    </Card>
  );
}

function LinkAnother({ name, title }: { readonly name: string; readonly title: string }) {
  const [problem, setProblem] = useState<Problem>();
  const begin = async (): Promise<void> => {
    const answer = await ask<LinkStarted>(`/v1/me/identities/${encodeURIComponent(name)}`, {
      method: 'POST',
    });
    if (!answer.ok) return setProblem(answer.problem);
    if (/^(https?:\/\/|\/)/.test(answer.body.location)) location.assign(answer.body.location);
  };
  return (
    <>
      <p class="actions">
        <button type="button" class="button" onClick={() => void begin()}>
          Join your account at {title}…
        </button>
      </p>
      {problem !== undefined &&
        (problem.code === 'STEP_UP_REQUIRED' ? (
          <StepUpNote problem={problem} onDone={() => setProblem(undefined)} />
        ) : (
          <ProblemNote problem={problem} />
        ))}
    </>
  );
}
