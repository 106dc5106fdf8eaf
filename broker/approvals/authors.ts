// Who wrote what the job runs, and who wrote the policy that lets it, where the policy keeps them from approving (`apart-from`).
// GitHub was asked before the decision, and what it said then is kept with the request; when a job collects, it has been asked once more.
import type { ApartFrom } from '../approval-terms.ts';
import { authorsIn, type Facts } from '../facts.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';

type People = Pick<Transaction, 'principals'>;

/** As the people that they are known to be now. Undefined where it is not on record, or was erased: then nobody is cleared. */
export type Authors = Readonly<Record<ApartFrom, readonly string[] | undefined>>;

export async function authorsOf(tx: People, request: Pick<RequestRow, 'issuer' | 'decision'>): Promise<Authors> {
  const kept = JSON.parse(request.decision) as Kept;
  return eachOf((kind) => principalsOf(tx, request.issuer, ON_RECORD[kind](kept)));
}

/** The same by what was found out for the ask at hand. */
export async function authorsNow(
  tx: People,
  { issuer, project, facts }: { issuer: string; project: string; facts: Facts },
): Promise<Authors> {
  return eachOf((kind) => {
    const found = authorsIn[kind](facts, project);
    return principalsOf(
      tx,
      issuer,
      found !== undefined && 'value' in found ? found.value.map(({ id }) => id) : undefined,
    );
  });
}

type Kept = Partial<Record<string, string>>;

/** Their ids, as `writtenBy` (requests/fact-fields.ts) keeps them. */
const ON_RECORD: Readonly<Record<ApartFrom, (kept: Kept) => readonly string[] | undefined>> = {
  'commit-author': ({ commit_author: author, committer }) =>
    author === undefined || committer === undefined ? undefined : [author, committer],
  'policy-author': ({ policy_authors: authors }) => authors?.split(' '),
};

async function eachOf(find: (kind: ApartFrom) => Promise<readonly string[] | undefined>): Promise<Authors> {
  return { 'commit-author': await find('commit-author'), 'policy-author': await find('policy-author') };
}

/** An account that nobody here has is no approver's: every approver has one at the issuer. */
async function principalsOf(
  tx: People,
  issuer: string,
  ids: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
  if (ids === undefined) return undefined;
  const found = await Promise.all(ids.map((providerId) => tx.principals.find({ provider: issuer, providerId })));
  return found.filter((one) => one !== undefined);
}
