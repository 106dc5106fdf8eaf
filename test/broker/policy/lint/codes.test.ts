import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LINT_CODES, type LintCode } from '../../../../broker/policy/lint/codes.ts';
import { lintSentence, placed } from '../../../../broker/policy/lint/lint-finding.ts';

/** The last column of the table in the reference. */
function listsOf(code: string): string {
  const page = readFileSync(new URL('../../../../docs/policy-lint.md', import.meta.url), 'utf8');
  const row = page.split('\n').find((line) => line.startsWith(`| \`${code}\` |`)) ?? '';
  return row.split('|').at(-2)?.trim() ?? '';
}

const finding = (code: LintCode) =>
  placed((path, message) => ({ file: 'shop.yaml', line: 1, column: 1, key: path.join('.'), message }), ['base'], {
    ...{ code, path: ['risk'], message: 'A risk.', remedy: '`risk: high`.' },
  });

it('a finding of each code is filed where the reference says', () => {
  for (const code of Object.keys(LINT_CODES) as LintCode[]) {
    const { nhi, cicd_sec: cicdSec } = finding(code);
    expect(listsOf(code)).toMatch(new RegExp(`^${nhi} \\S.*; ${cicdSec} \\S`));
  }
});

it('a finding is one line for people', () => {
  expect(lintSentence(finding('LINT_RISK_UNDERSTATED'))).toBe(
    'LINT_RISK_UNDERSTATED: A risk. Change: `risk: high`. (NHI5:2025, CICD-SEC-5)',
  );
  expect(finding('LINT_RISK_UNDERSTATED').key).toBe('base.risk');
});
