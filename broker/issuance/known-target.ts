// What an order of security names must be there: in an incident a slip in a name must not look like something that was done.
import { BrokerError } from '../errors.ts';
import type { InForce } from '../policy/in-force-source.ts';
import type { Transaction } from '../store/store.ts';

/** Where no policies can be read, every name is taken: what security does must work then too. */
export async function hasTarget(
  policies: InForce,
  tx: Transaction,
  { scope, target }: { readonly scope: string; readonly target: string },
): Promise<boolean> {
  if (scope !== 'project' && scope !== 'entitlement') return true;
  const inForce = await policies(tx).catch(() => undefined);
  if (inForce === undefined) return true;
  if (scope === 'project') return inForce.projects.has(target);
  const entitlements = [...inForce.projects.values()].flatMap((project) => [...project.entitlements.values()]);
  return entitlements.some(({ project, name }) => `${project}/${name}` === target);
}

/** @throws BrokerError NOT_FOUND for a person that there is not */
export async function refuseUnknownPrincipal(tx: Transaction, target: string): Promise<void> {
  if ((await tx.principals.kindOf(target)) === undefined)
    throw new BrokerError('NOT_FOUND', `There is no principal "${target}": \`leases list --json\` names who asked.`);
}
