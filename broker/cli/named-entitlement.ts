// The one entitlement that a command is about, out of a policy directory that loads; whatever is in the way is a wrong use.
import { SCOPE_FORM } from '../../shared/api.ts';
import type { Entitlement } from '../model.ts';
import { readPolicyDirectory } from '../policy/directory-source.ts';
import { loadPolicy, type PolicyContext, type PolicySet } from '../policy/load-policy.ts';
import { didYouMean } from '../shapes/schema-problems.ts';
import { UsageError } from './command.ts';
import { findingLines } from './policy-check.ts';

/** @throws UsageError where they do not load */
export async function policiesIn(directory: string, context: PolicyContext): Promise<PolicySet> {
  const documents = await readPolicyDirectory(directory).catch((error: Error) => {
    throw new UsageError(error.message, { cause: error });
  });
  const result = loadPolicy(documents, context);
  if (result.ok) return result.policies;
  const [first = ''] = findingLines(result, directory);
  throw new UsageError(`the policies do not load, \`buildpass policy check\` says why: ${first}`);
}

/** @throws UsageError where there is none */
export function entitlementNamed({ projects }: PolicySet, scope: string): Entitlement {
  if (scope === '') throw new UsageError('which entitlement? Write it as PROJECT/NAME');
  const [, project = '', name = ''] = SCOPE_FORM.exec(scope) ?? [];
  if (project === '') throw new UsageError(`"${scope}" is not an entitlement: write project/entitlement`);
  const found = projects.get(project);
  if (found === undefined)
    throw new UsageError(`there is no project "${project}"${didYouMean(project, projects.keys(), '"')}`);
  const entitlement = found.entitlements.get(name);
  if (entitlement === undefined)
    throw new UsageError(
      `there is no entitlement "${name}" in ${project}${didYouMean(name, found.entitlements.keys(), '"')}`,
    );
  return entitlement;
}
