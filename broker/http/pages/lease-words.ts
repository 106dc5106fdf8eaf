// What is still alive of a lease, and who could end it. Says "revoked" only where an entry of the log says so, and gives each
// credential the end that the other side set, which is the one that counts (P8).
import { afterlifeOf } from '../../../shared/afterlife.ts';
import { clockOf, dateOf, span } from '../../../shared/time-words.ts';
import type { Millis } from '../../clock.ts';
import type { LeaseRow } from '../../store/leases.ts';
import { type Html, html } from './html.ts';
import type { LogEntry } from './log-entry.ts';
import type { State } from './states.ts';
import { time } from './times.ts';

export interface Life {
  readonly state: State;
  /** one or two whole sentences */
  readonly words: Html;
  /** answers "revocable?" */
  readonly revocable: Html;
  /** the end to come, where there is one */
  readonly dies: Millis | undefined;
  readonly over: boolean;
}

export function lifeOf(lease: LeaseRow, entries: readonly LogEntry[], now: Millis): Life {
  const dies = lease.upstream_expires_at;
  const revoked = lastRevocation(entries);
  if (revoked?.type === 'lease.revoked') return revokedAt(revoked.time, now);
  if (dies !== null && dies <= now) return diedAt(dies, lease, now);
  const until = {
    dies: dies ?? undefined,
    end: dies === null ? html`it never dies` : html`it dies at ${time(dies, now)}`,
  };
  if (lease.revocation !== 'immediate') return irrevocable(lease, until, now);
  if (revoked !== undefined) return unrevoked(until);
  return lease.state === 'live' ? revocable(lease, until, now) : beingRevoked(until);
}

interface Until {
  readonly dies: Millis | undefined;
  readonly end: Html;
}

const lastRevocation = (entries: readonly LogEntry[]): LogEntry | undefined =>
  entries.findLast(({ type }) => type === 'lease.revoked' || type === 'lease.revocation_failed');

const revokedAt = (at: Millis, now: Millis): Life => ({
  state: { name: 'revoked', word: 'Revoked' },
  words: html`It was revoked at ${time(at, now)}. Nothing of it lives now.`,
  revocable: html`It was, at ${time(at, now)}`,
  dies: undefined,
  over: true,
});

function diedAt(died: Millis, lease: LeaseRow, now: Millis): Life {
  const after = lease.state === 'returned' && lease.revocation !== 'immediate';
  return {
    state: { name: 'dies', word: `Died at ${clockWord(died, now)}` },
    words: html`${after && 'Nobody could revoke it. '}It died at ${time(died, now)}${restOf(lease)}`,
    revocable: html`${lease.revocation === 'immediate' ? 'It could, while it lived' : 'No, it died at its own end'}`,
    dies: undefined,
    over: true,
  };
}

/** What somebody may have traded it for meanwhile, as the end of a sentence. */
function beyond({ kind }: LeaseRow): Html {
  const afterlife = afterlifeOf(kind);
  return html`${afterlife !== undefined && html`; ${afterlife}`}`;
}

const restOf = (lease: LeaseRow): Html =>
  afterlifeOf(lease.kind) === undefined ? html`. Nothing of it lives now.` : html`${beyond(lease)}.`;

function irrevocable(lease: LeaseRow, { dies, end }: Until, now: Millis): Life {
  const usable =
    dies === undefined
      ? html`it stays usable, because ${end}`
      : html`it stays usable until it dies at ${time(dies, now)}`;
  return {
    state:
      dies === undefined
        ? { name: 'never', word: 'Never dies' }
        : { name: 'dies', word: `Dies at ${clockWord(dies, now)}` },
    words: html`Nobody can revoke it: ${lease.state === 'live' ? end : usable}${beyond(lease)}.`,
    revocable: html`No: ${end}`,
    dies,
    over: false,
  };
}

const unrevoked = ({ dies, end }: Until): Life => ({
  state: { name: 'failed', word: 'Could not be revoked' },
  words: html`It could not be revoked. The broker tries again; ${end}.`,
  revocable: html`It could not be so far; ${end}`,
  dies,
  over: false,
});

function revocable({ ends_at: end }: LeaseRow, until: Until, now: Millis): Life {
  const atEnd = end !== null && html` and at the end of the lease, ${time(end, now)}`;
  return {
    state: { name: 'revocable', word: 'Can be revoked' },
    words: html`The broker can revoke it, and does when the job gives it back${atEnd}.`,
    revocable: html`Yes; by itself ${until.end}`,
    dies: until.dies,
    over: false,
  };
}

const beingRevoked = ({ dies, end }: Until): Life => ({
  state: { name: 'running', word: 'Not yet revoked' },
  words: html`The lease is over, and the broker is about to revoke the credential. Until then it can be used; ${end}.`,
  revocable: html`Yes, and it is about to be`,
  dies,
  over: false,
});

/** For how long it was given, in whole seconds; undefined without an end. Its end is one, its start is not. */
export const lifetimeOf = ({ issued_at: start, ends_at: end }: LeaseRow): string | undefined =>
  end === null ? undefined : span(Math.ceil((end - start) / 1000) * 1000);

const clockWord = (at: Millis, now: Millis): string =>
  dateOf(at) === dateOf(now) ? clockOf(at) : `${clockOf(at)}, ${dateOf(at)}`;
