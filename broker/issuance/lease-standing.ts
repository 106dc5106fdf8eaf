// What is left of a lease and its credential, in one sentence that is true now: "revoked" only where the other side confirmed it
// (P8). Times of the credential are the other side's, which are the ones that count.
import type { LeaseSummary } from '../../shared/access-api.ts';
import { afterlifeOf } from '../../shared/afterlife.ts';
import { clockOf, dateOf } from '../../shared/time-words.ts';
import type { Millis } from '../clock.ts';
import { isoTime } from '../log/entry.ts';
import type { LeaseRow } from '../store/leases.ts';
import type { OutboxRow } from '../store/outbox.ts';
import { isoTimeOrNull } from './steps.ts';

type Standing = LeaseSummary['credential'];

/** `waiting`: its revocation that is still to be confirmed, where there is one. */
export function standingOf(lease: LeaseRow, waiting: OutboxRow | undefined, now: Millis): Standing {
  const { revocation, upstream_expires_at: dies, revoked_at: revoked } = lease;
  const facts = { dies_at: isoTimeOrNull(dies), revocation };
  if (revoked !== null)
    return { ...facts, standing: 'revoked', says: `revoked at ${at(revoked, now)}`, revoked_at: isoTime(revoked) };
  if (dies !== null && dies <= now)
    return { ...facts, standing: 'died', says: `died at ${at(dies, now)}${beyond(lease)}` };
  const end = dies === null ? 'never dies' : `dies at ${at(dies, now)}`;
  if (waiting !== undefined) return { ...facts, ...revoking(waiting, { end, now }) };
  return { ...facts, standing: dies === null ? 'never-dies' : 'usable', says: usable(lease, end, now) };
}

function revoking(
  { attempts, claimed_until: claimed, due_at: due }: OutboxRow,
  { end, now }: { end: string; now: Millis },
): Pick<Standing, 'standing' | 'says' | 'attempts' | 'next_attempt_at'> {
  // Claiming counts a try before it is made.
  const failed = claimed === null ? attempts : attempts - 1;
  if (failed <= 0) return { standing: 'being-revoked', says: `is being revoked; not confirmed yet, ${end}` };
  return {
    standing: 'revocation-failing',
    says: `could not be revoked yet (attempt ${failed}, next at ${at(due, now)}); ${end}`,
    attempts: failed,
    next_attempt_at: isoTime(due),
  };
}

/** What somebody may have traded it for meanwhile. */
function beyond({ kind }: LeaseRow): string {
  const afterlife = afterlifeOf(kind);
  return afterlife === undefined ? '' : `; ${afterlife}`;
}

function usable(lease: LeaseRow, end: string, now: Millis): string {
  const { state, revocation, ends_at: ends } = lease;
  if (revocation !== 'immediate') return `cannot be revoked: ${end}${beyond(lease)}`;
  if (state !== 'live') return end;
  return `can be revoked; ${ends === null ? end : `the lease ends at ${at(ends, now)}, ${end}`}`;
}

/** `14:40:52 UTC`, with the day where it is another. */
export const at = (moment: Millis, now: Millis): string =>
  `${clockOf(moment)} UTC${dateOf(moment) === dateOf(now) ? '' : ` on ${dateOf(moment)}`}`;
