// What somebody has typed for a verdict, kept for this tab while they go away to sign in again or to step up, and for nobody else.

const keyOf = (principal: string, requestId: string): string => `verdict ${principal} ${requestId}`;

export function draftOf(principal: string, requestId: string): string {
  return kept()?.getItem(keyOf(principal, requestId)) ?? '';
}

export function keepDraft(principal: string, requestId: string, reason: string): void {
  if (reason === '') kept()?.removeItem(keyOf(principal, requestId));
  else kept()?.setItem(keyOf(principal, requestId), reason);
}

export function forgetDrafts(): void {
  kept()?.clear();
}

/** A browser may be told to keep nothing, and throws then. */
function kept(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
