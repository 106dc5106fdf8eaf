import { expect, it } from 'vitest';
import { gitBlob } from '../../../broker/policy/git-blob.ts';

it.each([
  ['', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'],
  ['hello\n', 'ce013625030ba8dba906f756967f9e9ca394464a'],
  // Its length is that of its bytes, and a byte order mark is one of them.
  ['\ufeffZwölf Boxkämpfer\r\n', '3842cdb29782b0b21c90c75ffb11326b2aa156b0'],
])('%j is what `git hash-object` calls it', (text, id) => {
  expect(gitBlob(text)).toBe(id);
});
