// Who is signed in, what waits for them, and what every page may say: to the live region, and to the title of the window.
import { createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import type { Me, RequestList } from '../../../shared/people-api.ts';
import type { Polled } from './polled.ts';

export interface Session {
  readonly me: Me;
  /** Asks again who is signed in. */
  readonly refreshMe: () => Promise<void>;
  readonly waiting: Polled<RequestList>;
  /** Says a sentence to who listens to the page. */
  readonly announce: (sentence: string) => void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('nobody is signed in on this page');
  return session;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Buildpass`;
  }, [title]);
}
