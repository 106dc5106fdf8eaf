import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { commitment, policySetDigest, requestDetails, textDigest } from '../../shared/log-digests.ts';

const sha256 = (text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHash('sha256').update(text).digest(encoding);

test('a commitment is over the salt and then the value', () => {
  expect(commitment(Buffer.from('salt'), 'välue')).toBe(sha256('saltvälue', 'base64'));
});

test('a text is named by its digest in hex', () => {
  expect(textDigest('välue')).toBe(sha256('välue'));
});

test('a set of documents has the digest of its files in their order, however they are listed', () => {
  const [a, b, c] = ['a.yaml', 'b.yaml', 'c.yaml'].map((file) => ({ file, digest: sha256(file), text: 'beside it' }));
  const members = [a, b, c].map((one) => one ?? expect.unreachable());
  const pairs = members.map(({ file, digest }) => [file, digest]);
  for (const [x = 0, y = 0, z = 0] of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ])
    expect(policySetDigest([x, y, z].map((at) => members[at] ?? expect.unreachable()))).toBe(
      sha256(JSON.stringify(pairs)),
    );
});

test('the details of a request are digested by their names, and nothing beside them', () => {
  const details = { decision: '{}', job_key: 'k', origin: 'job', parameters: '[]', requester: null, subject: '{}' };
  expect(requestDetails({ ...details, state: 'issued' } as typeof details)).toBe(sha256(JSON.stringify(details)));
});
