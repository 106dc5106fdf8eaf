// A credential that the other side issued and that nobody may get: put on record as withheld, and revoked through the outbox.
// Stored first, revoked afterwards: "revoked" is said only when the other side said so (P8), and a crash in between loses nothing.
import type { Millis } from '../clock.ts';
import type { Transaction } from '../store/store.ts';
import type { IssueDeps, Withheld } from './issuing.ts';
import { endFields, insertLease, issuanceFields, queueRevocation } from './steps.ts';

export async function withhold(deps: IssueDeps, made: Withheld): Promise<void> {
  const { upstreamExpiresAt: end } = made.credential;
  // An end that is none is no reason to leave it alive, or off the record: for all that is known it lives on.
  const sound = isSoundEnd(end, deps.clock.now()) ? end : null;
  const withheld = { ...made, credential: { ...made.credential, upstreamExpiresAt: sound } };
  // Until it is on record nobody gets it either: a commit that failed may have left it ready to be delivered again.
  deps.withheld.set(withheld.granted.grant.leaseId, withheld);
  await recordWithheldLeft(deps).catch((error: unknown) =>
    deps.logger.error('a withheld credential is not on record yet; it will be tried again', { error }),
  );
}

/** The last moment that a date in the log can name. */
const LATEST: Millis = Date.UTC(9999, 11, 31);

/** Whether what the other side says of its end can be gone by. */
export const isSoundEnd = (end: Millis | null, now: Millis): boolean =>
  end !== null && Number.isSafeInteger(end) && end > now && end <= LATEST;

/**
 * Puts on record what is withheld and could not be yet. Nothing is revoked before: if the broker ends first, the store says
 * either that the credential was issued, and then it works, or that nobody knows.
 */
export async function recordWithheldLeft(deps: IssueDeps): Promise<void> {
  const failures: unknown[] = [];
  for (const [leaseId, withheld] of deps.withheld) {
    try {
      await deps.store.commit((tx) => recordWithheld(deps, tx, withheld));
      deps.withheld.delete(leaseId);
    } catch (error) {
      // One that cannot be recorded does not keep the others alive.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** A stop goes on whatever the store says. */
export function recordWithheldAtStop(deps: IssueDeps): Promise<void> {
  return recordWithheldLeft(deps).catch((error: unknown) =>
    deps.logger.error('withheld credentials are not on record at stop', { error }),
  );
}

async function recordWithheld(deps: IssueDeps, tx: Transaction, withheld: Withheld): Promise<void> {
  const { granted, provider, credential, reason } = withheld;
  const { requestId, issuanceId, leaseId } = granted.grant;
  // Two may come to record the same one, and a commit that failed may have happened: it is one entry and one revocation.
  if (!(await tx.issuances.withhold(issuanceId, tx.now))) return;
  await tx.requests.setState(requestId, 'unknown', tx.now);
  // The commit that failed may have happened: then the lease is there, live, with a sealed copy of the answer.
  const lease = await tx.leases.find(leaseId);
  if (lease === undefined) await insertLease(deps, tx, { ...withheld, state: 'withheld' });
  else await tx.leases.withhold(leaseId);
  await tx.sealedAnswers.delete(requestId);
  // What its kind could revoke and this one cannot be is left to die: trying would fail until then.
  const canBe = provider.revoke !== undefined && (credential.revocation ?? 'immediate') === 'immediate';
  // Whatever ended it meanwhile, its time or an order, had it revoked.
  const isOpen = lease === undefined || lease.state === 'live';
  if (canBe && isOpen) await queueRevocation(deps, tx, leaseId);
  await deps.append(tx, {
    type: 'issuance.withheld',
    fields: { ...issuanceFields(granted), lease_id: leaseId, reason, ...endFields(withheld) },
  });
}
