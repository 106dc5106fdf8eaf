// What those who end access are answered: the same over HTTP and over the control socket, in figures for programs and in sentences
// that promise nothing that is not certain (P8).
import type {
  Pause,
  Paused as PausedAnswer,
  PauseList,
  Resumed as ResumedAnswer,
  Revocation,
} from '../../shared/access-api.ts';
import { isoTime } from '../log/entry.ts';
import type { RevocationRow } from '../store/revocations.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { SuspensionRow } from '../store/suspensions.ts';
import { at } from './lease-standing.ts';
import { type Paused, proposalEnd, type Resumed } from './pauses.ts';
import type { Ordered } from './revocation-orders.ts';
import { isoTimeOrNull } from './steps.ts';

type Reading = { readonly store: Store };

const count = (many: number, one: string, more = `${one}s`): string => `${many} ${many === 1 ? one : more}`;

/** `everything`, `the project shop` */
export const named = ({ scope, target }: { scope: string; target: string }): string =>
  scope === 'everything' ? scope : `the ${scope.replaceAll('-', ' ')} ${target}`;

/** Nothing where it is of everything: "nothing is issued for everything" could be read as "not for quite everything". */
const narrowedBy = (word: string, what: { scope: string; target: string }): string =>
  what.scope === 'everything' ? '' : `${word} ${named(what)}`;

export function revocationAnswer(ordered: Ordered, now: number, isPaused = false): Revocation {
  const { row, entry, revocable, dying, lastEnd, endless, underWay } = ordered;
  const { id, scope, target, leases, ended } = row;
  const finished = row.finished_at !== null;
  return {
    ...{ id, scope, target, leases, under_way: underWay, ended, finished, entry },
    credentials: {
      ...{
        to_be_revoked: revocable,
        die_by_themselves: dying,
        last_dies_at: isoTimeOrNull(lastEnd),
        never_die: endless,
      },
    },
    says: [
      liveThen(row),
      ...(finished ? [] : ['The others are being ended: they are on record, and a restart does not forget them.']),
      ...(revocable === 0
        ? []
        : [
            `${count(revocable, 'credential')} to be revoked at the other side: \`leases list\` says which are confirmed.`,
          ]),
      ...(lastEnd === null
        ? []
        : [
            `${count(dying, 'credential')} cannot be revoked, and ${dying === 1 ? 'dies' : 'die'} by ${at(lastEnd, now)}.`,
          ]),
      ...(endless === 0
        ? []
        : [
            `${count(endless, 'credential')} cannot be revoked and never ${endless === 1 ? 'dies' : 'die'}: change it at its source.`,
          ]),
      ...(underWay === 0
        ? []
        : [
            `${count(underWay, 'credential')} ${underWay === 1 ? 'was being made: it is' : 'were being made: they are'} handed to nobody, and revoked where that can be once ${underWay === 1 ? 'it is' : 'they are'} there.`,
          ]),
      isPaused ? 'New issuances are stopped by the pause.' : 'This stops no new issuance: `pause` does that.',
    ],
  };
}

function liveThen(row: RevocationRow): string {
  const { scope, target, leases, ended } = row;
  if (leases === 0)
    return scope === 'lease' ? `The lease ${target} is not live.` : `No lease${narrowedBy(' of', row)} is live.`;
  return `${count(leases, 'live lease')}${scope === 'lease' ? `, ${target}` : narrowedBy(' of', row)}; ${ended} ended.`;
}

export async function pausedAnswer({ store }: Reading, paused: Paused): Promise<PausedAnswer> {
  const { row, entry, sessions, revocation } = paused;
  return store.read(async (tx) => ({
    ...{ pause: await pauseAnswer(tx, row), entry },
    ...(revocation === undefined ? {} : { revocation: revocationAnswer(revocation, tx.now, true) }),
    says: [
      `Nothing is issued${narrowedBy(' for', row)} from now on.`,
      ...(sessions === undefined
        ? []
        : [
            `${count(sessions, 'session')} of theirs ended, in browsers and of command lines. They may sign in again while their provider lets them: block them there.`,
          ]),
      ...(revocation === undefined ? ['What was issued before still works: `revoke` ends it.'] : []),
      ...(await pausedBefore(tx, row)),
      `To go on: \`resume ${row.id} --reason "…"\`, which takes two wherever people can sign in.`,
    ],
  }));
}

/** Whoever pauses twice by mistake has two to resume. */
async function pausedBefore(tx: Transaction, { id, scope, target }: SuspensionRow): Promise<string[]> {
  const same = (await tx.suspensions.all()).filter((one) => one.scope === scope && one.target === target);
  const others = same.filter((one) => one.id !== id).map((one) => one.id);
  return others.length === 0 ? [] : [`It was paused already (${others.join(', ')}): each is resumed by itself.`];
}

export async function resumedAnswer({ store }: Reading, resumed: Resumed): Promise<ResumedAnswer> {
  const { row, entry, outcome } = resumed;
  return store.read(async (tx) => {
    const { pauses } = await pauseList(tx);
    const alone = resumed.outcome === 'resumed' && resumed.alone;
    const says =
      resumed.outcome === 'proposed'
        ? [`Still paused: a second person has to confirm by ${at(resumed.endsAt, tx.now)}.`]
        : [
            `That pause of ${named(row)} is over.`,
            ...(alone ? ['You resumed it alone, since nobody can sign in here. The log says so.'] : []),
            ...(pauses.length === 0 ? [] : [`${count(pauses.length, 'other pause')} in force.`]),
          ];
    return { outcome, alone, entry, pause: await pauseAnswer(tx, row), pauses, says };
  });
}

/** The newest first. */
export async function pauseList(tx: Transaction): Promise<PauseList> {
  const pauses: Pause[] = [];
  for (const row of await tx.suspensions.all()) pauses.push(await pauseAnswer(tx, row));
  return { now: isoTime(tx.now), pauses };
}

async function pauseAnswer(tx: Transaction, row: SuspensionRow): Promise<Pause> {
  const { id, scope, target, reason, since, resume_at: proposedAt } = row;
  const end = proposalEnd(row, tx.now);
  return {
    ...{ id, scope, target, reason, since: isoTime(since), paused_by: await whoIs(tx, row.paused_by) },
    ...(end === undefined || proposedAt === null
      ? {}
      : {
          resume: {
            by: await whoIs(tx, row.resume_by),
            at: isoTime(proposedAt),
            reason: row.resume_reason ?? '',
            ends_at: isoTime(end),
          },
        }),
  };
}

/** Nobody is the operator at the machine; a name is for people to read. */
async function whoIs(tx: Transaction, principal: string | null): Promise<Pause['paused_by']> {
  if (principal === null) return { operator: true };
  const [identity] = await tx.principals.identitiesOf(await tx.principals.resolve(principal));
  return { operator: false, principal, ...(identity === undefined ? {} : { name: identity.name }) };
}
