// What lint says of the documents that a test describes, as `file key CODE`, and whole.
import type { LintFinding } from '../../broker/policy/lint/lint-finding.ts';
import { lintPolicy } from '../../broker/policy/lint/lint-policy.ts';
import { buildContext, buildPolicies, type PolicyParts, type Yaml } from './build-policy.ts';

export const lint = (parts: PolicyParts = {}): readonly LintFinding[] =>
  lintPolicy(buildPolicies(parts), buildContext()).findings;

export const codesOf = (findings: readonly LintFinding[]): readonly string[] =>
  findings.map(({ key, code }) => `${key} ${code}`);

/** What each says: the risk, and the line to write. */
export const saidOf = (findings: readonly LintFinding[]): readonly string[] =>
  findings.map(({ message, remedy }) => `${message} Change: ${remedy}`);

/** Offers exactly what the entitlement of the builders uses. */
export const OFFERED: Yaml = {
  projects: {
    shop: { owner: 'acme/platform', 'may-offer': [{ kind: 'jwt', audiences: ['https://previews.example.com'] }] },
  },
};

/** Nothing to find fault with at high risk. */
export const GUARDED_RULE: Yaml = { branch: 'main', environment: 'production', runner: 'github-hosted' };
export const GUARDED: Yaml = { risk: 'high', expires: '2027-03-01', allow: [GUARDED_RULE] };

/** Codes for one entitlement that is well guarded but for these keys, with the key below `entitlements.preview`. */
export const lintEntitlement = (entitlement: Yaml, parts: PolicyParts = {}): readonly string[] =>
  codesOf(lint({ organization: OFFERED, ...parts, entitlement: { ...GUARDED, ...entitlement } })).map((one) =>
    one.replace(/^entitlements\.preview\.?/, ''),
  );

/** The same for one rule that is well guarded but for these keys; undefined takes one out. */
export const lintRule = (rule: Yaml, risk = 'high'): readonly string[] =>
  lintEntitlement({
    risk,
    allow: [
      Object.fromEntries(Object.entries({ ...GUARDED_RULE, ...rule }).filter(([, value]) => value !== undefined)),
    ],
  });
