// Where the browser is, and going somewhere else without loading the page again.
import { useEffect, useState } from 'preact/hooks';

const MOVED = 'portal-moved';

export const here = (): string => `${location.pathname}${location.search}`;

export function go(address: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  dispatchEvent(new Event(MOVED));
}

/** The address, and how often somebody went somewhere: a change of a filter is not one. */
export function useLocation(): string {
  const [at, setAt] = useState(here);
  useEffect(() => {
    const moved = (): void => setAt(here());
    addEventListener('popstate', moved);
    addEventListener(MOVED, moved);
    return () => {
      removeEventListener('popstate', moved);
      removeEventListener(MOVED, moved);
    };
  }, []);
  return at;
}
