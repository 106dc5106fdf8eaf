import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readPolicyDirectory } from '../../../broker/policy/directory-source.ts';
import { evaluate } from '../../../broker/policy/evaluate.ts';
import { loadPolicy, type PolicySet } from '../../../broker/policy/load-policy.ts';
import { formatFinding } from '../../../broker/yaml/strict-yaml.ts';
import { buildAsk, buildContext, outcomeOf } from '../../support/build-policy.ts';
import { buildPullRequest, buildSubject } from '../../support/build-subject.ts';

const DIRECTORY = fileURLToPath(new URL('../../../examples/policy', import.meta.url));

async function loadExamples(): Promise<{ policies: PolicySet; warnings: readonly string[] }> {
  const result = loadPolicy(await readPolicyDirectory(DIRECTORY), buildContext());
  if (!result.ok) throw new Error(result.findings.map(formatFinding).join('\n'));
  return { policies: result.policies, warnings: result.warnings.map(({ key }) => key) };
}

const PRODUCTION = { environment: 'production', eventName: 'workflow_dispatch' };

describe('the example policies', () => {
  it('load, and warn of what cannot be done yet and nothing else', async () => {
    const { warnings } = await loadExamples();
    expect(warnings).toEqual(
      [
        'read-packages',
        'deploy-production',
        'deploy-production.review',
        'deploy-production.deployment',
        'rollback-production.review',
      ].map((name) => `entitlements.${name}`),
    );
  });

  it.each([
    ['publish-preview', 'a push to a branch', buildSubject({ ref: 'refs/heads/feature/x' }), 'permit'],
    ['publish-preview', 'a pull request into main', buildPullRequest('main'), 'permit'],
    [
      'publish-preview',
      'a pull request into another branch',
      buildPullRequest('next'),
      'POLICY_NO_MATCH POLICY_NO_MATCH EVENT_NOT_ALLOWED',
    ],
    [
      'publish-preview',
      'a comment',
      buildSubject({ eventName: 'issue_comment' }),
      'EVENT_NOT_ALLOWED POLICY_NO_MATCH EVENT_NOT_ALLOWED',
    ],
    ['deploy-production', 'the job that it is for', buildSubject(PRODUCTION), 'PROVIDER_UNAVAILABLE'],
    ['rollback-production', 'the job that it is for', buildSubject(PRODUCTION), 'approval'],
    [
      'read-packages',
      'a push to a release branch',
      buildSubject({ ref: 'refs/heads/release/1' }),
      'PROVIDER_UNAVAILABLE',
    ],
  ])('%s for %s', async (entitlement, _who, ...[subject, outcome]) => {
    const { policies } = await loadExamples();
    expect(outcomeOf(evaluate(policies, subject, buildAsk({ entitlement })))).toBe(outcome);
  });
});
