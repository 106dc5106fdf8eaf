// The keys of a log: who signs while they change, what is published of their changes, and what the rows of a store say of them.
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { createAppend } from '../../../broker/log/append.ts';
import { createCheckpointer } from '../../../broker/log/checkpointer.ts';
import type { EntryDraft } from '../../../broker/log/entry.ts';
import { keyChanges, receiptOf } from '../../../broker/log/prove.ts';
import { currentLogKey, logKeysOf } from '../../../broker/log/verify-store.ts';
import type { KeyState, SigningKeyRow } from '../../../broker/store/signing-keys.ts';
import type { Transaction } from '../../../broker/store/store.ts';
import { formatVerifierKey, parseVerifierKey, splitNote } from '../../../shared/signed-note.ts';
import { ORIGIN, openTestLog, type TestLog } from '../../support/test-log.ts';

const append = createAppend(systemEntropy);

interface TestKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly pem: string;
  readonly verifierKey: string;
}

function makeKey(id: string, privateKey = generateKeyPairSync('ed25519').privateKey): TestKey {
  const publicKey = createPublicKey(privateKey);
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return { id, privateKey, pem, verifierKey: formatVerifierKey(ORIGIN, publicKey) };
}

const rowOf = ({ id, pem }: TestKey, more: Partial<SigningKeyRow> = {}): SigningKeyRow => ({
  ...{ id, purpose: 'log', algorithm: 'EdDSA', public_key: pem, sealed_private_key: '' },
  ...{ created_at: 1, state: 'current', changed_at: 1, changes_at: null, ...more },
});

type Purpose = SigningKeyRow['purpose'];

const created = ({ id, pem }: TestKey, purpose: Purpose = 'log'): EntryDraft<'key.created'> => ({
  type: 'key.created',
  fields: { key_id: id, purpose, algorithm: 'EdDSA', public_key: pem, created_at: '2026-01-01T00:00:00.000Z' },
});

const moved = ({ id }: TestKey, state: KeyState): EntryDraft<'key.rotated'> => ({
  type: 'key.rotated',
  fields: { ...{ key_id: id, purpose: 'log', algorithm: 'EdDSA' }, from: 'current', state, ...DUE },
});
const DUE = { changes_at: null, because: 'due' } as const;

/** A log that one key signs alone, and another one that may come to it: the rows say which of them sign. */
async function withTwoKeys(): Promise<{ log: TestLog; one: TestKey; two: TestKey }> {
  const log = await openTestLog();
  const [one, two] = [makeKey('one', log.privateKey), makeKey('two')];
  await log.store.commit((tx) => tx.signingKeys.insert(rowOf(one)));
  const openSigners = async ({ signingKeys }: Transaction) => {
    const rows = await signingKeys.all();
    return [one, two].filter(({ id }) => rows.some((row) => row.id === id && row.state === 'current'));
  };
  const tip = { size: 0, edge: '' };
  log.store.guard(createCheckpointer({ origin: ORIGIN, tip, signers: [one], openSigners }));
  return { log, one, two };
}

/** The ids of the keys that signed the newest checkpoint. */
async function signers({ store }: TestLog, keys: readonly TestKey[]): Promise<readonly (string | undefined)[]> {
  const note = (await store.read((tx) => tx.log.latestCheckpoint()))?.note ?? '';
  const ids = new Map(keys.map(({ id, verifierKey }) => [parseVerifierKey(verifierKey).keyId, id]));
  return splitNote(note).signatures.map(({ keyId }) => ids.get(keyId));
}

describe('a change of the keys that sign', () => {
  it('is signed by those before it and those after it, each of them once', async () => {
    const { log, one, two } = await withTwoKeys();
    const signedNow = () => signers(log, [one, two]);
    await log.grow(1);
    expect(await signedNow()).toEqual(['one']);
    await log.store.commit(async (tx) => {
      await tx.signingKeys.insert(rowOf(two));
      await append(tx, created(two));
    });
    expect(await signedNow()).toEqual(['one', 'two']);
    await log.grow(1);
    expect(await signedNow()).toEqual(['one', 'two']);
    await log.store.commit(async (tx) => {
      await tx.signingKeys.move({ id: 'one', from: 'current', state: 'retired', changedAt: 2, changesAt: null });
      await append(tx, moved(one, 'retired'));
    });
    expect(await signedNow()).toEqual(['one', 'two']);
    await log.grow(1);
    expect(await signedNow()).toEqual(['two']);
  });

  it('takes an entry that says so', async () => {
    const { log, one, two } = await withTwoKeys();
    await log.store.commit(async (tx) => {
      await tx.signingKeys.insert(rowOf(two));
      await append(tx, created(two, 'credential'));
    });
    expect(await signers(log, [one, two])).toEqual(['one']);
  });

  it('that did not happen changes nobody who signs', async () => {
    const { log, one, two } = await withTwoKeys();
    const failing = log.store.commit(async (tx) => {
      await tx.signingKeys.insert(rowOf(two));
      await append(tx, created(two));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await log.grow(1);
    expect(await signers(log, [one, two])).toEqual(['one']);
  });
});

it('what is published of the keys is the receipt of each change of those of the log, oldest first', async () => {
  const { log, one, two } = await withTwoKeys();
  for (const draft of [created(one), created(two, 'credential'), created(two), moved(one, 'retired')])
    await log.store.commit((tx) => append(tx, draft));
  await log.grow(1);
  await log.store.read(async (tx) => {
    const receipts = [0, 2, 3].map((index) => receiptOf(tx.log, index));
    expect(await keyChanges(tx.log)).toEqual(await Promise.all(receipts));
  });
});

describe('the rows of a store', () => {
  const [newer, older, other] = [makeKey('newer'), makeKey('older'), makeKey('other')];
  const rows = [
    rowOf(newer, { state: 'next' }),
    rowOf(other, { purpose: 'credential' }),
    rowOf(older, { state: 'current' }),
  ];

  it('say the verifier keys of its log, in their order', () => {
    expect(logKeysOf(rows, ORIGIN)).toEqual([newer.verifierKey, older.verifierKey]);
    expect(logKeysOf(rows, 'elsewhere.example/log')[0]).toMatch(/^elsewhere\.example\/log\+/);
  });

  it('say which of them vouches for what is newest', () => {
    expect(currentLogKey(rows, ORIGIN)).toBe(older.verifierKey);
    expect(currentLogKey([rowOf(other, { purpose: 'credential' })], ORIGIN)).toBeUndefined();
  });
});
