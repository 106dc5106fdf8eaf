// Receipts: the leaf of an `issuance.succeeded` entry with a C2SP tlog-proof (https://c2sp.org/tlog-proof) that it is in the log.
// The action checks one before it hands a credential on; anybody who keeps one can later prove that the log was changed.
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { openCheckpoint, parseTreeHead, type TreeHead } from './checkpoint.ts';
import { HASH_BYTES, type Hash, leafHash, verifyInclusion } from './merkle.ts';
import { type NoteVerifier, splitNote } from './signed-note.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_PROOF_HASHES = 63;

export interface Receipt {
  /** base64 of the leaf: the canonical JSON of the entry */
  readonly entry: string;
  /** C2SP tlog-proof text */
  readonly proof: string;
}

export interface InclusionProof {
  readonly index: number;
  readonly hashes: readonly Hash[];
  readonly checkpoint: string;
}

export interface VerifiedReceipt {
  readonly entry: Readonly<Record<string, unknown>>;
  readonly index: number;
  readonly head: TreeHead;
}

export function formatProof({ index, hashes, checkpoint }: InclusionProof): string {
  const lines = [HEADER, `index ${index}`, ...hashes.map((hash) => hash.toString('base64'))];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** @throws Error where the text is not a tlog-proof */
export function parseProof(text: string): InclusionProof {
  const end = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, end).split('\n');
  if (end === -1 || header !== HEADER) throw new Error(`a receipt's proof starts with "${HEADER}"`);
  // The extra line is not authenticated and means nothing to us.
  if (lines[0]?.startsWith('extra ')) lines.shift();
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '')?.[1];
  const hashes = lines.map((line) => Buffer.from(line, 'base64'));
  const malformed = hashes.some((hash, at) => hash.length !== HASH_BYTES || hash.toString('base64') !== lines[at]);
  if (index === undefined || malformed || hashes.length > MAX_PROOF_HASHES)
    throw new Error("the receipt's proof is malformed");
  return { index: Number(index), hashes, checkpoint: text.slice(end + 2) };
}

/**
 * Checks that the receipt's entry is in the log of one of `verifiers` and returns it. What the entry says is for the
 * caller to compare with what it asked for.
 * @throws Error with a sentence saying which part does not hold
 */
export function verifyReceipt(receipt: Receipt, verifiers: readonly NoteVerifier[]): VerifiedReceipt {
  const { entry, index, head } = readReceipt(receipt, (checkpoint) => openCheckpoint(checkpoint, verifiers));
  return { entry, index, head };
}

/** What a receipt proves to whoever believes its checkpoint, which is returned with it: nobody looked at its signatures. */
export interface UnsignedReceipt extends VerifiedReceipt {
  readonly checkpoint: string;
}

/**
 * The same check without the keys, for whoever learns only later which keys the log had at that size.
 * @throws Error with a sentence saying which part does not hold
 */
export const readUnsignedReceipt = (receipt: Receipt): UnsignedReceipt =>
  readReceipt(receipt, (checkpoint) => parseTreeHead(splitNote(checkpoint).text));

function readReceipt(receipt: Receipt, open: (checkpoint: string) => TreeHead): UnsignedReceipt {
  const leaf = Buffer.from(receipt.entry, 'base64');
  if (leaf.toString('base64') !== receipt.entry) throw new Error("the receipt's entry is not base64");
  const { index, hashes, checkpoint } = parseProof(receipt.proof);
  const head = open(checkpoint);
  if (!verifyInclusion({ index, size: head.size, hash: leafHash(leaf) }, hashes, head.root))
    throw new Error('the inclusion proof does not lead to the root of the checkpoint');
  return { entry: parseEntry(leaf), index, head, checkpoint };
}

function parseEntry(leaf: Buffer): Readonly<Record<string, unknown>> {
  const text = leaf.toString();
  const value = JSON.parse(text) as JsonValue;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error("the receipt's entry is not an object");
  // Two members of one name would let a reader see another entry than the one that was logged.
  if (canonicalJson(value) !== text) throw new Error("the receipt's entry is not canonical JSON");
  return value as Record<string, unknown>;
}
