// Passkeys of a person who lost the last of them: two others agree within an hour, people of security or one of them and the operator
// at the machine. Then all passkeys of that person are removed and all sessions ended, and whoever signs in anew as that person has
// an hour to register one. Nobody is one of the two for themselves, by whichever of their accounts (docs/decisions/0030).
import type { Entropy, Millis } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { isSame, type OrderedBy, orderedBy, orderedPersonal, principalOf } from '../issuance/ordered-by.ts';
import type { Append } from '../log/append.ts';
import { isoTime } from '../log/entry.ts';
import { type NoticeDeps, queueNotice } from '../notify/queue-notice.ts';
import type { PasskeyRow } from '../store/passkeys.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { keepReset, readReset } from './reset-state.ts';

export interface ResetDeps extends NoticeDeps {
  readonly store: Store;
  readonly append: Append;
  readonly entropy: Entropy;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface Resetting {
  /** the principal who lost their passkeys */
  readonly target: string;
  readonly reason: string;
  readonly by: OrderedBy;
}

/** `proposed`: a second person must confirm before `endsAt`; `reset`: a passkey must be registered before it. */
export interface Reset {
  readonly outcome: 'proposed' | 'reset';
  readonly target: string;
  readonly passkeys: number;
  readonly sessions: number;
  readonly endsAt: Millis;
}

const WITHIN: Millis = 3_600_000;

/** @throws BrokerError NOT_FOUND where there is nothing to reset, SECOND_PERSON_NEEDED where one would do it alone */
export async function resetPasskeys(deps: ResetDeps, resetting: Resetting): Promise<Reset> {
  const reset = await deps.store.commit((tx) => resetOn(deps, tx, resetting));
  if (reset.outcome === 'reset') deps.logger.warn('the passkeys of a person were reset', { target: reset.target });
  return reset;
}

async function resetOn(deps: ResetDeps, tx: Transaction, asked: Resetting): Promise<Reset> {
  const { by } = asked;
  const target = await tx.principals.resolve(asked.target);
  const passkeys = await tx.passkeys.of(target);
  const { proposed, registerBy } = await readReset(tx, target);
  await refuseNothing(tx, target, { isKnown: passkeys.length > 0 || registerBy !== undefined });
  if (by.kind === 'security' && (await isSame(tx, target, by.principal)))
    throw second('These are your own passkeys: two others have to reset them.');
  const stands = proposed !== undefined && tx.now < proposed.at + WITHIN && !usedSince(passkeys, proposed.at);
  if (!stands) return propose(deps, tx, { ...asked, target, passkeys });
  if (!(await isSame(tx, proposed.by, principalOf(by)))) return remove(deps, tx, { ...asked, target, passkeys });
  throw second(
    by.kind === 'operator'
      ? 'An operator at the machine proposed this already: a person of security, who is signed in, has to confirm.'
      : 'You proposed this yourself: another person of security, or an operator at the machine, has to confirm.',
  );
}

/** Whoever used one since then has it: what was proposed was about another state of things. */
const usedSince = (passkeys: readonly PasskeyRow[], then: Millis): boolean =>
  passkeys.some(({ created_at: created, used_at: used }) => Math.max(created, used ?? 0) > then);

async function refuseNothing(tx: Transaction, target: string, { isKnown }: { isKnown: boolean }): Promise<void> {
  if ((await tx.principals.kindOf(target)) !== 'person')
    throw new BrokerError(
      'NOT_FOUND',
      `There is no person "${target}" here: their own page, /me, says which principal they are.`,
    );
  if (!isKnown)
    throw new BrokerError(
      'NOT_FOUND',
      `${target} has no passkey here, so there is nothing to reset: they register one within five minutes of a sign-in.`,
    );
}

const second = (message: string): BrokerError => new BrokerError('SECOND_PERSON_NEEDED', message);

type Doing = Resetting & { readonly passkeys: readonly PasskeyRow[] };

async function propose(deps: ResetDeps, tx: Transaction, doing: Doing): Promise<Reset> {
  const { target, by, reason, passkeys } = doing;
  const endsAt = tx.now + WITHIN;
  await keepReset(tx, target, { ...(await readReset(tx, target)), proposed: { by: principalOf(by), at: tx.now } });
  await deps.append(tx, {
    type: 'passkey.reset_proposed',
    fields: { target, ends_at: isoTime(endsAt), ...orderedBy(by) },
    personal: orderedPersonal(by, reason),
  });
  await tell(deps, tx, { ...doing, stage: 'proposed', until: endsAt });
  return { outcome: 'proposed', target, passkeys: passkeys.length, sessions: 0, endsAt };
}

/** Sessions too: whoever found one lying open must not be the one who registers. */
async function remove(deps: ResetDeps, tx: Transaction, doing: Doing): Promise<Reset> {
  const { target, by, reason } = doing;
  const endsAt = tx.now + WITHIN;
  const removed = await tx.passkeys.removeAllOf(target);
  const sessions = await tx.sessions.endAllOf(target);
  await keepReset(tx, target, { registerBy: endsAt });
  await deps.append(tx, {
    type: 'passkey.reset',
    fields: { target, passkeys: [...removed].sort(), sessions, register_by: isoTime(endsAt), ...orderedBy(by) },
    personal: orderedPersonal(by, reason),
  });
  await tell(deps, tx, { ...doing, stage: 'reset', until: endsAt });
  return { outcome: 'reset', target, passkeys: removed.length, sessions, endsAt };
}

interface Telling extends Resetting {
  readonly stage: 'proposed' | 'reset';
  readonly until: Millis;
}

/** Everybody on the channels, so that whoever did not lose a passkey finds out that somebody says so. */
async function tell(deps: ResetDeps, tx: Transaction, { target, by, reason, stage, until }: Telling): Promise<void> {
  const person = await nameOf(tx, target);
  const who = by.kind === 'operator' ? null : by.name;
  const fields = { stage, principal: target, person, by: who, reason, until: isoTime(until) };
  await queueNotice(deps, tx, { kind: 'passkeys.reset', fields });
}

const nameOf = async (tx: Transaction, principal: string): Promise<string> =>
  (await tx.principals.identitiesOf(principal)).map(({ name }) => name).join(', ');
