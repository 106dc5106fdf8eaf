// Approvals, the verdicts on them, and the requests that stand on them. Every change that must happen once is one conditional
// statement whose returned row says who won.
import type { Millis } from '../clock.ts';
import type { ApprovalRow, ApprovalState, RequestRow, VerdictRow } from './schema.ts';
import type { Statements } from './statements.ts';

export type { ApprovalRow, ApprovalState, VerdictRow } from './schema.ts';

export interface Approvals {
  insert(row: ApprovalRow): Promise<void>;
  find(id: string): Promise<ApprovalRow | undefined>;
  /** The approval that a request waits for or stands on. */
  ofRequest(requestId: string): Promise<ApprovalRow | undefined>;
  /** Pending, approved or invoked, for exactly this. */
  openFor(binding: string): Promise<readonly ApprovalRow[]>;
  /** The newest approved one of an entitlement, before this one. */
  lastApproved(of: { project: string; entitlement: string; except: string }): Promise<ApprovalRow | undefined>;
  /** Still to be decided, the one that ends first first. */
  pending(): Promise<readonly ApprovalRow[]>;
  /** Pending, approved or invoked, and spent on nothing yet. */
  allOpen(): Promise<readonly ApprovalRow[]>;
  /** Of those, the ones past their end. */
  due(now: Millis, limit: number): Promise<readonly ApprovalRow[]>;
  /** From a state to another: true for exactly one caller. */
  move(id: string, from: ApprovalState, change: ApprovalChange): Promise<boolean>;
  /** One verdict a person: false where this one has given theirs. */
  addVerdict(row: VerdictRow): Promise<boolean>;
  verdictsOn(id: string): Promise<readonly VerdictRow[]>;
  join(requestId: string, approvalId: string): Promise<void>;
  /** Spends one of its issuances on a request, or finds that it did already; false where none is left. */
  use(of: { id: string; requestId: string; now: Millis }): Promise<boolean>;
  isUsedBy(requestId: string): Promise<boolean>;
  /** The requests on it, oldest first. */
  requestsOf(id: string): Promise<readonly RequestRow[]>;
}

export interface ApprovalChange {
  readonly state: ApprovalState;
  readonly at: Millis;
  readonly expiresAt: Millis;
}

export const approvalTable = (statements: Statements): Approvals => ({
  ...approvalLookups(statements),
  ...approvalChanges(statements),
  ...sweptApprovals(statements),
});

type Swept = Pick<Approvals, 'pending' | 'allOpen' | 'due'>;
type Changes = Pick<Approvals, 'insert' | 'move' | 'addVerdict' | 'join' | 'use'>;

const approvalChanges = (statements: Statements): Changes => {
  const { first } = statements;
  const insert = first((db, row: ApprovalRow) => db.insertInto('approvals').values(row));
  const move = first((db, to: { id: string; from: ApprovalState } & ApprovalChange) =>
    db
      .updateTable('approvals')
      .set({ state: to.state, decided_at: to.at, expires_at: to.expiresAt })
      .where('id', '=', to.id)
      .where('state', '=', to.from)
      .returning('id'),
  );
  const addVerdict = first((db, row: VerdictRow) =>
    db
      .insertInto('verdicts')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returning('principal'),
  );
  const join = joinStatement(statements);
  const count = first((db, { id }: { id: string }) =>
    db
      .updateTable('approvals')
      .set((row) => ({ used: row('used', '+', 1) }))
      .where('id', '=', id)
      .whereRef('used', '<', 'issuances')
      .returning('id'),
  );
  const mark = first((db, { requestId, now }: { requestId: string; now: Millis }) =>
    db
      .updateTable('approval_requests')
      .set({ used_at: now })
      .where('request_id', '=', requestId)
      .where('used_at', 'is', null)
      .returning('request_id'),
  );
  return {
    async insert(row) {
      await insert(row);
    },
    async move(id, from, change) {
      return (await move({ id, from, ...change })) !== undefined;
    },
    async addVerdict(row) {
      return (await addVerdict(row)) !== undefined;
    },
    async join(requestId, approvalId) {
      await join({ request_id: requestId, approval_id: approvalId, used_at: null });
    },
    async use({ id, requestId, now }) {
      if ((await mark({ requestId, now })) === undefined) return true;
      return (await count({ id })) !== undefined;
    },
  };
};

const joinStatement = ({ first }: Statements) =>
  first((db, row: { request_id: string; approval_id: string; used_at: null }) =>
    db
      .insertInto('approval_requests')
      .values(row)
      // People are asked again for what an earlier approval is no longer good for.
      .onConflict((conflict) =>
        conflict
          .column('request_id')
          .doUpdateSet((set) => ({ approval_id: set.ref('excluded.approval_id'), used_at: null })),
      ),
  );

const OPEN: readonly ApprovalState[] = ['pending', 'approved', 'invoked'];

const approvalLookups = ({ all, first }: Statements): Omit<Approvals, keyof Changes | keyof Swept> => {
  const find = first((db, { id }: { id: string }) => db.selectFrom('approvals').selectAll().where('id', '=', id));
  const ofRequest = first((db, { requestId }: { requestId: string }) =>
    db
      .selectFrom('approvals')
      .selectAll('approvals')
      .innerJoin('approval_requests', 'approval_requests.approval_id', 'approvals.id')
      .where('approval_requests.request_id', '=', requestId),
  );
  const openFor = all((db, { binding }: { binding: string }) =>
    db.selectFrom('approvals').selectAll().where('binding', '=', binding).where('state', 'in', OPEN).orderBy('id'),
  );
  const lastApproved = first((db, of: { project: string; entitlement: string; except: string }) =>
    db
      .selectFrom('approvals')
      .selectAll()
      .where('project', '=', of.project)
      .where('entitlement', '=', of.entitlement)
      .where('state', '=', 'approved')
      .where('used', '>', 0)
      .where('id', '<', of.except)
      .orderBy('decided_at', 'desc')
      .limit(1),
  );
  const verdictsOn = all((db, { id }: { id: string }) =>
    db.selectFrom('verdicts').selectAll().where('approval_id', '=', id).orderBy('at').orderBy('principal'),
  );
  const link = first((db, { requestId }: { requestId: string }) =>
    db.selectFrom('approval_requests').select('used_at').where('request_id', '=', requestId),
  );
  const requestsOf = all((db, { id }: { id: string }) =>
    db
      .selectFrom('requests')
      .selectAll('requests')
      .innerJoin('approval_requests', 'approval_requests.request_id', 'requests.id')
      .where('approval_requests.approval_id', '=', id)
      .orderBy('requests.id'),
  );
  return {
    find: (id) => find({ id }),
    ofRequest: (requestId) => ofRequest({ requestId }),
    openFor: (binding) => openFor({ binding }),
    lastApproved: (of) => lastApproved(of),
    verdictsOn: (id) => verdictsOn({ id }),
    async isUsedBy(requestId) {
      return ((await link({ requestId }))?.used_at ?? null) !== null;
    },
    requestsOf: (id) => requestsOf({ id }),
  };
};

const sweptApprovals = ({ all }: Statements): Swept => {
  const due = all((db, { now, limit }: { now: Millis; limit: number }) =>
    db
      .selectFrom('approvals')
      .selectAll()
      .where('state', 'in', OPEN)
      .where('used', '=', 0)
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(limit),
  );
  const allOpen = all((db, _: object) =>
    db.selectFrom('approvals').selectAll().where('state', 'in', OPEN).where('used', '=', 0),
  );
  const pending = all((db, _: object) =>
    db.selectFrom('approvals').selectAll().where('state', '=', 'pending').orderBy('expires_at').orderBy('id'),
  );
  return {
    pending: () => pending({}),
    allOpen: () => allOpen({}),
    due: (now, limit) => due({ now, limit }),
  };
};
