import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, parseTreeHead, signCheckpoint } from '../../shared/checkpoint.ts';
import { inclusionProof, leafHash } from '../../shared/merkle.ts';
import { formatProof, parseProof, type Receipt, readUnsignedReceipt, verifyReceipt } from '../../shared/receipt.ts';
import { formatVerifierKey, parseVerifierKey, signNote } from '../../shared/signed-note.ts';
import { SmallTree } from '../support/small-tree.ts';

const ORIGIN = 'buildpass.example.com/log';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const verifier = parseVerifierKey(formatVerifierKey(ORIGIN, publicKey));
const leaves = Array.from({ length: 7 }, (_, at) => JSON.stringify({ entry: at }));
const tree = new SmallTree(leaves);

async function receiptOf(index: number, origin = ORIGIN): Promise<Receipt> {
  const checkpoint = signCheckpoint({ origin, size: 7, root: tree.rootAt(7) }, privateKey);
  const proof = formatProof({ index, hashes: await inclusionProof(index, 7, tree.read), checkpoint });
  return { entry: Buffer.from(leaves[index] ?? '').toString('base64'), proof };
}

/** A receipt of the only entry of a log, whatever that entry is. */
function receiptOfLeaf(leaf: string): Receipt {
  const root = leafHash(Buffer.from(leaf));
  const checkpoint = signCheckpoint({ origin: ORIGIN, size: 1, root }, privateKey);
  return { entry: Buffer.from(leaf).toString('base64'), proof: formatProof({ index: 0, hashes: [], checkpoint }) };
}

describe('a receipt', () => {
  it('proves its entry in the log of a pinned key', async () => {
    expect(verifyReceipt(await receiptOf(4), [verifier])).toMatchObject({
      entry: { entry: 4 },
      index: 4,
      head: { size: 7, origin: ORIGIN },
    });
  });

  it('does not prove another entry', async () => {
    const receipt = { ...(await receiptOf(4)), entry: Buffer.from('{"entry":5}').toString('base64') };
    expect(() => verifyReceipt(receipt, [verifier])).toThrow('the inclusion proof does not lead to the root');
  });

  it('does not prove another index', async () => {
    const receipt = await receiptOf(4);
    expect(() => verifyReceipt({ ...receipt, proof: receipt.proof.replace('index 4', 'index 3') }, [verifier])).toThrow(
      'does not lead to the root',
    );
  });

  it('does not hold under a key that is not pinned', async () => {
    const other = parseVerifierKey(formatVerifierKey(ORIGIN, generateKeyPairSync('ed25519').publicKey));
    expect(() => verifyReceipt({ entry: '', proof: '' }, [other])).toThrow();
    await expect(receiptOf(1).then((receipt) => verifyReceipt(receipt, [other]))).rejects.toThrow(
      'no signature of a known key',
    );
  });

  it('does not hold for a checkpoint of another origin, even signed by the same key', async () => {
    const foreign = await receiptOf(1, 'elsewhere.example/log');
    expect(() => verifyReceipt(foreign, [verifier])).toThrow('no signature of a known key');
  });

  it('does not hold for a checkpoint that names one pinned log and is signed by the key of another', () => {
    const other = generateKeyPairSync('ed25519');
    const otherVerifier = parseVerifierKey(formatVerifierKey('other.example/log', other.publicKey));
    const leaf = leaves[0] ?? '';
    const text = `${ORIGIN}\n1\n${leafHash(Buffer.from(leaf)).toString('base64')}\n`;
    const checkpoint = signNote(text, 'other.example/log', other.privateKey);
    const receipt = { ...receiptOfLeaf(leaf), proof: formatProof({ index: 0, hashes: [], checkpoint }) };
    expect(() => verifyReceipt(receipt, [verifier, otherVerifier])).toThrow('no signature of a known key');
  });

  it.each([
    ['two members of one name', '{"run_id":"1","run_id":"2"}'],
    ['members out of order', '{"b":1,"a":2}'],
    ['spaces', '{ "a": 1 }'],
  ])('does not hold for an entry with %s, which a reader may see otherwise than it was logged', (_what, leaf) => {
    expect(() => verifyReceipt(receiptOfLeaf(leaf), [verifier])).toThrow("the receipt's entry is not canonical JSON");
  });

  it.each(['null', '[1]', '"text"'])('does not hold for an entry that is %s', (leaf) => {
    expect(() => verifyReceipt(receiptOfLeaf(leaf), [verifier])).toThrow("the receipt's entry is not an object");
  });

  it.each(['\n!!', ' ', '='])(
    'does not hold with %j after its entry, which only a lenient decoder skips',
    async (more) => {
      const receipt = await receiptOf(4);
      expect(() => verifyReceipt({ ...receipt, entry: receipt.entry + more }, [verifier])).toThrow(
        "the receipt's entry is not base64",
      );
    },
  );

  it('ignores an extra line, which nobody signed', async () => {
    const receipt = await receiptOf(2);
    const proof = receipt.proof.replace('\nindex', '\nextra AAAA\nindex');
    expect(verifyReceipt({ ...receipt, proof }, [verifier]).index).toBe(2);
  });

  it.each([
    ['another index line', (text: string) => text.replace('index 2', 'xindex 2')],
    ['more after the index', (text: string) => text.replace('index 2', 'index 2 ')],
    ['nothing but its header', () => 'c2sp.org/tlog-proof@v1\n\nx'],
    ['a leading zero', (text: string) => text.replace('index 2', 'index 02')],
    ['a hash of another length', (text: string) => text.replace('\n\n', '\nAAAA\n\n')],
    ['a hash in another spelling', (text: string) => text.replace('\n\n', `\n${'A'.repeat(42)}B=\n\n`)],
    ['too many hashes', (text: string) => text.replace('\n\n', `${`\n${'A'.repeat(43)}=`.repeat(64)}\n\n`)],
  ])('is refused with %s', async (_what, change) => {
    const { proof } = await receiptOf(2);
    expect(() => parseProof(change(proof))).toThrow("the receipt's proof is malformed");
  });

  it.each(['c2sp.org/tlog-proof@v2\nindex 2\n\nx', 'c2sp.org/tlog-proof@v1\nindex 2\n', ''])(
    'is none without its header and an empty line: %j',
    (text) => {
      expect(() => parseProof(text)).toThrow('a receipt\'s proof starts with "c2sp.org/tlog-proof@v1"');
    },
  );

  it('may have 63 hashes', () => {
    const hash = `${'A'.repeat(43)}=`;
    const text = (count: number) => `c2sp.org/tlog-proof@v1\nindex 0${`\n${hash}`.repeat(count)}\n\nx`;
    expect(parseProof(text(63))).toEqual({ index: 0, hashes: Array(63).fill(Buffer.alloc(32)), checkpoint: 'x' });
    expect(() => parseProof(text(64))).toThrow("the receipt's proof is malformed");
  });
});

describe('a receipt of which nobody knows the keys yet', () => {
  it('proves its entry to whoever believes its checkpoint, which comes with it', async () => {
    const receipt = await receiptOf(4);
    const checkpoint = receipt.proof.slice(receipt.proof.indexOf('\n\n') + 2);
    const head = { origin: ORIGIN, size: 7, root: tree.rootAt(7) };
    expect(readUnsignedReceipt(receipt)).toEqual({ entry: { entry: 4 }, index: 4, head, checkpoint });
    expect(openCheckpoint(checkpoint, [verifier])).toEqual(head);
  });

  it('does not prove another entry either', async () => {
    const receipt = { ...(await receiptOf(4)), entry: Buffer.from('{"entry":5}').toString('base64') };
    expect(() => readUnsignedReceipt(receipt)).toThrow(
      'the inclusion proof does not lead to the root of the checkpoint',
    );
  });
});

describe('a checkpoint', () => {
  const head = { origin: ORIGIN, size: 7, root: tree.rootAt(7) };

  it('opens to the head that was signed', () => {
    expect(openCheckpoint(signCheckpoint(head, privateKey), [verifier])).toEqual(head);
  });

  const HASH = `${'A'.repeat(43)}=`;

  it.each([
    '',
    'origin',
    `origin\n\n${HASH}\n`,
    `origin\n07\n${HASH}\n`,
    `origin\n-1\n${HASH}\n`,
    `origin\n1.5\n${HASH}\n`,
    `origin\n1e3\n${HASH}\n`,
    `origin\n9007199254740992\n${HASH}\n`,
    `origin\n9007199254740993\n${HASH}\n`,
    `origin\nNaN\n${HASH}\n`,
    `\n7\n${HASH}\n`,
  ])('is refused as %j, for its origin and tree size', (text) => {
    expect(() => parseTreeHead(text)).toThrow('the checkpoint has no valid origin and tree size');
  });

  it.each([
    'origin\n7\n',
    'origin\n7',
    'origin\n7\nAAAA\n',
    `origin\n7\n${HASH} \n`,
    `origin\n7\n${'A'.repeat(43)}\n`,
    `origin\n7\n${'A'.repeat(42)}B=\n`,
    `origin\n7\nAAAA${HASH}\n`,
  ])('is refused as %j, for its root hash', (text) => {
    expect(() => parseTreeHead(text)).toThrow('the checkpoint has no valid root hash');
  });

  it('may be of an empty tree, and may have lines of its own after the hash', () => {
    const root = Buffer.alloc(32);
    expect(parseTreeHead(`origin\n0\n${HASH}\nmore\n`)).toEqual({ origin: 'origin', size: 0, root });
  });
});
