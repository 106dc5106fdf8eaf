import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judged } from '../../../broker/policy/forms.ts';
import { anyOf, checkShape, didYouMean, shortened } from '../../../broker/shapes/schema-problems.ts';

const schema = z.strictObject({
  text: z.string().max(3).optional(),
  own: z
    .string({ error: 'must be nice' })
    .regex(/^nice$/, 'must be nice')
    .optional(),
  either: z.union([z.string().min(1), z.array(z.string()).min(1)]).optional(),
  risk: z.enum(['low', 'high']).optional(),
  yes: z.literal(true).optional(),
  count: z.int().min(1).max(9).optional(),
  map: z.record(z.string().regex(/^[a-z]+$/, 'must be lower case'), z.string()).optional(),
  kinds: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('one') }),
      z.strictObject({ type: z.literal('two'), more: z.string() }),
    ])
    .optional(),
  choice: z.union([z.strictObject({ github: z.string() }), z.strictObject({ group: z.string() })]).optional(),
});

function problemsOf(value: unknown): string[] {
  const checked = checkShape(schema, value);
  return checked.ok ? [] : checked.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('checkShape', () => {
  it('gives back what fits', () => {
    expect(checkShape(schema, { either: ['a'], yes: true })).toEqual({ ok: true, value: { either: ['a'], yes: true } });
  });

  it.each([
    ['a map where text or a list is wanted', { either: {} }, 'either: must be text or a list, not a map'],
    ['a number where text is wanted', { text: 7 }, 'text: must be text, not 7: put it in quotes, "7"'],
    [
      'true where text or a list is wanted',
      { either: true },
      'either: must be text or a list, not true: put it in quotes, "true"',
    ],
    ['nothing after a key', { either: null }, 'either: is empty: it must be text or a list'],
    ['an empty list', { either: [] }, 'either: is empty: name at least one, or leave the key out'],
    ['an empty text', { either: '' }, 'either: is empty: name at least one, or leave the key out'],
    ['a wrong item of a list', { either: ['a', 7] }, 'either.1: must be text, not 7: put it in quotes, "7"'],
    ['too long a text', { text: 'abcd' }, 'text: must have at most 3 characters'],
    ['a mistyped choice', { risk: 'hgih' }, 'risk: must be `low` or `high`, not "hgih"; did you mean `high`?'],
    ['a choice left empty', { risk: null }, 'risk: is empty: it must be `low` or `high`'],
    ['a flag that is text', { yes: 'no' }, 'yes: must be `true`, not "no"'],
    ['a broken number', { count: 1.5 }, 'count: must be a whole number, not 1.5'],
    ['too small a number', { count: 0 }, 'count: must be at least 1'],
    ['too large a number', { count: 10 }, 'count: must be at most 9'],
    ['a key of the wrong form', { map: { A: 'x' } }, 'map.A: must be lower case'],
    [
      'an unknown kind',
      { kinds: { type: 'tow' } },
      'kinds.type: must be `one` or `two`, not "tow"; did you mean `two`?',
    ],
    ['no kind', { kinds: {} }, 'kinds.type: is missing: it must be `one` or `two`'],
    ['a kind of something else', { kinds: [] }, 'kinds: must be a map, not a list'],
    ['a message of the schema itself', { own: 'bad' }, 'own: must be nice'],
    [
      'a slip within one of several forms',
      { choice: { github: 7 } },
      'choice.github: must be text, not 7: put it in quotes, "7"',
    ],
    ['a mistyped key', { coutn: 1 }, 'coutn: unknown key; did you mean `count`?'],
    [
      'a key of JavaScript',
      { toString: 1 },
      'toString: unknown key; known here: `text`, `own`, `either`, `risk`, `yes`, `count`, `map`, `kinds`, `choice`',
    ],
  ])('says what is wrong with %s', (_what, value, problem) => {
    expect(problemsOf(value)).toEqual([problem]);
  });
});

describe('anyOf', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a or b'],
    [['a', 'b', 'c'], 'a, b or c'],
  ])('joins %j', (words, text) => {
    expect(anyOf(words)).toBe(text);
  });
});

describe('didYouMean', () => {
  it.each([
    ['evnet', '; did you mean `event`?'],
    ['enviroment', '; did you mean `environment`?'],
    ['BRANCH', '; did you mean `branch`?'],
    ['xyz', ''],
    ['b', ''],
  ])('of %s', (word, meant) => {
    expect(didYouMean(word, ['event', 'branch', 'environment'])).toBe(meant);
  });
});

describe('shortened', () => {
  it.each([255, 256, 257])('never leaves half a character at %i', (max) => {
    const text = shortened('😀'.repeat(300), max);
    expect(text.isWellFormed()).toBe(true);
    expect(text).toHaveLength(max + 1);
  });

  it('names no more than a hundred problems, and guesses for no other', () => {
    let guesses = 0;
    const one = judged(
      () => 'is odd',
      () => {
        guesses += 1;
        return '!';
      },
    );
    const checked = checkShape(
      z.array(one),
      Array.from({ length: 900 }, () => 'x'),
    );
    expect(checked).toMatchObject({ ok: false, problems: { length: 100, 0: { message: '"x" is odd!' } } });
    expect(guesses).toBe(100);
  });
});
