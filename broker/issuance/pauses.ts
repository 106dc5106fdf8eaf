// The kill switch. One person of security, or the operator at the machine, pauses everything, a project, an entitlement or a person:
// from that commit on nothing is issued for it, and who has one of the sessions of that person has none any more. To resume needs
// two: one proposes and another confirms within an hour. An operator alone may, where nobody can sign in; the log says so then.
import { type Millis, newId } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { isoTime } from '../log/entry.ts';
import type { Transaction } from '../store/store.ts';
import type { PauseScope, SuspensionRow } from '../store/suspensions.ts';
import { hasTarget, refuseUnknownPrincipal } from './known-target.ts';
import { isSame, type OrderedBy, orderedBy, orderedPersonal, principalOf } from './ordered-by.ts';
import { type OrderDeps, type Ordered, projectOf, recordOrder, workedOff } from './revocation-orders.ts';

export interface Pausing {
  readonly scope: PauseScope;
  /** empty for everything */
  readonly target: string;
  readonly reason: string;
  readonly by: OrderedBy;
  /** what is live of it ends too, by an order of revocation in the same transaction */
  readonly revoke: boolean;
}

export interface Paused {
  readonly row: SuspensionRow;
  /** its place in the log */
  readonly entry: number;
  /** of the person, that were ended; undefined where it is no person */
  readonly sessions: number | undefined;
  readonly revocation: Ordered | undefined;
}

/** @throws BrokerError NOT_FOUND where there is no such thing to pause: nothing is changed then */
export async function pause(deps: OrderDeps, pausing: Pausing): Promise<Paused> {
  const { scope, target } = pausing;
  const paused = await deps.store.commit((tx) => pauseOn(deps, tx, pausing));
  deps.logger.warn('issuing was paused', { pause_id: paused.row.id, scope, target });
  if (paused.revocation === undefined) return paused;
  return { ...paused, revocation: await workedOff(deps, paused.revocation) };
}

async function pauseOn(deps: OrderDeps, tx: Transaction, pausing: Pausing): Promise<Paused> {
  const { scope, target, reason, by, revoke } = pausing;
  await refuseUnknown(deps, tx, pausing);
  const id = newId('pau', deps.entropy, tx.now);
  const nobodyYet = { resume_by: null, resume_at: null, resume_reason: null };
  const row = { id, scope, target, reason, since: tx.now, paused_by: principalOf(by), ...nobodyYet };
  await tx.suspensions.insert(row);
  const sessions = scope === 'principal' ? await endSessions(tx, target) : undefined;
  const { index: entry } = await deps.append(tx, {
    type: 'access.paused',
    fields: {
      ...{ pause_id: id, scope, target, ...projectOf(pausing), ...orderedBy(by) },
      sessions,
    },
    personal: orderedPersonal(by, reason),
  });
  const revocation = revoke ? await recordOrder(deps, tx, { ...pausing, pauseId: id }) : undefined;
  return { row, entry, sessions, revocation };
}

/** Whoever stole a cookie or the file of a command line cannot begin anew, as the person themselves can, whom their provider knows. */
const endSessions = async (tx: Transaction, principal: string): Promise<number> =>
  tx.sessions.endAllOf(await tx.principals.resolve(principal));

async function refuseUnknown({ policies }: OrderDeps, tx: Transaction, { scope, target }: Pausing): Promise<void> {
  if (scope === 'principal') await refuseUnknownPrincipal(tx, target);
  if (!(await hasTarget(policies, tx, { scope, target })))
    throw new BrokerError(
      'NOT_FOUND',
      `The policies in force have no ${scope} "${target}", so there is nothing to pause: compare the name with \`policy show\`.`,
    );
}

export interface Resuming {
  readonly id: string;
  readonly reason: string;
  readonly by: OrderedBy;
  /** nobody can sign in here, so that an operator has nobody to ask */
  readonly nobodyElse: boolean;
}

/** `resumed`: it goes on; otherwise a second person must confirm before `endsAt`. `entry` is its place in the log. */
export type Resumed = { readonly row: SuspensionRow; readonly entry: number } & (
  | { readonly outcome: 'resumed'; readonly alone: boolean }
  | { readonly outcome: 'proposed'; readonly endsAt: Millis }
);

const CONFIRMED_WITHIN: Millis = 3_600_000;

/** Until when a second person may confirm; undefined where nobody proposed, or it is over. */
export function proposalEnd({ resume_at: at }: SuspensionRow, now: Millis): Millis | undefined {
  return at !== null && now < at + CONFIRMED_WITHIN ? at + CONFIRMED_WITHIN : undefined;
}

/** @throws BrokerError NOT_FOUND, or SECOND_PERSON_NEEDED where the same one would decide alone */
export async function resume(deps: OrderDeps, resuming: Resuming): Promise<Resumed> {
  const resumed = await deps.store.commit((tx) => resumeOn(deps, tx, resuming));
  const { id, scope, target } = resumed.row;
  if (resumed.outcome === 'resumed') deps.logger.warn('issuing was resumed', { pause_id: id, scope, target });
  return resumed;
}

async function resumeOn(deps: OrderDeps, tx: Transaction, resuming: Resuming): Promise<Resumed> {
  const { id, by, nobodyElse } = resuming;
  const row = await tx.suspensions.find(id);
  if (row === undefined) throw gone(id);
  if (by.kind === 'security' && row.scope === 'principal' && (await isSame(tx, row.target, by.principal)))
    throw second('What is paused is your own access: two other people of security have to resume it.');
  const proposed = proposalEnd(row, tx.now) !== undefined;
  const isSecond = proposed && !(await isSame(tx, row.resume_by, principalOf(by)));
  const alone = !isSecond && nobodyElse && by.kind === 'operator';
  if (isSecond || alone) return lift(deps, tx, { resuming, row, alone });
  if (proposed)
    throw second(
      by.kind === 'operator'
        ? 'An operator at the machine proposed this already: a person of security, who is signed in, has to confirm.'
        : 'You proposed this yourself: another person of security, or an operator at the machine, has to confirm.',
    );
  return propose(deps, tx, { resuming, row });
}

const gone = (id: string): BrokerError =>
  new BrokerError('NOT_FOUND', `There is no pause "${id}", or not any more: \`leases list\` says what is paused.`);

const second = (message: string): BrokerError => new BrokerError('SECOND_PERSON_NEEDED', message);

interface OnPause {
  readonly resuming: Resuming;
  readonly row: SuspensionRow;
}

async function propose(deps: OrderDeps, tx: Transaction, { resuming, row }: OnPause): Promise<Resumed> {
  const { id, scope, target } = row;
  const { by, reason } = resuming;
  const proposal = { id, by: principalOf(by), at: tx.now, reason, instead: row.resume_at };
  if (!(await tx.suspensions.propose(proposal))) throw gone(id);
  const endsAt = tx.now + CONFIRMED_WITHIN;
  const { index: entry } = await deps.append(tx, {
    type: 'access.resume_proposed',
    fields: { pause_id: id, scope, target, ...projectOf(row), ends_at: isoTime(endsAt), ...orderedBy(by) },
    personal: orderedPersonal(by, reason),
  });
  const proposed = { resume_by: proposal.by, resume_at: proposal.at, resume_reason: reason };
  return { outcome: 'proposed', row: { ...row, ...proposed }, entry, endsAt };
}

async function lift(
  deps: OrderDeps,
  tx: Transaction,
  { resuming, row, alone }: OnPause & { alone: boolean },
): Promise<Resumed> {
  const { id, scope, target } = row;
  const { by, reason } = resuming;
  if (!(await tx.suspensions.lift(id, row.resume_at))) throw gone(id);
  const { index: entry } = await deps.append(tx, {
    type: 'access.resumed',
    fields: { pause_id: id, scope, target, ...projectOf(row), alone, ...orderedBy(by) },
    personal: orderedPersonal(by, reason),
  });
  return { outcome: 'resumed', row, entry, alone };
}
