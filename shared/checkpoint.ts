// Checkpoints of the issuance log (https://c2sp.org/tlog-checkpoint): origin, tree size and root hash in a signed note.
import type { KeyObject } from 'node:crypto';
import { HASH_BYTES, type Hash } from './merkle.ts';
import { type NoteVerifier, openNote, signNote, splitNote } from './signed-note.ts';

export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

export function signCheckpoint(head: TreeHead, ...privateKeys: readonly KeyObject[]): string {
  return signNote(formatTreeHead(head), head.origin, ...privateKeys);
}

/**
 * The tree head of a checkpoint that one of `verifiers` signed. A key speaks for the log it is named after, and for no other:
 * the name of the key must be the origin.
 * @throws Error with a sentence saying what is wrong
 */
export function openCheckpoint(note: string, verifiers: readonly NoteVerifier[]): TreeHead {
  const { origin } = parseTreeHead(splitNote(note).text);
  const own = verifiers.filter(({ name }) => name === origin);
  return parseTreeHead(openNote(note, own));
}

function formatTreeHead({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** @throws Error where the text of a note is not a checkpoint's */
export function parseTreeHead(text: string): TreeHead {
  const [origin, sizeText, rootText = ''] = text.split('\n');
  const size = Number(sizeText);
  const root = Buffer.from(rootText, 'base64');
  // Round trips refuse leading zeros, signs, spaces and base64 that decodes only by leniency.
  if (!origin || String(size) !== sizeText || !Number.isSafeInteger(size) || size < 0) {
    throw new Error('the checkpoint has no valid origin and tree size');
  }
  if (root.length !== HASH_BYTES || root.toString('base64') !== rootText)
    throw new Error('the checkpoint has no valid root hash');
  return { origin, size, root };
}
