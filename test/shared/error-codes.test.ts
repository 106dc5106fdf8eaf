import { expect, it } from 'vitest';
import { OTHER_CODES, REASON_CODES, REQUEST_CODES } from '../../shared/error-codes.ts';
import { readSource } from '../support/source-tree.ts';

it('the codes are those that callers were promised, each once', () => {
  const promised = readSource('docs/http-api.md').matchAll(/^\| `([A-Z_]+)` \|/gm);
  const codes = [...REQUEST_CODES, ...REASON_CODES, ...OTHER_CODES];
  expect(codes).toEqual(Array.from(promised, ([, code]) => code));
  expect(new Set(codes).size).toBe(codes.length);
});
