// A small issuance log with a real key and a real tree, for receipts that a verifier can check.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { canonicalJson, type JsonValue } from '../../shared/canonical-json.ts';
import { signCheckpoint } from '../../shared/checkpoint.ts';
import { inclusionProof, leafHash, type NodeReader, rootOf } from '../../shared/merkle.ts';
import { formatProof, type Receipt } from '../../shared/receipt.ts';
import { formatVerifierKey } from '../../shared/signed-note.ts';

/** Where `receipt` puts its entry. */
const ENTRY_INDEX = 6;
const TREE_SIZE = 9;

export class LogDouble {
  readonly origin: string;
  /** what `log-key` takes */
  readonly verifierKey: string;
  readonly #privateKeys: KeyObject[] = [];

  constructor(origin: string) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.origin = origin;
    this.verifierKey = formatVerifierKey(origin, publicKey);
    this.#privateKeys.push(privateKey);
  }

  /** Another key signs beside it from here on. */
  changeKey(): void {
    this.#privateKeys.push(generateKeyPairSync('ed25519').privateKey);
  }

  /** The receipt of an entry that stands among eight others. */
  async receipt(entry: Readonly<Record<string, JsonValue>>): Promise<Receipt> {
    const leaf = Buffer.from(canonicalJson(entry));
    const leaves = Array.from({ length: TREE_SIZE }, (_, at) =>
      Buffer.from(canonicalJson({ type: 'request.decided', id: `ent_${at}` })),
    );
    const hashes = leaves.with(ENTRY_INDEX, leaf).map(leafHash);
    const read: NodeReader = async (level, at) => rootOf(hashes.slice(at * 2 ** level, (at + 1) * 2 ** level));
    const proof = formatProof({
      index: ENTRY_INDEX,
      hashes: await inclusionProof(ENTRY_INDEX, TREE_SIZE, read),
      checkpoint: signCheckpoint({ origin: this.origin, size: TREE_SIZE, root: rootOf(hashes) }, ...this.#privateKeys),
    });
    return { entry: leaf.toString('base64'), proof };
  }
}
