// What somebody has typed for a verdict, kept for this tab while they go away to sign in again or to step up, and for nobody else;
// and what a terminal proposed, in the same place.

const keyOf = (principal: string, requestId: string): string => `verdict ${principal} ${requestId}`;

export const draftOf = (principal: string, requestId: string): string => keptText(keyOf(principal, requestId));

export const keepDraft = (principal: string, requestId: string, reason: string): void =>
  keepText(keyOf(principal, requestId), reason);

export const keptText = (key: string): string => kept()?.getItem(key) ?? '';

export function keepText(key: string, text: string): void {
  if (text === '') kept()?.removeItem(key);
  else kept()?.setItem(key, text);
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
