// Lists of requests for people: what waits for their verdict (the one that ends first comes first), what they asked for
// themselves, and what they may see at all.
import type { RequestList } from '../../shared/people-api.ts';
import type { SignedIn } from '../model.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, isOpen } from './approval.ts';
import { readApproval } from './approval-desk.ts';
import { approverOf, teamFor } from './approvers.ts';
import { teamToInvoke } from './break-glass.ts';
import { maySee } from './onlooker.ts';
import { summaryOf, type Viewing } from './request-summary.ts';

export const LIST_VIEWS = ['waiting', 'mine', 'all'] as const;
export type ListView = (typeof LIST_VIEWS)[number];

export interface Listing extends Viewing {
  readonly view: ListView;
  /** the id that the page before ended with */
  readonly before: string | undefined;
  readonly person: SignedIn;
}

const PAGE = 50;
/** So many are looked at for one page of those that somebody may see. */
const LOOKED_AT = 500;

export async function listRequests(tx: Transaction, listing: Listing): Promise<RequestList> {
  if (listing.view === 'waiting') return { requests: await waitingFor(tx, listing) };
  const rows = await rowsOf(tx, listing);
  const requests: RequestList['requests'] = [];
  for (const [at, row] of rows.entries()) {
    if (listing.view === 'all' && !(await maySee(tx, { ...listing, row }))) continue;
    requests.push(await summaryOf(tx, row, listing));
    if (requests.length === PAGE && at < rows.length - 1) return { requests, next: row.id };
  }
  const last = rows.at(-1);
  return rows.length < LOOKED_AT || last === undefined ? { requests } : { requests, next: last.id };
}

async function rowsOf(tx: Transaction, { view, person, before }: Listing): Promise<readonly RequestRow[]> {
  if (view === 'all') return tx.requests.before(before, LOOKED_AT);
  return tx.requests.ofRequester({ principal: person.principal, before, limit: LOOKED_AT });
}

/** Break-glass is on nobody's list where others may approve: it is there when they cannot. */
async function isTheirs(tx: Transaction, approval: Approval, { person }: Listing): Promise<boolean> {
  const { terms, row } = approval;
  if (terms.by.length > 0) return !('code' in teamFor(approval, approverOf(person)));
  if (terms.breakGlass === undefined) return false;
  const incident = await tx.incidents.unreviewed(row);
  return !('code' in teamToInvoke(terms.breakGlass, { person: approverOf(person), incident, now: tx.now }));
}

async function waitingFor(tx: Transaction, listing: Listing): Promise<RequestList['requests']> {
  const waiting: { row: RequestRow; ends: number }[] = [];
  for (const kept of await tx.approvals.pending()) {
    if (!isOpen(kept, tx.now)) continue;
    const approval = await readApproval(tx, kept, listing.policies);
    if (approval === undefined || !(await isTheirs(tx, approval, listing))) continue;
    const row = await tx.requests.find(kept.request_id);
    if (row !== undefined) waiting.push({ row, ends: kept.expires_at });
  }
  const summaries: RequestList['requests'] = [];
  for (const { row } of waiting.sort((a, b) => a.ends - b.ends)) summaries.push(await summaryOf(tx, row, listing));
  return summaries;
}
