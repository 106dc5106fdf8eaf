// A refusal of the broker where it happened: what was wrong in its own sentence, what to do next, and the code for who asks.
import type { ComponentChildren } from 'preact';
import type { Problem } from '../data/ask.ts';
import { wordsFor } from '../data/codes.ts';
import { Link } from './link.tsx';
import { Icon } from './marks.tsx';
import { Sentence } from './said.tsx';

export function ProblemNote({
  problem,
  children,
}: {
  readonly problem: Problem;
  readonly children?: ComponentChildren;
}) {
  const { title, next, link } = wordsFor(problem.code);
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

/** A whole page of it. */
export function ProblemPage({ problem }: { readonly problem: Problem }) {
  const { title, next, link } = wordsFor(problem.code);
  return (
    <>
      <h1>{title}</h1>
      <p class="lead">
        <Sentence text={problem.message} /> {next}
      </p>
      {link !== undefined && (
        <p class="actions">
          <Link class="button" to={link.to}>
            {link.words}
          </Link>
        </p>
      )}
      <p class="hint">
        Code <code>{problem.code}</code>
      </p>
    </>
  );
}
