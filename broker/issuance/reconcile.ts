// Closes what a crash left open, and does what time asks for: leases that end, orders of revocation to finish, sealed answers to delete.
// An issuance that nobody works on any more ends as unknown, since nobody can say whether the other side acted; not of one either whose
// commit failed and happened, of which nobody was asked: who knew that has ended with the store (docs/decisions/0033).
import type { Millis } from '../clock.ts';
import type { GrantRow } from '../store/grants.ts';
import type { IssuanceRow } from '../store/issuances.ts';
import type { Transaction } from '../store/store.ts';
import type { IssueDeps } from './issuing.ts';
import { expireLeases } from './leases.ts';
import { workOffOrders } from './revocation-orders.ts';
import { askedFor, mayLiveUntil } from './steps.ts';

const MARGIN_MS: Millis = 30_000;

/** At start: every open issuance is a crash's, whatever the clock says, since one broker at a time has the store. */
export async function reconcileAtStart(deps: IssueDeps): Promise<number> {
  return closeOpen(deps, () => Number.MAX_SAFE_INTEGER, 'the broker stopped before the outcome was known');
}

/** Now and then, while running. */
export async function reconcile(deps: IssueDeps): Promise<void> {
  const given = deps.providerTimeout + MARGIN_MS;
  await closeOpen(deps, (now) => now - given, 'no outcome was put on record in the time that it had');
  // An order that cannot be worked off must not keep leases from their end.
  await expireLeases(deps);
  await deps.store.commit((tx) => tx.sealedAnswers.deleteDue(tx.now));
  await workOffOrders(deps);
}

async function closeOpen(deps: IssueDeps, before: (now: Millis) => Millis, reason: string): Promise<number> {
  return deps.store.commit(async (tx) => {
    const open = await tx.issuances.openSince(before(tx.now));
    for (const issuance of open) await closeAsUnknown(deps, tx, { issuance, reason });
    return open.length;
  });
}

async function closeAsUnknown(
  deps: IssueDeps,
  tx: Transaction,
  { issuance, reason }: { issuance: IssuanceRow; reason: string },
): Promise<void> {
  if (!(await tx.issuances.close(issuance.id, 'unknown', tx.now))) return;
  await tx.requests.setState(issuance.request_id, 'unknown', tx.now);
  const fields = {
    ...(await askedFor(tx, issuance.request_id)),
    issuance_id: issuance.id,
    kind: issuance.kind,
    reason,
    ...(await mayLive(deps, tx, issuance)),
  };
  await deps.append(tx, { type: 'issuance.unknown', fields });
}

/** Of a kind that this broker does not issue any more nobody knows how long it lives. */
async function mayLive(
  { providers, providerTimeout }: IssueDeps,
  tx: Transaction,
  { kind, request_id, started_at }: IssuanceRow,
): Promise<{ may_live_until?: string | null }> {
  const provider = providers.get(kind);
  if (provider === undefined) return {};
  // Every issuance hangs on a grant.
  const { ttl } = (await tx.grants.latestOf(request_id)) as GrantRow;
  return { may_live_until: mayLiveUntil(provider, ttl ?? 'never', started_at + providerTimeout) };
}
