import { expect, it } from 'vitest';
import { type Findings, reportInto } from '../../../broker/policy/report.ts';

it('what is found below a key stands at the place of the whole path', () => {
  const findings: Findings = { errors: [], warnings: [] };
  const place = (path: readonly PropertyKey[], message: string) => ({
    ...{ file: 'shop.yaml', line: 1, column: 1, key: path.map(String).join('.'), message },
  });
  const report = reportInto(findings, place);
  report.error(['owner'], 'is wrong');
  report.warn([], 'is a warning of all');
  const below = report.under('entitlements', 'preview').under('allow', 0);
  below.errors([
    { path: ['branch'], message: 'is one' },
    { path: [], message: 'is another' },
  ]);
  below.warn(['event'], 'may be meant otherwise');
  const lines = (all: Findings['errors']) => all.map(({ key, message }) => `${key} ${message}`);
  expect(lines(findings.errors)).toEqual([
    'owner is wrong',
    'entitlements.preview.allow.0.branch is one',
    'entitlements.preview.allow.0 is another',
  ]);
  expect(lines(findings.warnings)).toEqual([
    ' is a warning of all',
    'entitlements.preview.allow.0.event may be meant otherwise',
  ]);
});
