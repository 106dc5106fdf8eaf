// Who must sign which checkpoint, and what becomes of one that somebody else signed.
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyChain } from '../../../broker/verifier/key-chain.ts';
import type { JsonValue } from '../../../shared/canonical-json.ts';
import { signCheckpoint } from '../../../shared/checkpoint.ts';
import { formatVerifierKey, parseVerifierKey } from '../../../shared/signed-note.ts';

const ORIGIN = 'buildpass.example.com/log';

interface TestKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly text: string;
}

function makeKey(id: string): TestKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { id, privateKey, text: formatVerifierKey(ORIGIN, createPublicKey(privateKey)) };
}

const [one, two, other] = [makeKey('one'), makeKey('two'), makeKey('other')];
const nameOf = ({ text }: TestKey): string => text.split('+').slice(0, 2).join('+');

const head = (size: number) => ({ origin: ORIGIN, size, root: Buffer.alloc(32, size) });
const noteOf = (size: number, ...keys: readonly TestKey[]): string =>
  signCheckpoint(head(size), ...keys.map(({ privateKey }) => privateKey));

const made = ({ id, privateKey, text }: TestKey, more: Readonly<Record<string, JsonValue>> = {}) => ({
  ...{ type: 'key.created', index: 0 },
  fields: {
    ...{ purpose: 'log', key_id: id, verifier_key: text, ...more },
    public_key: createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString(),
  },
});
const moved = ({ id }: TestKey, state: string) => ({
  ...{ type: 'key.rotated', index: 7 },
  fields: { purpose: 'log', key_id: id, state },
});

/** One key alone up to 5 entries, both up to 8, the other alone to 9. */
function rotated({ trusted = one } = {}): KeyChain {
  const chain = new KeyChain([parseVerifierKey(trusted.text)]);
  chain.hear(made(one));
  chain.open(noteOf(1, one));
  chain.hear(made(two, { state: 'next' }));
  chain.open(noteOf(2, one));
  chain.open(noteOf(5, one));
  chain.hear(moved(one, 'previous'));
  chain.hear(moved(two, 'current'));
  chain.open(noteOf(7, one, two));
  chain.hear(moved(one, 'retired'));
  chain.open(noteOf(8, one, two));
  chain.open(noteOf(9, two));
  return chain;
}

describe('the chain of keys', () => {
  it.each([one, two])('is followed from each of its keys', (trusted) => {
    const chain = rotated({ trusted });
    expect([chain.problemOfTrust(), chain.notes()]).toEqual([undefined, []]);
    expect(chain.report()).toEqual([
      { key: one.text, state: 'retired', first: 1, last: 8 },
      { key: two.text, state: 'current', first: 7, last: 9 },
    ]);
  });

  it('is not believed by whoever trusts a key that signs nothing in it, though it is announced', () => {
    expect(rotated({ trusted: other }).problemOfTrust()).toContain(`no checkpoint is signed by ${nameOf(other)}`);
    const chain = new KeyChain([parseVerifierKey(two.text)]);
    chain.hear(made(one));
    chain.hear(made(two, { state: 'next' }));
    chain.open(noteOf(2, one));
    expect(chain.problemOfTrust()).toContain(`no checkpoint is signed by ${nameOf(two)}`);
  });

  it.each(['retired', 'withdrawn'])(
    'does not change under the new key alone: the one that is %s has to sign',
    (state) => {
      const chain = new KeyChain([parseVerifierKey(one.text)]);
      chain.hear(made(one));
      chain.open(noteOf(1, one));
      chain.hear(moved(one, state));
      chain.hear(made(other));
      expect(() => chain.open(noteOf(3, other))).toThrow(`the key ${nameOf(one)} signs then, and did not sign it`);
    },
  );

  it('does not change under the old key alone: the new one shows that it is there', () => {
    const chain = new KeyChain([parseVerifierKey(one.text)]);
    chain.hear(made(one));
    chain.open(noteOf(1, one));
    chain.hear(moved(one, 'previous'));
    chain.hear(made(two));
    expect(() => chain.open(noteOf(3, one))).toThrow(`the key ${nameOf(two)} signs then, and did not sign it`);
  });

  it.each([
    ['is missing', noteOf(8, one), `the key ${nameOf(two)} signs then, and did not sign it`],
    ['is of another', noteOf(8, one, other), `the key ${nameOf(two)} signs then, and did not sign it`],
    [
      'is under the name of another log',
      noteOf(8, one, two).replace(/— \S+ (\S+)\n$/, '— elsewhere.example/log $1\n'),
      `the key ${nameOf(two)} signs then, and did not sign it`,
    ],
    ['does not verify', noteOf(8, one, two).replace(/\n8\n/, '\n6\n'), 'does not verify'],
  ])('takes no checkpoint of the overlap of which a signature %s', (_what, note, problem) => {
    const chain = new KeyChain([]);
    chain.hear(made(one, { state: 'previous' }));
    chain.hear(made(two));
    expect(() => chain.open(note)).toThrow(problem);
  });

  it('takes no signature of a key that is retired, by itself, over more than its last checkpoint', () => {
    expect(() => rotated().open(noteOf(10, one))).toThrow(
      `it is signed by the key ${nameOf(one)} alone, which is retired and signed the checkpoints of 1 to 8 entries: somebody else has that key`,
    );
  });

  it('takes no announcement that names another key than it holds', () => {
    const chain = new KeyChain([parseVerifierKey(one.text)]);
    chain.hear(made(one, { verifier_key: two.text }));
    expect(() => chain.open(noteOf(1, one))).toThrow(`entry 0 names the key ${two.text}, and holds ${one.text}`);
  });

  it('lets nobody make a key twice', () => {
    const chain = new KeyChain([parseVerifierKey(one.text)]);
    chain.hear(made(one));
    chain.hear({ ...made({ ...other, id: 'one' }) });
    expect(() => chain.open(noteOf(2, other))).toThrow(`the note carries no signature of a known key`);
  });

  it('notes a key that leaked, for whoever trusts it', () => {
    const chain = rotated();
    chain.hear(moved(one, 'withdrawn'));
    expect(chain.notes()).toEqual([expect.stringContaining(`the key ${one.text} leaked, and entry 7 withdrew it`)]);
  });

  it('is that of the trusted keys where no entry speaks of any', () => {
    const chain = new KeyChain([parseVerifierKey(one.text)]);
    expect(chain.open(noteOf(3, one))).toMatchObject({ others: 0, head: { size: 3 } });
    expect(() => chain.open(noteOf(4, two))).toThrow('no signature of a known key');
    expect(chain.problemOfKept(noteOf(3, two), 3)).toContain('no signature of a known key');
  });
});

describe('what somebody kept', () => {
  it.each([
    [noteOf(4, one), 4],
    [noteOf(8, one, two), 8],
    [noteOf(9, two), 9],
    // More than there is: that is said by its size.
    [noteOf(99, two), 99],
  ])('holds by whichever key signed then', (note, size) => {
    expect(rotated().problemOfKept(note, size)).toBeUndefined();
  });

  it.each([
    ['a key of no entry', { note: noteOf(9, other), size: 9 }, 'covers 9 entries, and no key of this log signed it'],
    [
      'a key after it was retired',
      { note: noteOf(9, one), size: 9 },
      'alone, which is retired and signed the checkpoints of 1 to 8',
    ],
    [
      'a key before it signed',
      { note: noteOf(5, two), size: 5 },
      'alone, which is current and signed the checkpoints of 7 to 9',
    ],
    [
      'a signature that does not verify',
      { note: noteOf(9, two).replace('\n9\n', '\n8\n'), size: 8 },
      'does not hold: the signature of',
    ],
    ['no note', { note: 'nonsense', size: 1 }, 'does not hold: this is not a signed note'],
  ])('is found to be of %s', (_what, { note, size }, problem) => {
    expect(rotated().problemOfKept(note, size)).toContain(problem);
  });
});
