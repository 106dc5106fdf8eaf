// Linking: the person of a session proves, at another provider, that an identity there is theirs too. From then on both are one
// principal, on record, and for good: whoever could undo it could approve their own request as somebody else (P4).
import { BrokerError } from '../errors.ts';
import type { Append } from '../log/append.ts';
import type { NamedIdentity } from '../store/principals.ts';
import type { Transaction } from '../store/store.ts';
import { type Arrival, identityOf, notAPerson, proofsOf } from './arrivals.ts';
import { hashToken } from './proofs.ts';
import { carryReset } from './reset-state.ts';
import { newToken, type SessionDeps, signInRequired } from './sessions.ts';

export interface LinkingDeps extends SessionDeps {
  readonly append: Append;
}

/**
 * @returns the token of the session from now on: it speaks for more than before
 * @throws BrokerError SIGN_IN_REFUSED where the identity is no person's, or somebody is suspended
 */
export async function linkTo(deps: LinkingDeps, arrival: Arrival, sessionId: string): Promise<string> {
  const { provider, proven } = arrival;
  const token = newToken(deps.entropy);
  await deps.store.commit(async (tx) => {
    const row = await tx.sessions.byId(sessionId);
    if (row === undefined) throw signInRequired();
    await join(deps, tx, { principal: await tx.principals.resolve(row.principal_id), identity: identityOf(arrival) });
    const kept = deps.sealer.keep(proven, { sessionId, provider: provider.name, now: tx.now });
    const proofs = { ...(await proofsOf(tx, sessionId)), [provider.name]: kept };
    await tx.sessions.saveProofs(sessionId, JSON.stringify(proofs));
    await tx.sessions.rotate(sessionId, hashToken(token));
  });
  return token;
}

interface Joining {
  readonly principal: string;
  readonly identity: NamedIdentity;
}

async function join(deps: LinkingDeps, tx: Transaction, { principal, identity }: Joining): Promise<void> {
  const other = await tx.principals.find(identity);
  if (other === principal) return tx.principals.rename(identity);
  for (const one of [principal, ...(other === undefined ? [] : [other])]) await refuseSuspended(tx, one);
  if (other === undefined) await tx.principals.link(identity, principal);
  else await absorb(deps, tx, { from: other, into: principal });
  await tx.principals.rename(identity);
  await deps.append(tx, {
    type: 'identity.linked',
    fields: {
      principal,
      provider: identity.provider,
      ...(other === undefined ? {} : { merged_principal: other }),
    },
    personal: { identity: identity.providerId, identity_name: identity.name },
  });
}

/** What was said of the one stays said under its own id; who that is now, `resolve` knows. */
async function absorb(
  { append }: LinkingDeps,
  tx: Transaction,
  { from, into }: { from: string; into: string },
): Promise<void> {
  if ((await tx.principals.kindOf(from)) !== 'person') throw notAPerson();
  await tx.principals.merge(from, into);
  await carryReset(tx, { from, into });
  await tx.sessions.endAllOf(from);
  // Not carried over: whoever was tricked into linking somebody else's account must not get that person's passkey with it.
  for (const passkey_id of await tx.passkeys.removeAllOf(from))
    await append(tx, { type: 'passkey.removed', fields: { principal: from, passkey_id } });
}

/** A suspension names a principal; merged into another one it would end. */
async function refuseSuspended(tx: Transaction, principal: string): Promise<void> {
  const suspension = await tx.suspensions.hitting({ project: '', entitlement: '', requester: principal });
  if (suspension === undefined) return;
  throw new BrokerError('SIGN_IN_REFUSED', 'While somebody or everything is suspended, no identity is linked.');
}
