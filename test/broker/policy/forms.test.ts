// The small forms that policy documents are made of: what each takes, what it refuses, and what it then says.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  duration,
  id,
  issuerName,
  lastDay,
  localTime,
  name,
  oneOrMore,
  pinnedId,
  prose,
  repositoryName,
  scope,
  team,
  workflowFile,
} from '../../../broker/policy/forms.ts';
import { checkShape } from '../../../broker/shapes/schema-problems.ts';

const problemsOf = (form: z.ZodType, value: unknown): readonly string[] => {
  const checked = checkShape(form, value);
  return checked.ok ? [] : checked.problems.map(({ message }) => message);
};
const [LONG, LONGEST, TOO_LONG] = ['a'.repeat(40), 'a'.repeat(100), 'a'.repeat(101)];

/** Texts of one form, by the end of the sentence "must be …". */
const TEXTS: readonly [
  what: string,
  form: z.ZodType,
  wanted: string,
  values: readonly [taken: string[], refused: string[]],
][] = [
  [
    'name',
    name,
    'made of a-z, 0-9 and -, at most 40 characters',
    [
      ['a', 'z-9', LONG],
      ['', 'A', '!a', 'a b', 'a!', 'a\n', `${LONG}a`],
    ],
  ],
  [
    'issuerName',
    issuerName,
    'the short name of an issuer in the configuration',
    [
      ['a', 'z-9', LONG],
      ['', 'A', '!a', 'a b', 'a!', 'a\n', `${LONG}a`],
    ],
  ],
  [
    'team',
    team,
    'a team, written organization/team',
    [
      ['a/b', 'A.b_c-9/A.b_c-9', `${LONGEST}/${LONGEST}`],
      ['', 'a', '/a', 'a/', '!a/b', 'a/b!', 'a b/c', 'a/b c', 'a/b/c', `${TOO_LONG}/b`, `a/${TOO_LONG}`],
    ],
  ],
  [
    'repositoryName',
    repositoryName,
    'a repository, written owner/name',
    [
      ['a/b', 'A.b_c-9/A.b_c-9', `${LONGEST}/${LONGEST}`],
      ['', 'a', '/a', 'a/', '!a/b', 'a/b!', 'a b/c', 'a/b c', 'a/b/c', `${TOO_LONG}/b`, `a/${TOO_LONG}`],
    ],
  ],
  [
    'scope',
    scope,
    'an entitlement, written project/entitlement',
    [
      ['a/b', 'a-9/b-9', `${LONG}/${LONG}`],
      ['', 'a', '/a', 'a/', '!a/b', 'a/b!', 'A/b', 'a/B', 'a/b/c', `${LONG}a/b`, `a/${LONG}b`],
    ],
  ],
  [
    'id',
    id,
    'an id: digits in quotes, such as "2001"',
    [
      ['1', '2001', '9'.repeat(20)],
      ['', '0', '01', '-1', '1a', '1.0', '1'.repeat(21)],
    ],
  ],
  [
    'pinnedId',
    pinnedId,
    'an id: digits in quotes, such as "2001"',
    [
      ['1', '2001', '9'.repeat(20)],
      ['', '0', '01', '-1', '1a', '1.0', '1'.repeat(21)],
    ],
  ],
  [
    'workflowFile',
    workflowFile,
    'the whole path of a workflow file, such as .github/workflows/deploy.yml (it is compared whole)',
    [
      ['.github/workflows/a.yml', '.github/workflows/b-c.d.yaml', '.github/workflows/deploy(eu).yml'],
      [
        'deploy.yml',
        'x/.github/workflows/a.yml',
        '.github/workflows/.yml',
        '.github/workflows/a.yml.txt',
        '.github/workflows/a/b.yml',
        '.github/workflows/*.yml',
        '.github/workflows/a@b.yml',
        '.github/workflows/a b.yml',
        '.github/workflows/a\u200bb.yml',
        '.github/workflows/a.json',
      ],
    ],
  ],
  [
    'duration',
    duration,
    'a duration such as 90s, 15m, 2h or 90d',
    [
      ['1s', '90s', '15m', '2h', '9999999d'],
      ['', '0s', '01s', '1', 's', '1.5h', '1w', ' 1s', '1s ', '10000000s'],
    ],
  ],
  [
    'lastDay',
    lastDay,
    'a day such as 2027-03-01',
    [
      ['2027-03-01', '2028-02-29'],
      ['', '1 March', '27-03-01', '2027-3-01', '2027-03-1', ' 2027-03-01', '2027-03-01T', '2027-03-01T00:00'],
    ],
  ],
  [
    'localTime',
    localTime,
    'a local time such as 2026-12-20T00:00',
    [
      ['2026-12-20T00:00', '2026-12-20T19:59', '2028-02-29T23:59'],
      [
        '',
        '2026-12-20',
        '026-12-20T00:00',
        '2026-2-20T00:00',
        '2026-12-2T00:00',
        '2026-12-20T24:00',
        '2026-12-20T30:00',
        '2026-12-20T0:00',
        '2026-12-20T00:60',
        '2026-12-20T00:0',
        '2026-12-20T00:00Z',
        '12026-12-20T00:00',
      ],
    ],
  ],
];

describe('a text of one form', () => {
  it.each(TEXTS)('%s', (_what, form, ...[wanted, [taken, refused]]) => {
    expect(taken.flatMap((value) => problemsOf(form, value))).toEqual([]);
    expect(refused.map((value) => problemsOf(form, value))).toEqual(
      refused.map((value) => [`must be ${wanted}, not "${value}"`]),
    );
    expect(problemsOf(form, null)).toEqual([`is empty: it must be ${wanted}`]);
    expect(problemsOf(form, 5)).toEqual([`must be ${wanted}, not 5`]);
  });

  it('that is missing is said to be, with what to do where that is known', () => {
    expect(problemsOf(name, undefined)).toEqual(['is missing']);
    expect(problemsOf(id, undefined)).toEqual(['is missing']);
    expect(problemsOf(pinnedId, undefined)).toEqual([
      'is missing: `buildpass policy pin --write` asks GitHub for it by the name',
    ]);
  });

  it('tells an editor what to say of any other', () => {
    expect(z.toJSONSchema(team)).toMatchObject({
      pattern: String.raw`^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$`,
      patternErrorMessage: 'must be a team, written organization/team',
    });
  });
});

describe('a duration, a day', () => {
  it('is whole seconds', () => {
    expect(['90s', '15m', '2h', '90d'].map((value) => duration.parse(value))).toEqual([90, 900, 7_200, 7_776_000]);
  });

  it('is the moment at which it has ended in UTC', () => {
    expect(lastDay.parse('2027-03-01')).toBe(Date.UTC(2027, 2, 2));
  });

  it.each(['2027-02-29', '2027-04-31', '2027-13-01', '2027-00-10'])('is not %s, which is none', (day) => {
    expect(problemsOf(lastDay, day)).toEqual([`there is no such day as ${day}`]);
    expect(problemsOf(localTime, `${day}T12:00`)).toEqual(['there is no such day']);
  });
});

describe('prose', () => {
  const form = prose(10);

  it('is one line of at most so many characters, without the spaces around it', () => {
    expect(form.parse(' Für Alle. ')).toBe('Für Alle.');
    expect(form.parse('a'.repeat(10))).toBe('a'.repeat(10));
  });

  it.each([
    ['a'.repeat(11), 'must have at most 10 characters'],
    ['', 'is empty: say it, or leave the key out'],
    [' ', 'is empty: say it, or leave the key out'],
    ['a\nb', 'has a line break: write it on one line, or folded with `>-`'],
    ['a\tb', 'the character U+0009 cannot be seen and is not allowed'],
    ['a\u00a0b', 'the character U+00A0 looks like a space and is none: write a space'],
  ])('%j is none', (value, problem) => {
    expect(problemsOf(form, value)).toEqual([problem]);
  });
});

describe('a value or a list of them', () => {
  const form = oneOrMore(name);

  it('is a list afterwards', () => {
    expect([form.parse('a'), form.parse(['a', 'b'])]).toEqual([['a'], ['a', 'b']]);
  });

  it('says what is wrong with the value, or with one of the list, which is never empty', () => {
    expect(problemsOf(form, 'A')).toEqual([expect.stringContaining('must be made of a-z')]);
    expect(problemsOf(form, ['a', 'B'])).toEqual([expect.stringContaining('not "B"')]);
    expect(problemsOf(form, [])).toEqual(['is empty: name at least one, or leave the key out']);
  });
});
