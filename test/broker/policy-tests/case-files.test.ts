import { describe, expect, it } from 'vitest';
import { readCases } from '../../../broker/policy-tests/case-files.ts';
import { formatFinding } from '../../../broker/yaml/strict-yaml.ts';
import { yamlText } from '../../support/build-policy.ts';

const CASE = { title: 'A push', event: 'push', ask: 'shop/preview', expect: 'permit' };

function findingsOf(text: string): string[] {
  const read = readCases([{ file: 'shop.yaml', text }]);
  return read.ok ? [] : read.findings.map(formatFinding);
}
const ofCase = (written: object): string[] => findingsOf(yamlText({ cases: [{ ...CASE, ...written }] }));

describe('case files', () => {
  it('give each case with its line, and the moment of the file unless it has its own', () => {
    const text = yamlText({
      at: '2026-11-30T10:00Z',
      cases: [CASE, { ...CASE, at: '2026-07-01T12:00 Europe/Berlin' }],
    });
    const read = readCases([{ file: 'shop.yaml', text }]);
    expect(read.ok && read.cases.map(({ line, testCase }) => [line, testCase.at])).toEqual([
      [3, Date.UTC(2026, 10, 30, 10)],
      [7, Date.UTC(2026, 6, 1, 10)],
    ]);
  });

  it.each<[what: string, written: object, finding: string]>([
    [
      'an event that is none',
      { event: 'pull-request' },
      'shop.yaml:3:5: cases[0].event: "pull-request" is not an example of a job; did you mean `pull_request`?',
    ],
    ['a key that is none', { brnch: 'main' }, 'cases[0].brnch: unknown key; did you mean `branch`?'],
    ['a wildcard', { branch: 'release/*' }, '"release/*" has a wildcard: a job has one value, write it out'],
    ['a full ref as a branch', { branch: 'refs/heads/x' }, 'leaves out refs/heads/: write the name alone'],
    ['two refs', { branch: 'main', tag: 'v1' }, 'cases[0].tag: stands beside `branch`: a job has one ref'],
    ['a ref of no job', { ref: 'refs/pull/1/head' }, 'is not the ref of a job'],
    [
      'a branch of a pull request',
      { event: 'pull_request', branch: 'x' },
      'cases[0].branch: no such job exists: the ref of a pull_request job is refs/pull/NUMBER/merge, and its branches stand in `pull-request: { into, from }`',
    ],
    ['a tag of a schedule', { event: 'schedule', tag: 'v1' }, 'the ref of a schedule job is a branch'],
    ['the branches of a push', { 'pull-request': { into: 'x' } }, 'is for events of pull requests, and a job of push'],
    ['a moment without a zone', { at: '2026-11-30T10:00' }, 'must be a moment such as "2026-11-30T10:00Z"'],
    ['a day that is none', { at: '2026-11-31T10:00Z' }, 'must be a moment such as'],
    ['a zone that is none', { at: '2026-11-30T10:00 Europe/Paradise' }, 'must be a moment such as'],
    ['a reason beside a permit', { because: 'branch' }, 'says why not: it belongs beside `expect: deny`'],
    ['a reason that is none', { expect: 'deny', because: 'evnt' }, 'did you mean `event`?'],
    ['a rule for a stranger', { expect: 'stranger', rule: 0 }, 'decides nothing for a stranger'],
    ['an outcome that is none', { expect: 'allow' }, 'must be `permit`, `approval`, `deny` or `stranger`, not "allow"'],
    ['a scope that is none', { ask: 'preview' }, 'must be an entitlement, written project/entitlement'],
    ['an assumption that is none', { assuming: 'luck' }, 'must be `approval`, `facts` or `provider`, not "luck"'],
    ['a claim that is a number', { claims: { actor_id: 5 } }, 'must be text, not 5: put it in quotes, "5"'],
  ])('refuse %s, and say where', (_what, ...[written, finding]) => {
    expect(ofCase(written)).toEqual([expect.stringContaining(finding)]);
  });

  it.each([
    ['an empty file', '', 'must be a map'],
    ['no cases', 'cases: []', 'is empty: write a case, or remove the file'],
    ['an anchor', 'cases: [ &a { title: x } ]', 'the anchor &a is not allowed'],
    ['two documents', 'cases: []\n---\ncases: []\n', 'a second document'],
  ])('refuse %s', (_what, ...[text, finding]) => {
    expect(findingsOf(text).join('\n')).toContain(finding);
  });

  it('are refused all, where one is wrong', () => {
    const good = { file: 'a.yaml', text: yamlText({ cases: [CASE] }) };
    expect(readCases([good, { file: 'b.yaml', text: 'cases: 1' }])).toMatchObject({
      ok: false,
      findings: [{ file: 'b.yaml' }],
    });
  });
});
