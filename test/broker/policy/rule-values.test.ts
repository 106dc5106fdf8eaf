// Values of a rule that have a form of their own: called workflows, windows of time, claims. Mistakes are in rule-document.test.ts.
import { describe, expect, it } from 'vitest';
import { errorsOf, type Yaml } from '../../support/build-policy.ts';

const errors = (rule: unknown): readonly string[] =>
  errorsOf({ entitlement: { allow: [rule] } }).map((line) =>
    line.replace('shop.yaml entitlements.preview.allow[0]', ''),
  );

const CALLED = 'acme/t-1.x/.github/workflows/d_1.yml';
const NO_CALLED_WORKFLOW =
  ' can match nothing: write owner/repository/.github/workflows/file.yml@ref, whole and without wildcards';

/** Reusable workflows that a rule may name. */
const CALLED_WORKFLOWS = [
  `${CALLED}@refs/heads/main`,
  `${CALLED}@refs/tags/v1`,
  `${CALLED}@refs/heads/a/b@c`,
  `${CALLED}@${'0a'.repeat(20)}`,
  `${CALLED}@${'9f'.repeat(32)}`,
  'a/b/.github/workflows/c.d.yaml@refs/heads/main',
];

/** What no job is written in, and what it is then said to have meant, if anything. */
const NO_CALLED_WORKFLOWS: readonly [value: string, short?: string][] = [
  ['.github/workflows/d.yml@refs/heads/main'],
  ['acme/.github/workflows/d.yml@refs/heads/main'],
  ['/t/.github/workflows/d.yml@refs/heads/main'],
  ['acme//.github/workflows/d.yml@refs/heads/main'],
  [' acme/t/.github/workflows/d.yml@refs/heads/main'],
  ['github.com/acme/t/.github/workflows/d.yml@refs/heads/main'],
  ['acme/t/.github/workflows/a/d.yml@refs/heads/main'],
  ['acme/t/.github/workflows/*.yml@refs/heads/main'],
  ['acme/t/.github/workflows/a b.yml@refs/heads/main'],
  ['acme/t/.github/workflows/.yml@refs/heads/main'],
  ['acme/t/.github/workflows/d.yml.txt@refs/heads/main'],
  [`${CALLED}@refs/heads/*`],
  [`${CALLED}@refs/heads/`],
  [`${CALLED}@refs/pull/1/merge`],
  [`${CALLED}@refs/heads/main*`],
  [`${CALLED}@*`],
  [`${CALLED}@v*`],
  [`${CALLED}@`],
  [`${CALLED}@a@b`],
  [CALLED],
  [`@v1`],
  [`${CALLED}@v1`, 'v1'],
  [`${CALLED}@xrefs/v1`, 'xrefs/v1'],
  [`${CALLED}@${'a'.repeat(39)}`, 'a'.repeat(39)],
  [`${CALLED}@${'a'.repeat(41)}`, 'a'.repeat(41)],
  [`${CALLED}@${'a'.repeat(65)}`, 'a'.repeat(65)],
  [`${CALLED}@${'A'.repeat(40)}`, 'A'.repeat(40)],
];

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** Windows of `time`, on Berlin's clocks. */
const WINDOWS: readonly [window: Yaml, error?: string][] = [
  [{ days: DAYS }],
  [{ days: DAYS.map((day) => `${day}-mon`) }],
  ...['Mon', ' mon', 'mon-', '-mon', 'mon-tue-wed', 'monfri', 'mon-fri!', 'any'].map((days): [Yaml, string] => [
    { days },
    `.time.days: must be a day or days such as mon, sat or mon-fri, not "${days}"`,
  ]),
  [{ between: ['00:00-09:59', '19:30-20:00', '22:10-23:59'] }],
  ...['9:00-17:00', '09:00', '09:00-24:00', '30:00-31:00', '09:60-10:00', '09:0-10:00', ' 09:00-10:00'].map(
    (between): [Yaml, string] => [{ between }, `.time.between: must be times such as "09:00-17:00", not "${between}"`],
  ),
  [{ between: '09:00-10:000' }, '.time.between: must be times such as "09:00-17:00", not "09:00-10:000"'],
];

describe('a rule', () => {
  it.each(CALLED_WORKFLOWS)('takes the called workflow %s', (value) => {
    expect(errors({ 'called-workflow': value })).toEqual([]);
  });

  it.each(NO_CALLED_WORKFLOWS)('does not take the called workflow %s', (value, short) => {
    const remedy =
      short === undefined
        ? ''
        : `; instead of "@${short}" write "@refs/tags/${short}", "@refs/heads/${short}" or, safest, the full commit`;
    expect(errors({ 'called-workflow': value })).toEqual([
      `.called-workflow: "${value}"${NO_CALLED_WORKFLOW}${remedy}`,
    ]);
  });

  it('says what is wrong with the ref of a called workflow that no ref of Git can be', () => {
    expect(errors({ 'called-workflow': `${CALLED}@refs/heads/a..b` })).toEqual([
      `.called-workflow: "${CALLED}@refs/heads/a..b" can match nothing: no ref of Git has ".." there`,
    ]);
  });

  it.each(WINDOWS)('has windows of time: %j', (window, error) => {
    expect(errors({ time: { zone: 'Europe/Berlin', ...window } })).toEqual(error === undefined ? [] : [error]);
  });

  it.each([
    [{ environment: ' prod' }, '.environment: " prod" can match nothing: it starts or ends with a space'],
    [{ environment: 'prod ' }, '.environment: "prod " can match nothing: it starts or ends with a space'],
    [{ claims: { tier: 'a\nb' } }, '.claims.tier: the character U+000A cannot be seen and is not allowed'],
    [{ claims: { tier: 'a'.repeat(1_025) } }, '.claims.tier: must have at most 1024 characters'],
  ])('%# has a value that can match nothing', (rule, error) => {
    expect(errors(rule)).toEqual([error]);
  });

  it('takes a value of a claim of up to 1,024 characters, spaces and stars among them', () => {
    expect(errors({ claims: { tier: [`a *${' b'.repeat(510)}c`] } })).toEqual([]);
  });
});
