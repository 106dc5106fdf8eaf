// Who is behind the commit that a job runs, where its policy keeps them from approving (`apart-from: commit-author`). GitHub was asked
// before the decision, and what it said then is kept with the request; when a job collects, it has been asked once more.
import type { CommitFact, Facts } from '../facts.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';

type People = Pick<Transaction, 'principals'>;

/** As the people that they are known to be now. Undefined where it is not on record, or was erased: then nobody is cleared. */
export async function authorsOf(
  tx: People,
  { issuer, decision }: Pick<RequestRow, 'issuer' | 'decision'>,
): Promise<readonly string[] | undefined> {
  const { commit_author: author, committer } = JSON.parse(decision) as Partial<Record<string, string>>;
  return author === undefined || committer === undefined ? undefined : principalsOf(tx, issuer, [author, committer]);
}

/** The same by what was found out for the ask at hand. */
export async function authorsNow(
  tx: People,
  issuer: string,
  { commit }: Facts,
): Promise<readonly string[] | undefined> {
  return commit !== undefined && 'value' in commit ? principalsOf(tx, issuer, idsOf(commit.value)) : undefined;
}

const idsOf = ({ author, committer }: CommitFact): readonly string[] => [author.id, committer.id];

/** An account that nobody here has is no approver's: every approver has one at the issuer. */
async function principalsOf(tx: People, issuer: string, ids: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(ids.map((providerId) => tx.principals.find({ provider: issuer, providerId })));
  return found.filter((one) => one !== undefined);
}
