import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { proveReceipt, readReceipt } from '../../action/receipt-check.ts';
import { parseProof } from '../../shared/receipt.ts';
import { parseVerifierKey, signNote, splitNote } from '../../shared/signed-note.ts';
import { brokerLog, ENTRY, issuedAnswer, TOKEN_HASH } from '../support/issued-answer.ts';
import { CLAIMS } from '../support/job-double.ts';
import { LogDouble } from '../support/log-double.ts';

const expected = {
  logKeys: [parseVerifierKey(brokerLog.verifierKey)],
  claims: CLAIMS,
  kind: 'jwt',
  tokenHash: TOKEN_HASH,
} as const;

test('a receipt of this job and credential holds', async () => {
  expect(proveReceipt(await issuedAnswer(), expected)).toEqual({
    proven: true,
    logIndex: 6,
    entry: ENTRY,
    keyChanges: false,
  });
});

test('any of several pinned keys will do', async () => {
  const old = parseVerifierKey(new LogDouble('broker.example.com/log').verifierKey);
  expect(proveReceipt(await issuedAnswer(), { ...expected, logKeys: [old, ...expected.logKeys] }).proven).toBe(true);
});

test.for([
  ['broker.example.com/log', true],
  ['witness.example.com', false],
] as const)('a receipt that %s signed too says whether the key of the log changes: %j', async ([name, changes]) => {
  const answer = await issuedAnswer();
  const { text } = splitNote(parseProof(answer.receipt.proof).checkpoint);
  const [, signature = ''] = signNote(text, name, generateKeyPairSync('ed25519').privateKey).split('\n\n');
  const receipt = { ...answer.receipt, proof: `${answer.receipt.proof}${signature}` };
  expect(proveReceipt({ ...answer, receipt }, expected).keyChanges).toBe(changes);
});

test('a receipt by another key does not hold', async () => {
  const logKeys = [parseVerifierKey(new LogDouble('broker.example.com/log').verifierKey)];
  const answer = await issuedAnswer();
  expect(() => proveReceipt(answer, { ...expected, logKeys })).toThrow('no signature of a known key');
});

test('an entry that was changed after the fact does not hold', async () => {
  const answer = await issuedAnswer();
  const entry = Buffer.from(JSON.stringify({ ...ENTRY, rule: 0 })).toString('base64');
  expect(() => proveReceipt({ ...answer, receipt: { ...answer.receipt, entry } }, expected)).toThrow('inclusion proof');
});

test.for([
  'type',
  'issuance_id',
  'lease_id',
  'request_id',
  'kind',
  'fingerprint',
  'project',
  'entitlement',
  'repository_id',
  'run_id',
  'run_attempt',
])('a genuine entry with another %s is not of this job', async (member) => {
  const answer = await issuedAnswer({}, { ...ENTRY, [member]: 'another' });
  expect(() => proveReceipt(answer, expected)).toThrow(`its entry in the log says ${member} "another"`);
});

test('an answer that names no request is proven by the rest', async () => {
  const { request_id: _, ...answer } = await issuedAnswer();
  expect(proveReceipt(answer, expected).proven).toBe(true);
});

test('a job that does not know its own run proves nothing', async () => {
  const { run_id: _, ...entry } = ENTRY;
  const { run_id: __, ...claims } = CLAIMS;
  const answer = await issuedAnswer({}, entry);
  expect(() => proveReceipt(answer, { ...expected, claims })).toThrow('says run_id undefined');
});

test('without a key a receipt is read and never called proven', async () => {
  expect(readReceipt((await issuedAnswer()).receipt)).toEqual({
    proven: false,
    logIndex: 6,
    entry: ENTRY,
    keyChanges: false,
  });
});

test('a receipt that can’t be read tells nothing', () => {
  expect(readReceipt({ entry: 'x', proof: 'y' })).toEqual({
    proven: false,
    logIndex: undefined,
    entry: {},
    keyChanges: false,
  });
});
