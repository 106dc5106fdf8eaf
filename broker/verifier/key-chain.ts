// The keys that sign the checkpoints of a log, as its entries tell them. A checkpoint carries a signature of every key that signs
// before or after the entries that it newly covers. So each new key is introduced under the signatures of those before it, and a
// key that goes signs, as the last thing, that it goes: whoever trusts one key is led to all that follow, and what a key signed
// over more than its last checkpoint is the work of somebody else who has it.
import { openCheckpoint, parseTreeHead, type TreeHead } from '../../shared/checkpoint.ts';
import { type NoteVerifier, parseVerifierKey, splitNote } from '../../shared/signed-note.ts';
import type { Said } from './check-entry.ts';
import { verifierKeyOf } from './verifier-key.ts';

/** A key of the log, as a report has it; sizes are numbers of entries. */
export interface KeyReport {
  readonly key: string;
  readonly state: string;
  /** of the first and the last checkpoint that it signed; null where it signed none */
  readonly first: number | null;
  readonly last: number | null;
}

export interface Opened {
  readonly head: TreeHead;
  /** how many signatures it carries beside those of the keys that had to sign it */
  readonly others: number;
}

interface Key {
  readonly publicKey: string;
  /** the verifier key that the entry names which made it; older logs name none */
  readonly announced: unknown;
  readonly announcedBy: number;
  state: string;
  withdrawnBy: number | undefined;
  first: number | undefined;
  last: number | undefined;
  /** read once: there is a checkpoint for every commit */
  verifier: NoteVerifier | undefined;
}

const signs = ({ state }: Key): boolean => state === 'current' || state === 'previous';

export class KeyChain {
  readonly #trusted: readonly NoteVerifier[];
  /** by id, in the order in which they were made */
  readonly #keys = new Map<string, Key>();
  #before: readonly Key[] = [];
  #origin = '';

  /** `trusted`: the keys that are believed whatever the log says */
  constructor(trusted: readonly NoteVerifier[]) {
    this.#trusted = trusted;
  }

  /** Each entry, before the checkpoint that covers it is opened. */
  hear({ type, fields, index }: Pick<Said, 'type' | 'fields' | 'index'>): void {
    if (fields['purpose'] !== 'log') return;
    const id = String(fields['key_id']);
    const key = this.#keys.get(id);
    if (type === 'key.created' && key === undefined)
      this.#keys.set(id, {
        ...{ publicKey: String(fields['public_key']), announced: fields['verifier_key'], announcedBy: index },
        ...{ state: String(fields['state'] ?? 'current'), withdrawnBy: undefined },
        ...{ first: undefined, last: undefined, verifier: undefined },
      });
    if (type !== 'key.rotated' || key === undefined) return;
    key.state = String(fields['state']);
    if (key.state === 'withdrawn') key.withdrawnBy = index;
  }

  /**
   * Opens the checkpoint that covers what was heard so far: every key that must sign it did.
   * @throws Error with a sentence saying what does not hold
   */
  open(note: string): Opened {
    const { text, signatures } = splitNote(note);
    const { origin, size } = parseTreeHead(text);
    this.#origin = origin;
    const keys = [...this.#keys.values()];
    const signing = keys.filter((key) => signs(key) || this.#before.includes(key));
    this.#before = keys.filter(signs);
    // A log that speaks of no key of its own has the trusted ones alone.
    if (signing.length === 0) return { head: openCheckpoint(note, this.#trusted), others: signatures.length - 1 };
    const signedBy = keyIdsOf(signatures, origin);
    const head = this.#openBy(note, signedBy, signing);
    for (const key of signing) {
      key.first ??= size;
      key.last = size;
    }
    return { head, others: signatures.length - signing.length };
  }

  #openBy(note: string, signedBy: readonly string[], signing: readonly Key[]): TreeHead {
    const signers = signing.map((key) => this.#verifierOf(key));
    const missing = signers.find(({ keyId }) => !signedBy.includes(keyId));
    if (missing === undefined) return openCheckpoint(note, signers);
    const gone = this.#signed().find((key) => !signing.includes(key) && signedBy.includes(this.#verifierOf(key).keyId));
    if (gone !== undefined) throw new Error(`it ${this.#overdrawn(gone)}`);
    openCheckpoint(note, signers);
    throw new Error(`the key ${nameOf(missing)} signs then, and did not sign it`);
  }

  /** Whoever trusts a key that signs nothing here has no reason to believe any of it. */
  problemOfTrust(): string | undefined {
    const own = this.#signed().map((key) => nameOf(this.#verifierOf(key)));
    const names = this.#trusted.map(nameOf);
    if (own.length === 0 || names.some((name) => own.includes(name))) return undefined;
    if (names.length === 0) return 'there is no key to trust';
    return `no checkpoint is signed by ${names.join(' or ')}, which is the key to trust: this is another log, or one that was cut off before that key signed`;
  }

  /** Whether a checkpoint that somebody kept was signed by a key that signed for this log at that size. */
  problemOfKept(note: string, size: number): string | undefined {
    try {
      if (this.#keys.size === 0) openCheckpoint(note, this.#trusted);
      else return this.#problemOfSigners(note, size);
    } catch (error) {
      return `does not hold: ${(error as Error).message}`;
    }
    return undefined;
  }

  #problemOfSigners(note: string, size: number): string | undefined {
    const { text, signatures } = splitNote(note);
    const signedBy = keyIdsOf(signatures, parseTreeHead(text).origin);
    const signers = this.#signed().filter((key) => signedBy.includes(this.#verifierOf(key).keyId));
    const [any] = signers;
    if (any === undefined)
      return `covers ${size} entries, and no key of this log signed it: it is of another log, or this one was cut off or forked before that key signed`;
    openCheckpoint(
      note,
      signers.map((key) => this.#verifierOf(key)),
    );
    const inTime = signers.some((key) => size >= (key.first ?? 0) && (signs(key) || size <= (key.last ?? 0)));
    return inTime ? undefined : `covers ${size} entries, and ${this.#overdrawn(any)}`;
  }

  #overdrawn(key: Key): string {
    return `is signed by the key ${nameOf(this.#verifierOf(key))} alone, which is ${key.state} and signed the checkpoints of ${key.first} to ${key.last} entries: somebody else has that key`;
  }

  /** @throws Error where the entry that made it has no key, or names another */
  #verifierOf(key: Key): NoteVerifier {
    const { publicKey, announced, announcedBy, verifier } = key;
    if (verifier?.name === this.#origin) return verifier;
    const text = verifierKeyOf(this.#origin, publicKey);
    if (announced !== undefined && announced !== text)
      throw new Error(`entry ${announcedBy} names the key ${String(announced)}, and holds ${text}`);
    key.verifier = parseVerifierKey(text);
    return key.verifier;
  }

  #signed(): Key[] {
    return [...this.#keys.values()].filter(({ last }) => last !== undefined);
  }

  report(): readonly KeyReport[] {
    return [...this.#keys.values()].map(({ publicKey, state, first = null, last = null }) => ({
      ...{ key: verifierKeyOf(this.#origin, publicKey), state, first, last },
    }));
  }

  /** What whoever trusts one of the keys should know. */
  notes(): readonly string[] {
    const leaked = [...this.#keys.values()].filter(({ withdrawnBy }) => withdrawnBy !== undefined);
    return leaked.map(
      ({ publicKey, withdrawnBy }) =>
        `the key ${verifierKeyOf(this.#origin, publicKey)} leaked, and entry ${withdrawnBy} withdrew it: by itself it proves nothing any more. Trust a later one, or compare with what was kept since`,
    );
  }
}

/** A key signs under the name of its own log: what stands under another name is none of its signatures. */
const keyIdsOf = (signatures: ReturnType<typeof splitNote>['signatures'], origin: string): readonly string[] =>
  signatures.filter(({ name }) => name === origin).map(({ keyId }) => keyId);
const nameOf = ({ name, keyId }: NoteVerifier): string => `${name}+${keyId}`;
