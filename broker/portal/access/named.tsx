// What an order or a pause is of, and who gave it.
import type { Pause } from '../../../shared/access-api.ts';
import { Person } from '../parts/person.tsx';
import { Exact } from '../parts/said.tsx';
import type { Target } from './access-route.ts';
import { scopeWords } from './access-words.ts';

/** `everything`, `the project shop` */
export function Named({ of: { scope, target } }: { readonly of: Target }) {
  return scope === 'everything' ? (
    <>everything</>
  ) : (
    <>
      {scopeWords(scope)} <Exact text={target} />
    </>
  );
}

interface WhoProps {
  readonly by: Pause['paused_by'];
  /** a sentence */
  readonly begins?: boolean;
}

export function Who({ by: { operator, name, principal }, begins = false }: WhoProps) {
  if (operator) return <>{begins ? 'The' : 'the'} operator at the machine</>;
  return name === undefined ? <Exact text={principal ?? 'somebody'} /> : <Person name={name} />;
}
