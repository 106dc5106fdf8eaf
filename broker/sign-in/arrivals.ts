// What becomes of somebody whom a provider vouched for: a session of their own, or a step-up of the one they have.
import { newId } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { NamedIdentity } from '../store/principals.ts';
import type { Transaction } from '../store/store.ts';
import { hashToken } from './proofs.ts';
import type { Proven, SignInProvider } from './provider.ts';
import { type Begun, beginSession, newToken, type SessionDeps } from './sessions.ts';

export interface Arrival {
  readonly provider: SignInProvider;
  readonly proven: Proven;
}

const identityOf = ({ provider, proven }: Arrival): NamedIdentity => ({
  provider: provider.identityProvider,
  providerId: proven.providerId,
  name: proven.name,
});

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

const notAPerson = (): BrokerError =>
  new BrokerError('SIGN_IN_REFUSED', 'This is an account of a program. Only people sign in here, and approve.');

/**
 * Notes that the person of a session has just proven anew who they are. The session gets another token.
 * @returns the token
 */
export async function stepUp(
  { entropy, store }: Pick<SessionDeps, 'entropy' | 'store'>,
  { sessionId, method }: { sessionId: string; method: 'passkey' | 'provider' },
): Promise<string> {
  const token = newToken(entropy);
  await store.commit((tx) => tx.sessions.stepUp({ id: sessionId, tokenHash: hashToken(token), at: tx.now, method }));
  return token;
}
