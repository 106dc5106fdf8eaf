// How far a reset of somebody's passkeys has come: who proposed it and when, and until when a new passkey may be registered. Kept
// beside the principal; the log has the same in its entries.
import type { Millis } from '../clock.ts';
import { isoTime } from '../log/entry.ts';
import { type NoticeDeps, queueNotice } from '../notify/queue-notice.ts';
import type { Transaction } from '../store/store.ts';
import { refused } from './passkey-checks.ts';
import type { LiveSession } from './sessions.ts';

export interface ResetState {
  /** null for the operator at the machine */
  readonly proposed?: { readonly by: string | null; readonly at: Millis };
  /** the passkeys were removed, and a new one may be registered until then */
  readonly registerBy?: Millis;
}

type Kept = Pick<Transaction, 'meta'>;

const keyOf = (principal: string): string => `passkey reset of ${principal}`;

export async function readReset({ meta }: Kept, principal: string): Promise<ResetState> {
  return JSON.parse((await meta.get(keyOf(principal))) ?? '{}') as ResetState;
}

export const keepReset = ({ meta }: Kept, principal: string, state: ResetState): Promise<void> =>
  meta.set(keyOf(principal), JSON.stringify(state));

/**
 * After a reset a first passkey takes two more people again once its time is over: nobody who gets at the sign-in account months
 * later finds the door open.
 * @throws BrokerError PASSKEY_REFUSED
 */
export async function refuseLate(tx: Transaction, principal: string): Promise<void> {
  const { registerBy } = await readReset(tx, principal);
  if (registerBy !== undefined && tx.now >= registerBy)
    throw refused(
      `Your passkeys were reset, and the time to register a new one ended at ${isoTime(registerBy)}: have two people of security reset them again.`,
    );
}

/** Ends it with the passkey that was registered, and says so on the channels. True where there was one. */
export async function endReset(
  deps: NoticeDeps,
  tx: Transaction,
  { principal, name: person }: Pick<LiveSession, 'principal' | 'name'>,
): Promise<boolean> {
  const { registerBy } = await readReset(tx, principal);
  if (registerBy === undefined) return false;
  await keepReset(tx, principal, {});
  const fields = { principal, person, by: null, reason: null, until: null };
  await queueNotice(deps, tx, { kind: 'passkeys.reset', fields: { ...fields, stage: 'registered' } });
  return true;
}

/** One person from now on: joining an account does not open what its own reset had shut. */
export async function carryReset(tx: Transaction, { from, into }: { from: string; into: string }): Promise<void> {
  const { registerBy } = await readReset(tx, from);
  if (registerBy !== undefined && (await tx.passkeys.of(into)).length === 0) await keepReset(tx, into, { registerBy });
}
