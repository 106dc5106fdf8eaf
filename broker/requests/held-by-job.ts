// What the job that asks has already, as it stands against or for one more: how many credentials, and since when. With a session
// earlier ones that have ended make room, since the session, and no number, is what ends it.

import type { TokenRequest } from '../exchange-deps.ts';
import type { Standing } from '../model.ts';
import type { PolicySet } from '../policy/load-policy.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';

interface AskOfJob {
  readonly policies: PolicySet;
  readonly request: Pick<TokenRequest, 'project' | 'entitlement'>;
  readonly jobKey: string;
  readonly known: Pick<RequestRow, 'id' | 'state'> | undefined;
}

export async function heldByJob(
  tx: Transaction,
  { policies, request, jobKey, known }: AskOfJob,
): Promise<Pick<Standing, 'issuedToJob' | 'firstIssuedAt'>> {
  const { project, entitlement: name } = request;
  const of = { jobKey, project, entitlement: name, except: known?.id, now: tx.now };
  const entitlement = policies.projects.get(project)?.entitlements.get(name);
  if (entitlement?.session === undefined) return { issuedToJob: await tx.requests.countOfJob(of) };
  const issuedToJob = await tx.requests.countLiveOfJob(of);
  // What was issued within the session is given once more after it, like any answer that was lost.
  const isGivenAgain = known?.state === 'issued';
  if (entitlement.approval !== undefined || isGivenAgain) return { issuedToJob };
  return { issuedToJob, firstIssuedAt: await tx.renewals.firstOfJob(of) };
}
