// What security has paused of a request: said wherever somebody is about to let the job go on, which it would not.
import type { RequestDetail } from '../../../shared/people-api.ts';
import { Icon } from '../parts/marks.tsx';

const REFUSED = 'As long as that holds the job is refused when it collects, whatever is decided here.';

/** A job that finds everything paused asks again by itself; what is narrower refuses it. */
const WORDS = {
  everything: 'Security has paused all issuing. Whatever is decided here, the job gets nothing until that is over.',
  project: `Security has paused this project. ${REFUSED}`,
  entitlement: `Security has paused this entitlement. ${REFUSED}`,
  principal: `Security has paused issuing for who asks. ${REFUSED}`,
} as const;

export function PausedNote({ request: { paused } }: { readonly request: RequestDetail }) {
  if (paused === undefined) return null;
  return (
    <div class="note waiting">
      <Icon name="warning" />
      <p>{WORDS[paused]}</p>
    </div>
  );
}
