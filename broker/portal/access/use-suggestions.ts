// What else of the same an order could name: of the lease that it began with, or what the page lists.
import { useRef } from 'preact/hooks';
import type { LeaseSummary } from '../../../shared/access-api.ts';
import type { Scope, Target } from './access-route.ts';
import { targetFrom } from './access-words.ts';

interface Given {
  readonly of: Target;
  readonly filter: Target;
  readonly leases: readonly LeaseSummary[];
}

export function useSuggestions({ of, filter, leases }: Given): (scope: Scope) => string {
  const begun = useRef<LeaseSummary | undefined>(undefined);
  if (of.scope === 'lease') begun.current = leases.find(({ id }) => id === of.target) ?? begun.current;
  return (scope) => {
    if (begun.current !== undefined) return targetFrom(begun.current, scope);
    return scope === filter.scope ? filter.target : '';
  };
}
