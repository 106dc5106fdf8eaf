// A refusal of the broker where it happened: what was wrong in its own sentence, what to do next, and the code for who asks.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Problem } from '../data/ask.ts';
import { type Words, wordsFor, wordsForReading } from '../data/codes.ts';
import type { Polled } from '../data/polled.ts';
import { Late } from './late.tsx';
import { Link } from './link.tsx';
import { Icon } from './marks.tsx';
import { Sentence } from './said.tsx';

export function ProblemNote({
  problem,
  words = wordsFor(problem.code),
  children,
}: {
  readonly problem: Problem;
  readonly words?: Words;
  readonly children?: ComponentChildren;
}) {
  const { title, next, link } = words;
  return (
    <div class="note refused" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{title}.</strong> <Sentence text={problem.message} /> {next}
        {link !== undefined && (
          <>
            {' '}
            <Link to={link.to}>{link.words}</Link>.
          </>
        )}
        <p class="hint">
          Code <code>{problem.code}</code>
          {problem.requestId !== undefined && (
            <>
              , id <code>{problem.requestId}</code>
            </>
          )}
        </p>
        {children}
      </div>
    </div>
  );
}

type Unanswered = Pick<Polled<unknown>, 'problem' | 'refresh'>;

/** In the place of what could not be read yet: that it is late, or what went wrong. It is asked again by itself, and by a press. */
export function Unread({ problem, refresh }: Unanswered) {
  if (problem === undefined) return <Late />;
  return (
    <ProblemNote problem={problem} words={wordsForReading(problem.code)}>
      <p class="actions">
        <Again refresh={refresh} />
      </p>
    </ProblemNote>
  );
}

function Again({ refresh }: Pick<Unanswered, 'refresh'>) {
  const [trying, setTrying] = useState(false);
  const again = async (): Promise<void> => {
    setTrying(true);
    await refresh();
    setTrying(false);
  };
  return (
    <button type="button" class="button" disabled={trying} onClick={() => void again()}>
      {trying ? 'Trying…' : 'Try again'}
    </button>
  );
}

/** The same for a whole page. */
export function UnreadPage({ problem, refresh }: Unanswered) {
  if (problem === undefined) return <Late />;
  const { title, next, link } = wordsForReading(problem.code);
  return (
    <>
      <h1>{title}</h1>
      <p class="lead">
        <Sentence text={problem.message} /> {next}
      </p>
      <p class="actions">
        {link === undefined ? (
          <Again refresh={refresh} />
        ) : (
          <Link class="button" to={link.to}>
            {link.words}
          </Link>
        )}
      </p>
      <p class="hint">
        Code <code>{problem.code}</code>
      </p>
    </>
  );
}
