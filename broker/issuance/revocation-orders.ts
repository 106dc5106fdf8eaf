// Revocation by order of security: every live lease that a selector names ends at once, and its credential is revoked where the other
// side can. The order is a row and an entry before any lease is ended by it; then it is worked off in slices, and whatever a crash
// left undone is done by reconcile. What is being issued at that moment is ended with the order itself, in one transaction: no lease
// may come of it that the order has not seen. What is asked for afterwards is not its matter: that is stopped by a pause.
import { newId } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { InForce } from '../policy/in-force-source.ts';
import type { RevocationRow, RevocationScope } from '../store/revocations.ts';
import type { Transaction } from '../store/store.ts';
import { hasTarget, refuseUnknownPrincipal } from './known-target.ts';
import { type EndDeps, endByOrder } from './leases.ts';
import { type OrderedBy, orderedBy, orderedPersonal, principalOf } from './ordered-by.ts';
import { endUnderWay } from './under-way.ts';

export interface OrderDeps extends EndDeps {
  readonly policies: InForce;
}

export interface Order {
  readonly scope: RevocationScope;
  /** empty for everything */
  readonly target: string;
  readonly reason: string;
  readonly by: OrderedBy;
  /** the pause that it came with */
  readonly pauseId?: string;
}

/** What an order comes to, counted when it was given. */
export interface Ordered {
  readonly row: RevocationRow;
  /** its place in the log */
  readonly entry: number;
  /** leases whose credential the broker has revoked at the other side */
  readonly revocable: number;
  /** leases whose credential nobody can revoke and that dies by itself, and when the last of them does */
  readonly dying: number;
  readonly lastEnd: number | null;
  /** leases whose credential nobody can revoke and that never dies */
  readonly endless: number;
  /** credentials that were being made: they are handed to nobody */
  readonly underWay: number;
}

/** A slice is one transaction, short enough that asks go on between two of them. */
const SLICE = 100;
/** What is done before the answer; the rest follows in the background. */
const SLICES_AT_ONCE = 20;

/** @throws BrokerError NOT_FOUND for a lease, a person or a name that there is not: nothing is changed then */
export async function orderRevocation(deps: OrderDeps, order: Order): Promise<Ordered> {
  const ordered = await deps.store.commit((tx) => recordOrder(deps, tx, order));
  return workedOff(deps, ordered);
}

/**
 * Ends what it can at once, and says how far that is. The order is on record by now, and a pause that it came with is in force: a
 * store in trouble puts off the rest, and nobody is told that nothing was done.
 */
export async function workedOff(deps: EndDeps, ordered: Ordered): Promise<Ordered> {
  const { id } = ordered.row;
  await workOff(deps, ordered.row, SLICES_AT_ONCE).catch((error: unknown) =>
    deps.logger.warn('an order of revocation is not worked off yet; it goes on by itself', {
      revocation_id: id,
      error,
    }),
  );
  const row = await deps.store.read((tx) => tx.revocations.find(id)).catch(() => undefined);
  return { ...ordered, row: row ?? ordered.row };
}

export async function recordOrder(deps: OrderDeps, tx: Transaction, order: Order): Promise<Ordered> {
  const { scope, target, by, reason, pauseId } = order;
  const underWayOf = await tx.underWay.ofOrder({ scope, target, now: tx.now });
  if (underWayOf.length === 0) await refuseUnknown(tx, order);
  const grants = underWayOf.filter(({ ended_by }) => ended_by === null);
  // A clock that was put back must not hide what is live.
  const reach = Math.max(tx.now, (await tx.revocations.newestLive()) ?? 0);
  const named = { scope, target, reach };
  const outlook = await tx.revocations.outlookOf(named);
  const leases = outlook.reduce((sum, one) => sum + one.leases, 0);
  // Leases outlive what the policies say: only where there are none is a name that nobody knows a slip.
  if (leases === 0 && underWayOf.length === 0 && !(await hasTarget(deps.policies, tx, order)))
    throw new BrokerError(
      'NOT_FOUND',
      `No lease of the ${scope} "${target}" is live, and the policies in force have none of that name, so nothing was ended: compare it with \`leases list\`.`,
    );
  const id = newId('rev', deps.entropy, tx.now);
  const row = { ...named, id, ordered_at: tx.now, ordered_by: principalOf(by), leases, ended: 0, finished_at: null };
  await tx.revocations.insert(row);
  const { index: entry } = await deps.append(tx, {
    type: 'access.revocation_ordered',
    fields: {
      ...{ revocation_id: id, scope, target, ...projectOf(order), leases, ...orderedBy(by) },
      under_way: grants.length,
      pause_id: pauseId,
    },
    personal: orderedPersonal(by, reason),
  });
  const underWay = await endUnderWay(deps, tx, { grants, revocationId: id });
  const alone = outlook.filter(({ revocation }) => revocation !== 'immediate');
  const endless = alone.reduce((sum, one) => sum + one.endless, 0);
  const ends = alone.flatMap(({ lastEnd }) => lastEnd ?? []);
  return {
    ...{ row, entry },
    revocable: outlook.find(({ revocation }) => revocation === 'immediate')?.leases ?? 0,
    dying: alone.reduce((sum, one) => sum + one.leases, 0) - endless,
    lastEnd: ends.length === 0 ? null : Math.max(...ends),
    ...{ endless, underWay },
  };
}

/** A slip in an id must not look like a revocation that found nothing to do. */
async function refuseUnknown(tx: Transaction, { scope, target }: Order): Promise<void> {
  if (scope === 'lease' && (await tx.leases.find(target)) === undefined)
    throw new BrokerError('NOT_FOUND', `There is no lease "${target}": \`leases list\` has them.`);
  if (scope === 'principal') await refuseUnknownPrincipal(tx, target);
}

/** For whoever reads the entries of one project. */
export function projectOf({ scope, target }: Pick<Order, 'scope' | 'target'>): { project?: string } {
  return scope === 'project' || scope === 'entitlement' ? { project: target.replace(/\/.*/, '') } : {};
}

/** What is left of every order, the oldest first; one that fails holds up no other. */
export async function workOffOrders(deps: EndDeps): Promise<void> {
  const failures: unknown[] = [];
  for (const order of await deps.store.read((tx) => tx.revocations.unfinished()))
    await workOff(deps, order, Number.POSITIVE_INFINITY).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function workOff(deps: EndDeps, order: RevocationRow, slices: number): Promise<void> {
  let after: string | undefined = '';
  for (let slice = 0; slice < slices && after !== undefined; slice += 1) {
    const from: string = after;
    after = await deps.store.commit((tx) => endSlice(deps, tx, { order, after: from }));
  }
}

/** Where the next slice begins; undefined once nothing is left. */
async function endSlice(
  deps: EndDeps,
  tx: Transaction,
  { order, after }: { order: RevocationRow; after: string },
): Promise<string | undefined> {
  const { id } = order;
  // Two may work on the same order: whatever one of them ended, the other does not find any more.
  const now = (await tx.revocations.find(id)) as RevocationRow;
  if (now.finished_at !== null) return undefined;
  const leases = await tx.revocations.leasesOf(order, after, SLICE);
  for (const lease of leases) await endByOrder(deps, tx, { lease, because: 'revocation-ordered', revocationId: id });
  await tx.revocations.countEnded(id, leases.length);
  const last = leases[SLICE - 1];
  if (last !== undefined) return last.id;
  if (await tx.revocations.finish(id, tx.now))
    await deps.append(tx, {
      type: 'access.revocation_finished',
      fields: { revocation_id: id, ...projectOf(order), ended: now.ended + leases.length },
    });
  return undefined;
}
