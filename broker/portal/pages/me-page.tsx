// Your own account here: who you are to the broker, the accounts that are joined to it, passkeys, and the end of the session.
import { useState } from 'preact/hooks';
import type { Me } from '../../../shared/people-api.ts';
import { CommandLinesCard } from '../account/command-lines.tsx';
import { LinkedAccounts } from '../account/linked-accounts.tsx';
import { Passkeys } from '../account/passkeys.tsx';
import { ResetPasskeys } from '../account/reset-passkeys.tsx';
import { ask, type Problem } from '../data/ask.ts';
import { forgetDrafts } from '../data/drafts.ts';
import { useSession, useTitle } from '../data/session.ts';
import { Card, Facts } from '../parts/card.tsx';
import { Person } from '../parts/person.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/times.tsx';

export function MePage() {
  const { me } = useSession();
  useTitle('Your account');
  return (
    <>
      <h1>Your account</h1>
      <p class="lead">
        You are <Person name={me.name} /> here. What you may see and decide follows from the teams that your sign-in
        provider says you are in.
      </p>
      <div class="columns">
        <div class="main-column">
          <LinkedAccounts me={me} />
          <Passkeys />
          <CommandLinesCard />
          {me.roles.includes('security') && <ResetPasskeys />}
        </div>
        <div class="side-column">
          <Rights me={me} />
          <SessionCard me={me} />
        </div>
      </div>
    </>
  );
}

function Rights({ me }: { readonly me: Me }) {
  const list = (all: readonly string[], none: string) =>
    all.length === 0 ? <span class="hint">{none}</span> : all.map((one) => <div key={one}>{one}</div>);
  return (
    <Card id="rights" title="Teams and roles">
      <Facts
        all={[
          { name: 'Teams', value: list(me.teams, 'none that a policy here names') },
          { name: 'Roles', value: list(me.roles, 'none') },
          {
            name: 'Principal',
            value: (
              <>
                <code>{me.principal}</code>
                <div class="hint">
                  Who you are here, whichever account you use. Security asks for it where you lost your passkey.
                </div>
              </>
            ),
          },
        ]}
      />
    </Card>
  );
}

function SessionCard({ me }: { readonly me: Me }) {
  const [problem, setProblem] = useState<Problem>();
  const end = async (path: string): Promise<void> => {
    const answer = await ask(path, { method: 'POST' });
    if (!answer.ok) return setProblem(answer.problem);
    forgetDrafts();
    // Loaded anew, so that nothing of this person stays in the page.
    location.assign('/sign-in');
  };
  const { session, step_up: stepUp } = me;
  return (
    <Card id="session" title="This session">
      <Facts
        all={[
          { name: 'Signed in', value: <Time at={session.started_at} /> },
          { name: 'Ends at the latest', value: <Time at={session.ends_at} form="clock" /> },
          { name: 'Ends if unused', value: <Time at={session.idle_ends_at} form="clock" /> },
          {
            name: 'Proved again',
            value: stepUp.at === undefined ? <span class="hint">not in this session</span> : <Time at={stepUp.at} />,
          },
        ]}
      />
      <div class="two">
        <button type="button" class="button" onClick={() => void end('/v1/sign-out')}>
          Sign out
        </button>
        <button type="button" class="button" onClick={() => void end('/v1/sign-out-everywhere')}>
          Sign out everywhere
        </button>
      </div>
      <p class="hint">Everywhere ends your sessions in other browsers too, and your command lines.</p>
      {problem !== undefined && <ProblemNote problem={problem} />}
    </Card>
  );
}
