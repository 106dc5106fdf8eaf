// A credential that the other side issued and that nobody may get: put on record as withheld, and revoked through the outbox.
// Stored first, revoked afterwards: "revoked" is said only when the other side said so (P8), and a crash in between loses nothing.
import type { Credential } from '../model.ts';
import type { Transaction } from '../store/store.ts';
import type { IssueDeps, Issuing } from './issue.ts';
import { endFields, insertLease, issuanceFields, queueRevocation } from './steps.ts';

export type Withheld = Issuing & { readonly credential: Credential; readonly reason: string };

export async function withhold(deps: IssueDeps, withheld: Withheld): Promise<void> {
  // Until it is on record nobody gets it either: a commit that failed may have left it ready to be delivered again.
  deps.withheld.set(withheld.granted.grant.leaseId, withheld);
  await recordWithheldLeft(deps).catch((error: unknown) =>
    deps.logger.error('a withheld credential is not on record yet; it will be tried again', { error }),
  );
}

/**
 * Puts on record what is withheld and could not be yet. Nothing is revoked before: if the broker ends first, the store says
 * either that the credential was issued, and then it works, or that nobody knows.
 */
export async function recordWithheldLeft(deps: IssueDeps): Promise<void> {
  for (const [leaseId, withheld] of deps.withheld) {
    await deps.store.commit((tx) => recordWithheld(deps, tx, withheld));
    deps.withheld.delete(leaseId);
  }
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
  if ((await tx.leases.find(leaseId)) === undefined) await insertLease(deps, tx, { ...withheld, state: 'withheld' });
  else await tx.leases.withhold(leaseId);
  await tx.sealedAnswers.delete(requestId);
  // What its kind could revoke and this one cannot be is left to die: trying would fail until then.
  const canBe = provider.revoke !== undefined && (credential.revocation ?? 'immediate') === 'immediate';
  if (canBe) await queueRevocation(deps, tx, leaseId);
  await deps.append(tx, {
    type: 'issuance.withheld',
    fields: { ...issuanceFields(granted), lease_id: leaseId, reason, ...endFields(withheld) },
  });
}
