// Sessions: a random token in a cookie, its hash in a row. An hour without use ends one, twelve hours end every one, and its
// token changes whenever its rights grow, so that a token from before is worth nothing afterwards (T32).
import { type Entropy, type Millis, newId } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import type { SignedIn } from '../model.ts';
import type { InForce } from '../policy/in-force-source.ts';
import type { SessionRow } from '../store/schema.ts';
import type { Store, Transaction } from '../store/store.ts';
import { hashToken, type ProofSealer, type Proofs, parseProofs } from './proofs.ts';
import type { Proven, SignInProvider } from './provider.ts';
import { namesOfTeams, type RoleTeams, rolesOf } from './teams.ts';

/** A session as `/v1/me` shows it. */
export interface LiveSession extends SignedIn {
  readonly provider: string;
  readonly startedAt: Millis;
  readonly idleEndsAt: Millis;
  readonly endsAt: Millis;
  readonly passkeys: number;
}

export interface SessionDeps {
  readonly store: Store;
  readonly entropy: Entropy;
  readonly policies: InForce;
  readonly providers: ReadonlyMap<string, SignInProvider>;
  readonly roles: RoleTeams;
  readonly sealer: ProofSealer;
}

const IDLE_MS: Millis = 3_600_000;
const LONGEST_MS: Millis = 12 * 3_600_000;
/** A session that is used is noted at most this often: reading a page must not cost a write. */
const NOTED_EVERY_MS: Millis = 60_000;
const TOKEN_BYTES = 32;

export const newToken = (entropy: Entropy): string => entropy.bytes(TOKEN_BYTES).toString('base64url');

export interface Begun {
  readonly token: string;
  readonly sessionId: string;
}

/** Starts a session for a person; runs in the unit that signs them in. */
export async function beginSession(
  deps: SessionDeps,
  tx: Transaction,
  { principal, provider, proven }: { principal: string; provider: string; proven: Proven },
): Promise<Begun> {
  const token = newToken(deps.entropy);
  const sessionId = newId('ses', deps.entropy);
  await tx.sessions.insert({
    token_hash: hashToken(token),
    id: sessionId,
    kind: 'browser',
    principal_id: principal,
    provider,
    proofs: JSON.stringify({ [provider]: deps.sealer.keep(proven, { sessionId, provider, now: tx.now }) }),
    started_at: tx.now,
    seen_at: tx.now,
    ends_at: tx.now + LONGEST_MS,
    stepped_up_at: null,
    step_up_method: null,
    challenge: null,
  });
  return { token, sessionId };
}

/**
 * The person whose session of this kind has this token; undefined where it is over, or never was. A token of the one kind is
 * nothing where the other is asked for: a command line's in a cookie would be a browser that nobody signed in.
 */
export async function findSession(
  deps: SessionDeps,
  token: string,
  kind: SessionRow['kind'],
): Promise<LiveSession | undefined> {
  const found = await deps.store.read(async (tx) => {
    const row = await tx.sessions.find(hashToken(token));
    return row?.kind !== kind || isOver(row, tx.now)
      ? undefined
      : { session: await describe(deps, tx, row), note: tx.now - row.seen_at > NOTED_EVERY_MS };
  });
  if (found?.note === true) await deps.store.commit((tx) => tx.sessions.touch(found.session.sessionId, tx.now));
  return found?.session;
}

export const isOver = ({ kind, seen_at: seen, ends_at: ends }: SessionRow, now: Millis): boolean =>
  now >= ends || (kind === 'browser' && now - seen >= IDLE_MS);

/** Forgets sessions that are over; their tokens of providers go with them. */
export const forgetSessions = (tx: Transaction): Promise<number> =>
  tx.sessions.forget({ endedBefore: tx.now, idleSince: tx.now - IDLE_MS });

export async function describe(deps: SessionDeps, tx: Transaction, row: SessionRow): Promise<LiveSession> {
  const principal = await tx.principals.resolve(row.principal_id);
  const proofs = parseProofs(row.proofs);
  const identities = await tx.principals.identitiesOf(principal);
  const teams = new Set(await teamNames(deps, tx, proofs));
  return {
    sessionId: row.id,
    principal,
    name: nameOf(deps, row, { proofs, identities }),
    identities,
    teams,
    roles: rolesOf(teams, deps.roles),
    steppedUpAt: row.stepped_up_at ?? undefined,
    stepUpMethod: row.step_up_method ?? undefined,
    provider: row.provider,
    startedAt: row.started_at,
    idleEndsAt: Math.min(Math.max(row.seen_at, tx.now) + IDLE_MS, row.ends_at),
    endsAt: row.ends_at,
    passkeys: (await tx.passkeys.of(principal)).length,
  };
}

async function teamNames({ policies, providers }: SessionDeps, tx: Transaction, proofs: Proofs): Promise<string[]> {
  const { teams } = await policies(tx);
  return Object.entries(proofs).flatMap(([name, proof]) => {
    // A provider that the configuration no longer has vouches for nobody.
    const provider = providers.get(name);
    return provider === undefined ? [] : namesOfTeams(teams, provider, proof.teams);
  });
}

/** What the provider calls the person that the session began with. */
function nameOf(
  { providers }: SessionDeps,
  { provider, principal_id: principal }: SessionRow,
  { proofs, identities }: { proofs: Proofs; identities: SignedIn['identities'] },
): string {
  const at = providers.get(provider)?.identityProvider;
  const id = proofs[provider]?.id;
  return (identities.find((one) => one.provider === at && one.providerId === id) ?? identities[0])?.name ?? principal;
}

export const signInRequired = (): BrokerError =>
  new BrokerError('SIGN_IN_REQUIRED', 'Nobody is signed in here, or not any more. Sign in and try again.');
