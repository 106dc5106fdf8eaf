// What may be alive after a credential has died: whatever somebody traded it for meanwhile. Said in the same words by the catalog, the
// answers about leases, the pages, lint and the action (P8).

const AFTERLIVES: Readonly<Record<string, string>> = {
  'gcp-credentials-file':
    'what Google gives for it lives up to an hour longer (or twelve, where the organization allows that), and nobody here can revoke that',
};

/** The end of a sentence, by kind of credential; undefined where nothing is traded that the broker hands out. */
export const afterlifeOf = (kind: string): string | undefined =>
  Object.hasOwn(AFTERLIVES, kind) ? AFTERLIVES[kind] : undefined;
