// Letting a command line read in your name: its code is typed here and never comes with a link, so that nobody who sends one gets
// further than this page (RFC 8628 §5.4); what it gives, and what it does not, is said before anything can be pressed.
import { useState } from 'preact/hooks';
import type { DeviceLogin } from '../../../shared/device-login.ts';
import { readShortCode } from '../../../shared/short-code.ts';
import { StepUpNote } from '../account/step-up-note.tsx';
import { ask, type Problem } from '../data/ask.ts';
import { useSession, useTitle } from '../data/session.ts';
import { Card, Facts } from '../parts/card.tsx';
import { Link } from '../parts/link.tsx';
import { Icon } from '../parts/marks.tsx';
import { Person } from '../parts/person.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Exact } from '../parts/said.tsx';
import { Time } from '../parts/times.tsx';

type Step =
  | { readonly at: 'code' }
  | { readonly at: 'decision'; readonly login: DeviceLogin }
  | { readonly at: 'end'; readonly allowed: boolean };

export function DevicePage() {
  const { me } = useSession();
  useTitle('Log in a command line');
  const [step, setStep] = useState<Step>({ at: 'code' });
  return (
    <>
      <h1>Log in a command line</h1>
      <p class="lead">
        For <code>buildpass login</code> in a terminal of yours. You are signed in as <Person name={me.name} />.
      </p>
      <div class="columns">
        <div class="main-column">
          {step.at === 'code' && <CodeForm onFound={(login) => setStep({ at: 'decision', login })} />}
          {step.at === 'decision' && (
            <Decision
              login={step.login}
              onDecided={(allowed) => setStep({ at: 'end', allowed })}
              onBack={() => setStep({ at: 'code' })}
            />
          )}
          {step.at === 'end' && <End allowed={step.allowed} />}
        </div>
        <div class="side-column">
          <WhatItGives />
        </div>
      </div>
    </>
  );
}

function CodeForm({ onFound }: { readonly onFound: (login: DeviceLogin) => void }) {
  const [typed, setTyped] = useState('');
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const find = async (): Promise<void> => {
    const code = readShortCode(typed);
    setMissing(code === undefined);
    setProblem(undefined);
    if (code === undefined) return document.getElementById('user-code')?.focus();
    const answer = await ask<DeviceLogin>(`/v1/device-logins/${code}`);
    if (answer.ok) onFound(answer.body);
    else setProblem(answer.problem);
  };
  return (
    <Card id="code" title="The code in your terminal">
      <Warning />
      <form
        class="inline-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void find();
        }}
      >
        <label for="user-code">Code</label>
        <input
          id="user-code"
          value={typed}
          maxLength={20}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          aria-invalid={missing}
          aria-describedby="user-code-hint"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        {missing ? (
          <p class="field-error" id="user-code-hint" role="alert">
            <Icon name="warning" />A code has eight letters, such as WDJB-MJHT.
          </p>
        ) : (
          <p class="hint" id="user-code-hint">
            Eight letters, as your own terminal shows them.
          </p>
        )}
        <button type="submit" class="button">
          Continue
        </button>
      </form>
      {problem !== undefined && <ProblemNote problem={problem} />}
    </Card>
  );
}

function Warning() {
  return (
    <div class="note waiting">
      <Icon name="warning" />
      <p>
        <strong>Did you run it yourself, just now, on your own machine?</strong> A code that somebody sent you, in a
        message, a call or a page, logs <em>them</em> in as you. Nobody who runs this broker will ever ask you to type
        one.
      </p>
    </div>
  );
}

interface DecisionProps {
  readonly login: DeviceLogin;
  readonly onDecided: (allowed: boolean) => void;
  readonly onBack: () => void;
}

function Decision({ login, onDecided, onBack }: DecisionProps) {
  const [problem, setProblem] = useState<Problem>();
  const decide = async (decision: 'allow' | 'refuse'): Promise<void> => {
    const path = `/v1/device-logins/${encodeURIComponent(login.user_code)}`;
    const answer = await ask(path, { method: 'POST', body: { decision } });
    if (answer.ok) onDecided(decision === 'allow');
    else setProblem(answer.problem);
  };
  return (
    <Card id="decision" title="Is this your terminal?">
      <Warning />
      <Facts
        all={[
          { name: 'Code', value: <code>{login.user_code}</code> },
          { name: 'Asked', value: <Time at={login.asked_at} /> },
          { name: 'From the address', value: login.asked_from && <Exact text={login.asked_from} /> },
          { name: 'Reads until', value: <Time at={login.session_ends_at} form="clock" /> },
        ]}
      />
      <div class="actions">
        <button type="button" class="button tall" onClick={() => void decide('allow')}>
          Allow it to read
        </button>
        <button type="button" class="button tall" onClick={() => void decide('refuse')}>
          Refuse
        </button>
      </div>
      {problem !== undefined &&
        (problem.code === 'STEP_UP_REQUIRED' ? (
          <StepUpNote problem={problem} back="/device" onDone={() => setProblem(undefined)} />
        ) : (
          <ProblemNote problem={problem}>
            <button type="button" class="plain" onClick={onBack}>
              Type the code again
            </button>
          </ProblemNote>
        ))}
    </Card>
  );
}

function End({ allowed }: { readonly allowed: boolean }) {
  return (
    <Card id="end" title={allowed ? 'Allowed' : 'Refused'}>
      <p role="status">
        {allowed
          ? 'Your terminal goes on within seconds. If it says instead that the code was used already, somebody else has it: end it on your account.'
          : 'Whoever waits for it is told no. If you did not run it yourself, tell security who sent you the code.'}
      </p>
      <p class="actions">
        <Link class="button" to="/me">
          Your account
        </Link>
      </p>
    </Card>
  );
}

function WhatItGives() {
  return (
    <Card id="gives" title="What it may do">
      <Facts
        all={[
          { name: 'Reads', value: 'the requests and the catalog that you may read' },
          { name: 'Takes back', value: 'requests of yours' },
          {
            name: 'Never',
            value:
              'approves or rejects, uses break-glass, adds passkeys, joins accounts, or ends access: that stays with you, in a browser',
          },
          { name: 'Ends', value: 'after eight hours, and no later than your sign-in here' },
        ]}
      />
      <p class="hint">
        It goes on record. You end it sooner on your account, or by <code>buildpass logout</code>.
      </p>
    </Card>
  );
}
