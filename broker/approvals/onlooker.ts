// Who may see a request: who asked, who may decide or invoke it or is told of it, who answers for the project's policy, and security. To everybody else it
// does not exist (threat T34).
import type { SignedIn } from '../model.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';

export async function maySee(
  tx: Transaction,
  { policies, person, row }: { policies: PolicySet; person: SignedIn; row: RequestRow },
): Promise<boolean> {
  if (person.roles.has('security')) return true;
  const project = policies.projects.get(row.project);
  if (project !== undefined && person.teams.has(project.owner)) return true;
  const terms = project?.entitlements.get(row.entitlement)?.approval;
  const concerned = [...(terms?.by ?? []), ...(terms?.breakGlass?.for ?? []), ...(terms?.breakGlass?.notify ?? [])];
  return concerned.some((team) => person.teams.has(team)) || (await isRequester(tx, person, row));
}

/** Compared as people, whatever identity each of them used. */
export async function isRequester(
  tx: Transaction,
  { principal }: SignedIn,
  { requester }: RequestRow,
): Promise<boolean> {
  return requester !== null && (await tx.principals.resolve(requester)) === principal;
}
