// A verdict that a terminal proposed by a link (shared/verdict-proposal.ts): taken out of the address when somebody arrives, and
// kept for this tab, so that it outlasts a sign-in or a step-up on the way, and is not passed on with the address.
import { useEffect, useState } from 'preact/hooks';
import { readProposal, type VerdictProposal } from '../../../shared/verdict-proposal.ts';
import { routeOf } from '../route.ts';
import { keepText, keptText } from './drafts.ts';
import { here } from './location.ts';

const keyOf = (requestId: string): string => `proposal ${requestId}`;
const ARRIVED = 'proposal-arrived';

/** Looks at the address now, and whenever a link leads to another fragment of it. */
export function useArrivingProposals(): void {
  useEffect(() => {
    takeFromAddress();
    addEventListener('hashchange', takeFromAddress);
    return () => removeEventListener('hashchange', takeFromAddress);
  }, []);
}

function takeFromAddress(): void {
  const route = routeOf(here());
  if (route.page !== 'request' || readProposal(route.id, location.hash) === undefined) return;
  keepText(keyOf(route.id), location.hash);
  history.replaceState(null, '', here());
  dispatchEvent(new Event(ARRIVED));
}

export interface Proposed {
  readonly proposal: VerdictProposal | undefined;
  readonly drop: () => void;
}

export function useProposal(requestId: string): Proposed {
  const [kept, setKept] = useState(() => keptText(keyOf(requestId)));
  useEffect(() => {
    const look = (): void => setKept(keptText(keyOf(requestId)));
    addEventListener(ARRIVED, look);
    return () => removeEventListener(ARRIVED, look);
  }, [requestId]);
  return {
    proposal: kept === '' ? undefined : readProposal(requestId, kept),
    drop() {
      keepText(keyOf(requestId), '');
      setKept('');
    },
  };
}
