// Who stands behind a request: who started this attempt of the run and, of one that was started again, who started the first. Neither
// decides about what it asks for, whichever of them may be behind it (threats T18, T27).
import type { Subject } from '../model.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';

/** As the people that they are known to be now; empty where a request has no requester. */
export async function askersOf(
  tx: Pick<Transaction, 'principals'>,
  { requester, subject }: Pick<RequestRow, 'requester' | 'subject'>,
): Promise<readonly string[]> {
  if (requester === null) return [];
  const actor = await actorOf(tx, JSON.parse(subject) as Partial<Subject>);
  const both = actor === undefined || actor === requester ? [requester] : [requester, actor];
  return Promise.all(both.map((one) => tx.principals.resolve(one)));
}

/** Nobody where what the token said was erased: the requester stays, as a principal. */
async function actorOf(
  tx: Pick<Transaction, 'principals'>,
  { issuer, actorId }: Partial<Subject>,
): Promise<string | undefined> {
  if (issuer === undefined || actorId === undefined) return undefined;
  return tx.principals.find({ provider: issuer, providerId: actorId });
}
