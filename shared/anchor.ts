// What an anchor is: a log's verifier key, an empty line, and its newest checkpoint, kept apart from the log.
import { openCheckpoint, type TreeHead } from './checkpoint.ts';
import { parseVerifierKey } from './signed-note.ts';

export interface Anchor {
  readonly verifierKey: string;
  /** empty where the log had no entries yet */
  readonly checkpoint: string;
}

export function formatAnchor({ verifierKey, checkpoint }: Anchor): string {
  return `${verifierKey}\n\n${checkpoint}`;
}

/** @throws Error where the text is not an anchor, or its checkpoint is not signed by its key */
export function parseAnchor(text: string): Anchor & { readonly head: TreeHead | undefined } {
  const end = text.indexOf('\n\n');
  const anchor = { verifierKey: text.slice(0, end), checkpoint: text.slice(end + 2) };
  if (end === -1) throw new Error('an anchor file is a verifier key, an empty line and a checkpoint');
  const verifier = parseVerifierKey(anchor.verifierKey);
  // An anchor made over an empty log has no checkpoint yet.
  return { ...anchor, head: anchor.checkpoint === '' ? undefined : openCheckpoint(anchor.checkpoint, [verifier]) };
}
