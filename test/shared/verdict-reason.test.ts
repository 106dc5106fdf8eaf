import { expect, test } from 'vitest';
import { verdictBodySchema } from '../../shared/people-api.ts';
import { reasonProblem } from '../../shared/verdict-reason.ts';

const isTaken = (reason: string): boolean =>
  verdictBodySchema.safeParse({ verdict: 'approve', reason, binding: 'a1'.repeat(32) }).success;

test.for(['', 'as agreed', 'für Ölwechsel – 東京 😀', 'a'.repeat(500)])(
  '%j may be a reason, and the broker takes it',
  (reason) => {
    expect(reasonProblem(reason)).toBeUndefined();
    expect(isTaken(reason)).toBe(true);
  },
);

test('more than 500 characters do not fit, and the broker takes them neither', () => {
  expect(reasonProblem('a'.repeat(501))).toBe('It has 501 characters; 500 fit.');
  expect(isTaken('a'.repeat(501))).toBe(false);
});

test.for(['a\nb', 'a\u0007b', 'a\u007fb', 'a\u202eb', 'a\u2066b'])(
  '%j is not on one line as it reads, and the broker does not take it either',
  (reason) => {
    expect(reasonProblem(reason)).toBe('It has a line break or a control character in it; write it on one line.');
    expect(isTaken(reason)).toBe(false);
  },
);
