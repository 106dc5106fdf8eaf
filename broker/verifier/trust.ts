// What a log is held against: the key to trust, and states of it that somebody kept. A key that comes from the log itself
// shows only that the log agrees with itself, and the report says so.
import { parseAnchor } from '../../shared/anchor.ts';
import { openCheckpoint } from '../../shared/checkpoint.ts';
import { type Receipt, verifyReceipt } from '../../shared/receipt.ts';
import { type NoteVerifier, parseVerifierKey } from '../../shared/signed-note.ts';
import type { EarlierState } from './tree-walk.ts';

/** A text that was kept apart from the log: an anchor, an earlier checkpoint, or a receipt. */
export interface Kept {
  /** what it is, for the report: `the anchor file`, or the name of a file */
  readonly what: string;
  readonly text: string;
}

/** What was kept is none of this log, or cannot be read. */
export class KeptRefused extends Error {
  override readonly name = 'KeptRefused';
  readonly kept: Kept;
  constructor(kept: Kept, cause: Error) {
    super(`${kept.what} is no checkpoint, receipt or anchor of this log: ${cause.message}`, { cause });
    this.kept = kept;
  }
}

export interface Trust {
  readonly verifiers: readonly NoteVerifier[];
  readonly earlier: readonly EarlierState[];
  /** false: the key came from what is being verified */
  readonly pinned: boolean;
}

/**
 * The key to trust is the pinned one, else that of an anchor, which was kept apart from the log; last the log's own.
 * @throws KeptRefused, and Error for a key that is none
 */
export function trustOf({
  pinned,
  own,
  kept,
}: {
  pinned: NoteVerifier | undefined;
  own: readonly string[];
  kept: readonly Kept[];
}): Trust {
  const [anchor] = kept.filter(isAnchor);
  const key = pinned ?? (anchor === undefined ? undefined : parseVerifierKey(read(anchor, parseAnchor).verifierKey));
  const verifiers = key === undefined ? own.map(parseVerifierKey) : [key];
  return { verifiers, earlier: kept.flatMap((one) => earlierState(one, verifiers)), pinned: key !== undefined };
}

const isAnchor = ({ text }: Kept): boolean => /^\S+\+[0-9a-f]{8}\+\S+\n\n/.test(text);

/** A receipt is JSON, an anchor begins with a verifier key, anything else is a checkpoint. */
function earlierState(kept: Kept, verifiers: readonly NoteVerifier[]): EarlierState[] {
  const head = read(kept, (text) => {
    if (text.trimStart().startsWith('{')) return verifyReceipt(receiptIn(text), verifiers).head;
    return isAnchor(kept) ? parseAnchor(text).head : openCheckpoint(text, verifiers);
  });
  // An anchor made over an empty log has nothing to compare with yet.
  return head === undefined ? [] : [{ what: kept.what, size: head.size, root: head.root }];
}

function read<T>(kept: Kept, parse: (text: string) => T): T {
  try {
    return parse(kept.text);
  } catch (cause) {
    throw new KeptRefused(kept, cause as Error);
  }
}

/** A receipt by itself, or the whole answer that carried it. */
function receiptIn(text: string): Receipt {
  const value = parseJson(text) as { receipt?: unknown };
  const { entry, proof } = (value.receipt ?? value) as Readonly<Record<string, unknown>>;
  if (typeof entry === 'string' && typeof proof === 'string') return { entry, proof };
  throw new Error('it is neither a receipt nor an answer with one');
}

/** JSON.parse quotes what it could not read, and a whole answer carries a credential. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
}
