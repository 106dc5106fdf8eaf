// What a diff says of two policies, a line a difference, as a person reads it.
import { diffPolicies } from '../../broker/policy/diff/diff.ts';
import { organizationChanges } from '../../broker/policy/diff/organization-changes.ts';
import { organizationSchema } from '../../broker/policy/organization-document.ts';
import { credentialKinds } from '../../broker/providers/credential-kinds.ts';
import { buildContext, buildOrganization, buildPolicies, type PolicyParts, type Yaml } from './build-policy.ts';

/** Every kind can be issued, so that tokens are compared like everything else. */
const CONTEXT = buildContext({ kinds: credentialKinds(['jwt', 'github-token']) });

export const diffLines = (before: PolicyParts, now: PolicyParts): readonly string[] =>
  diffPolicies(buildPolicies(before, CONTEXT), buildPolicies(now, CONTEXT)).map(
    ({ direction, text }) => `${direction}: ${text}`,
  );

export const diffOfRules = (before: readonly Yaml[], now: readonly Yaml[]): readonly string[] =>
  diffLines({ entitlement: { allow: before } }, { entitlement: { allow: now } });

/** Of further keys of `shop/preview`. */
export const diffOfTerms = (before: Yaml, now: Yaml): readonly string[] =>
  diffLines({ entitlement: before }, { entitlement: now });

/** Of further keys of the organization's file. */
export function organizationLines(before: Yaml, now: Yaml): readonly string[] {
  const [old, fresh] = [buildOrganization(before), buildOrganization(now)];
  return organizationChanges(organizationSchema.parse(old), organizationSchema.parse(fresh)).map(
    ({ direction, text }) => `${direction}: ${text}`,
  );
}

/** A push to main, and what it may have and may have no longer. */
export const PUSH = { branch: 'main', event: 'push' };
export const MAY_NOW = 'may now have shop/preview (the first rule)';
export const NO_LONGER = 'may no longer have shop/preview (it was the first rule)';
