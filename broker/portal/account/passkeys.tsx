// Passkeys: what shows, before a verdict on high risk, that it is really you.
import { useState } from 'preact/hooks';
import type { Passkey, PasskeyList } from '../../../shared/people-api.ts';
import { ask, type Problem } from '../data/ask.ts';
import { addPasskey } from '../data/passkeys.ts';
import { usePolled } from '../data/polled.ts';
import { useSession } from '../data/session.ts';
import { Card } from '../parts/card.tsx';
import { ProblemNote, Unread } from '../parts/problem-note.tsx';
import { Said } from '../parts/said.tsx';
import { Time } from '../parts/times.tsx';
import { StepUpNote } from './step-up-note.tsx';

const RARELY_SECONDS = 300;

export function Passkeys() {
  const { body, problem: unread, refresh } = usePolled<PasskeyList>('/v1/passkeys', RARELY_SECONDS);
  const { refreshMe, announce } = useSession();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const settle = async (ask: Promise<{ ok: boolean; problem?: Problem }>, said: string): Promise<void> => {
    const answer = await ask;
    setProblem(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return;
    announce(said);
    setName('');
    await Promise.all([refresh(), refreshMe()]);
  };
  return (
    <Card id="passkeys" title="Your passkeys">
      {body?.register_by !== undefined && <AfterReset until={body.register_by} />}
      <p>With one you show, before a verdict on high risk, that it is really you.</p>
      {body === undefined ? (
        <Unread problem={unread} refresh={refresh} />
      ) : (
        <List passkeys={body.passkeys} onRemove={(id) => settle(remove(id), 'The passkey is removed.')} />
      )}
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          void settle(addPasskey(name.trim()), 'The passkey is added.');
        }}
      >
        <label for="passkey-name">Name of a new one</label>
        <input
          id="passkey-name"
          value={name}
          maxLength={60}
          autocomplete="off"
          aria-describedby="passkey-hint"
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <p class="hint" id="passkey-hint">
          By which you know it again, such as the name of the device.
        </p>
        <button type="submit" class="button">
          Add a passkey…
        </button>
      </form>
      {problem !== undefined &&
        (problem.code === 'STEP_UP_REQUIRED' ? (
          <StepUpNote problem={problem} onDone={() => setProblem(undefined)} />
        ) : (
          <ProblemNote problem={problem} />
        ))}
    </Card>
  );
}

/** Two others agreed to it because this person lost them. */
function AfterReset({ until }: { readonly until: string }) {
  return (
    <p>
      <strong>
        Your passkeys were removed. Add a new one by <Time at={until} form="clock" />, within five minutes of signing
        in.
      </strong>{' '}
      Later it takes two people of security again. If you did not ask for this, tell them now.
    </p>
  );
}

const remove = (id: string) => ask(`/v1/passkeys/${encodeURIComponent(id)}`, { method: 'DELETE' });

interface ListProps {
  readonly passkeys: readonly Passkey[];
  readonly onRemove: (id: string) => Promise<void>;
}

function List({ passkeys, onRemove }: ListProps) {
  if (passkeys.length === 0) return <p class="hint">You have none here yet.</p>;
  return (
    <ul class="lines">
      {passkeys.map(({ id, name, created_at: created, used_at: used }) => (
        <li key={id}>
          <span>
            <Said text={name} />{' '}
            <span class="hint">
              added <Time at={created} form="clock" />
              {used !== undefined && (
                <>
                  , last used <Time at={used} />
                </>
              )}
            </span>
          </span>
          <button type="button" class="button small" onClick={() => void onRemove(id)}>
            Remove<span class="heard"> {name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
