// What becomes of somebody whom a provider vouched for: a session of their own, or a step-up of the one they have.
import { newId } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { NamedIdentity } from '../store/principals.ts';
import type { Transaction } from '../store/store.ts';
import { hashToken, type Proofs, parseProofs } from './proofs.ts';
import type { Proven, SignInProvider } from './provider.ts';
import { type Begun, beginSession, newToken, type SessionDeps, signInRequired } from './sessions.ts';

export interface Arrival {
  readonly provider: SignInProvider;
  readonly proven: Proven;
}

export const identityOf = ({ provider, proven }: Arrival): NamedIdentity => ({
  provider: provider.identityProvider,
  providerId: proven.providerId,
  name: proven.name.slice(0, LONGEST_NAME).toWellFormed(),
});

/** What a provider calls somebody is theirs to choose; it is kept for people to read. */
const LONGEST_NAME = 200;

/**
 * A new session; the one that the browser had ends with it, so that nobody can have planted it (session fixation, T32).
 * @param before token of the session that the browser had
 */
export async function signInAs(deps: SessionDeps, arrival: Arrival, before: string | undefined): Promise<Begun> {
  const { provider, proven } = arrival;
  return deps.store.commit(async (tx) => {
    const principal = await personOf(deps, tx, identityOf(arrival));
    const had = before === undefined ? undefined : await tx.sessions.find(hashToken(before));
    if (had !== undefined) await tx.sessions.end(had.id);
    return beginSession(deps, tx, { principal, provider: provider.name, proven });
  });
}

async function personOf({ entropy }: SessionDeps, tx: Transaction, identity: NamedIdentity): Promise<string> {
  const principal =
    (await tx.principals.find(identity)) ??
    (await tx.principals.create({ ...identity, kind: 'person', id: newId('prn', entropy, tx.now), at: tx.now }));
  // A job may have named this identity as its actor before: an App's account stays a program, whoever holds its keys.
  if ((await tx.principals.kindOf(principal)) !== 'person') throw notAPerson();
  await tx.principals.rename(identity);
  return principal;
}

export const notAPerson = (): BrokerError =>
  new BrokerError('SIGN_IN_REFUSED', 'This is an account of a program. Only people sign in here, and approve.');

/**
 * The provider of a session vouched anew for its person: the session gets another token, and what was said of teams is renewed.
 * @returns the token
 * @throws BrokerError SIGN_IN_REFUSED for somebody else, SIGN_IN_REQUIRED where the session is over
 */
export async function stepUpAt(deps: SessionDeps, { provider, proven }: Arrival, sessionId: string): Promise<string> {
  const token = newToken(deps.entropy);
  await deps.store.commit(async (tx) => {
    const proofs = await proofsOf(tx, sessionId);
    if (proofs[provider.name]?.id !== proven.providerId) throw anotherAccount(provider);
    const kept = deps.sealer.keep(proven, { sessionId, provider: provider.name, now: tx.now });
    await tx.sessions.saveProofs(sessionId, JSON.stringify({ ...proofs, [provider.name]: kept }));
    // Never later than now: a provider whose clock is ahead must not make a step-up last longer.
    const at = Math.min(proven.authenticatedAt ?? tx.now, tx.now);
    await tx.sessions.stepUp({ id: sessionId, tokenHash: hashToken(token), at, method: 'provider' });
  });
  return token;
}

export async function proofsOf(tx: Transaction, sessionId: string): Promise<Proofs> {
  const row = await tx.sessions.byId(sessionId);
  if (row === undefined) throw signInRequired();
  return parseProofs(row.proofs);
}

const anotherAccount = ({ title }: SignInProvider): BrokerError =>
  new BrokerError('SIGN_IN_REFUSED', `At ${title} you are signed in with another account than here.`);
