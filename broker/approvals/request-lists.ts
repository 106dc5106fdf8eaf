// Lists of requests for people: what waits for their verdict (the one that ends first comes first), what they asked for
// themselves, and what they may see at all.
import type { RequestList } from '../../shared/people-api.ts';
import { BrokerError } from '../errors.ts';
import type { SignedIn } from '../model.ts';
import type { ApprovalRow } from '../store/approvals.ts';
import type { RequestRow } from '../store/requests.ts';
import type { Transaction } from '../store/store.ts';
import { type Approval, isOpen } from './approval.ts';
import { readApproval, termsInForce } from './approval-desk.ts';
import { approverOf, teamFor } from './approvers.ts';
import { teamToInvoke } from './break-glass.ts';
import { maySee } from './onlooker.ts';
import { summaryOf, type Viewing } from './request-summary.ts';

export const LIST_VIEWS = ['waiting', 'mine', 'all'] as const;
export type ListView = (typeof LIST_VIEWS)[number];

export interface Listing extends Viewing {
  readonly view: ListView;
  /** where the page before ended, in its own words (`next`) */
  readonly before: string | undefined;
  readonly person: SignedIn;
}

const PAGE = 50;
/** So many are looked at for one page of those that somebody may see. */
const LOOKED_AT = 500;

export async function listRequests(tx: Transaction, listing: Listing): Promise<RequestList> {
  if (listing.view === 'waiting') return waitingFor(tx, listing);
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

/** The one that ends first comes first. A page is filled and no more is read: everybody's page asks for it again and again. */
async function waitingFor(tx: Transaction, listing: Listing): Promise<RequestList> {
  const begin = placeOf(listing.before);
  const requests: RequestList['requests'] = [];
  let looked = 0;
  for (const kept of await tx.approvals.pending()) {
    if (!isOpen(kept, tx.now) || !isBehind(kept, begin) || !concerns(kept, listing)) continue;
    if (requests.length === PAGE || looked === LOOKED_AT) return { requests, next: nameOf(begin) };
    looked += 1;
    Object.assign(begin, { endsAt: kept.expires_at, id: kept.id });
    const approval = await readApproval(tx, kept, listing.policies);
    const row =
      approval && (await isTheirs(tx, approval, listing)) ? await tx.requests.find(kept.request_id) : undefined;
    if (row !== undefined) requests.push(await summaryOf(tx, row, listing));
  }
  return { requests };
}

/** Somebody of the teams that it names: known without reading anything. */
function concerns(kept: ApprovalRow, { policies, person }: Listing): boolean {
  const terms = termsInForce(policies, kept);
  const teams = [...(terms?.by ?? []), ...(terms?.breakGlass?.for ?? [])];
  return teams.some((team) => person.teams.has(team));
}

/** A place among what waits, by when it ends: what stood there may be decided by the time somebody asks for what comes next. */
interface Place {
  endsAt: number;
  id: string;
}

const nameOf = ({ endsAt, id }: Place): string => `${endsAt}.${id}`;
const isBehind = ({ expires_at: ends, id }: ApprovalRow, place: Place): boolean =>
  ends > place.endsAt || (ends === place.endsAt && id > place.id);

/** @throws BrokerError PARAMETER_INVALID */
function placeOf(before: string | undefined): Place {
  if (before === undefined) return { endsAt: 0, id: '' };
  const [, endsAt, id = ''] = /^(\d{1,15})\.(apr_[\w-]{1,60})$/.exec(before) ?? [];
  if (endsAt === undefined)
    throw new BrokerError('PARAMETER_INVALID', 'before is what `next` of the page before says, as it is.');
  return { endsAt: Number(endsAt), id };
}
