// Signed notes with Ed25519 keys, and verifier keys (https://c2sp.org/signed-note).
// Signatures of unknown keys are ignored; one of a known key that fails makes the whole note invalid.
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

const ED25519 = 0x01;
const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const MAX_NOTE_CHARACTERS = 64 * 1024;
const VERIFIER_KEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u;
const SIGNATURE_LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;

export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** The verifier key text `<name>+<key id>+<base64>` of an Ed25519 public key. */
export function formatVerifierKey(name: string, publicKey: KeyObject): string {
  const encoded = Buffer.concat([Buffer.of(ED25519), rawPublicKey(publicKey)]);
  return `${name}+${keyIdOf(name, encoded)}+${encoded.toString('base64')}`;
}

/** @throws Error with a sentence saying what is wrong with the text */
export function parseVerifierKey(text: string): NoteVerifier {
  const [, name = '', keyId, base64 = ''] = VERIFIER_KEY.exec(text) ?? [];
  const encoded = Buffer.from(base64, 'base64');
  if (encoded.length !== 33 || encoded[0] !== ED25519)
    throw new Error(`"${text}" is not a verifier key: expected <name>+<8 hex digits>+<base64 of an Ed25519 key>`);
  if (keyIdOf(name, encoded) !== keyId) throw new Error(`the key id in "${text}" does not belong to its name and key`);
  const spki = Buffer.concat([ED25519_SPKI_PREFIX, encoded.subarray(1)]);
  return { name, keyId, publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

/** The note over `text` (which ends in a newline) with an Ed25519 signature of each key, in their order. */
export function signNote(text: string, name: string, ...privateKeys: readonly KeyObject[]): string {
  const lines = privateKeys.map((privateKey) => {
    const signature = sign(null, Buffer.from(text), privateKey);
    const blob = Buffer.concat([Buffer.from(keyIdOf(name, encodedPublicKey(privateKey)), 'hex'), signature]);
    return `— ${name} ${blob.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** By private key: working it out costs as much as signing, and a log signs with one key for months. */
const encodedPublicKeys = new WeakMap<KeyObject, Buffer>();

function encodedPublicKey(privateKey: KeyObject): Buffer {
  const known = encodedPublicKeys.get(privateKey);
  if (known !== undefined) return known;
  const encoded = Buffer.concat([Buffer.of(ED25519), rawPublicKey(createPublicKey(privateKey))]);
  encodedPublicKeys.set(privateKey, encoded);
  return encoded;
}

/**
 * The text of a note that at least one of `verifiers` signed.
 * @throws Error where none did, a known key's signature fails, or the form is not a note's
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): string {
  const { text, signatures } = splitNote(note);
  const known = signatures.flatMap(({ name, keyId, signature }) =>
    verifiers.filter((one) => one.name === name && one.keyId === keyId).map((one) => ({ one, signature })),
  );
  if (known.length === 0) throw new Error('the note carries no signature of a known key');
  for (const { one, signature } of known) {
    if (!verify(null, Buffer.from(text), one.publicKey, signature)) {
      throw new Error(`the signature of ${one.name}+${one.keyId} does not verify`);
    }
  }
  return text;
}

interface NoteParts {
  readonly text: string;
  readonly signatures: readonly { name: string; keyId: string; signature: Buffer }[];
}

/** @throws Error where the form is not a note's */
export function splitNote(note: string): NoteParts {
  const end = note.lastIndexOf('\n\n');
  if (note.length > MAX_NOTE_CHARACTERS || end === -1 || !note.endsWith('\n') || hasControlCharacters(note)) {
    throw new Error('this is not a signed note');
  }
  const lines = note.slice(end + 2, -1).split('\n');
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line: string): NoteParts['signatures'][number] {
  const [, name = '', base64 = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const blob = Buffer.from(base64, 'base64');
  // Its last character may have bits that decode to nothing: a note has one spelling.
  if (blob.length < 5 || blob.toString('base64') !== base64)
    throw new Error('a signature line of the note is malformed');
  return { name, keyId: blob.subarray(0, 4).toString('hex'), signature: blob.subarray(4) };
}

const hasControlCharacters = (note: string): boolean => [...note].some((one) => one < ' ' && one !== '\n');

function keyIdOf(name: string, encodedKey: Buffer): string {
  return createHash('sha256').update(`${name}\n`).update(encodedKey).digest('hex').slice(0, 8);
}

const rawPublicKey = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'spki' }).subarray(ED25519_SPKI_PREFIX.length);
