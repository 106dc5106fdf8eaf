// What a log is held against: the key to trust, and states of it that somebody kept. A key that comes from the log itself
// shows only that the log agrees with itself, and the report says so.
import { parseAnchor } from '../../shared/anchor.ts';
import { parseTreeHead, type TreeHead } from '../../shared/checkpoint.ts';
import { type Receipt, readUnsignedReceipt } from '../../shared/receipt.ts';
import { type NoteVerifier, parseVerifierKey, splitNote } from '../../shared/signed-note.ts';
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

/** What was kept may be signed by a key that the log had before or after the trusted one: that shows when its keys are known. */
function earlierState(kept: Kept, verifiers: readonly NoteVerifier[]): EarlierState[] {
  const note = read(kept, (text) => noteIn(text, isAnchor(kept)));
  // An anchor made over an empty log has nothing to compare with yet.
  if (note === '') return [];
  const { size, root } = read(kept, () => ownHead(note, verifiers));
  return [{ what: kept.what, size, root, note }];
}

/** A receipt is JSON, an anchor begins with a verifier key, anything else is a checkpoint. */
function noteIn(text: string, anchor: boolean): string {
  if (text.trimStart().startsWith('{')) return readUnsignedReceipt(receiptIn(text)).checkpoint;
  return anchor ? parseAnchor(text).checkpoint : text;
}

function ownHead(note: string, verifiers: readonly NoteVerifier[]): TreeHead {
  const head = parseTreeHead(splitNote(note).text);
  const names = verifiers.map(({ name }) => name);
  if (names.length === 0 || names.includes(head.origin)) return head;
  throw new Error(`it is of the log ${head.origin}, and not of ${names[0]}`);
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
