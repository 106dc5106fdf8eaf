// The history of a request from its log entries, in plain words: what happened, when, who did it, and where it is on record.
import type { RequestDetail } from '../../shared/people-api.ts';
import { clockOf } from '../../shared/time-words.ts';
import type { EntryType } from '../log/entry.ts';
import type { LogEntryRow } from '../store/schema.ts';
import type { Transaction } from '../store/store.ts';

type Timeline = RequestDetail['timeline'];

export async function timelineOf(tx: Transaction, requestId: string): Promise<Timeline> {
  const approval = await tx.approvals.ofRequest(requestId);
  const own = await tx.log.entriesOfRequest(requestId);
  // An approval that other jobs of the run share is told under the first of them.
  const shared =
    approval === undefined || approval.request_id === requestId
      ? []
      : await tx.log.entriesOfRequest(approval.request_id);
  const entries = [...own, ...shared.filter(({ type }) => /^(approval|break-glass)\./.test(type))];
  const lines: Timeline = [];
  for (const entry of entries.toSorted((a, b) => a.entry_index - b.entry_index)) lines.push(await lineOf(tx, entry));
  return lines;
}

async function lineOf(tx: Transaction, { entry_index: entry, type, leaf }: LogEntryRow): Promise<Timeline[number]> {
  const fields = JSON.parse(leaf) as Fields;
  const personal = await tx.log.personalOf({ start: entry, end: entry + 1 });
  const who = personal.find(({ field }) => field === NAMES[type])?.value;
  return {
    at: fields.time,
    type,
    what: WORDS[type as EntryType]?.(fields) ?? type,
    entry,
    ...(who === undefined ? {} : { who }),
  };
}

/** Which personal field names who did it. */
const NAMES: Readonly<Record<string, string>> = {
  'request.pending': 'requester_name',
  'request.decided': 'requester_name',
  'approval.verdict': 'approver_name',
  'break-glass.invoked': 'invoker_name',
};

interface Fields {
  readonly time: string;
  readonly decision?: string;
  readonly needed?: number;
  readonly by?: string | readonly string[];
  readonly verdict?: string;
  readonly self?: boolean;
  readonly approval?: string;
  readonly because?: string;
  readonly approvals?: readonly string[];
  readonly assurance?: string;
  readonly reason?: string;
  readonly break_glass?: readonly string[];
  readonly number?: number;
  readonly notify?: readonly string[];
  readonly invocation_id?: string;
  readonly may_live_until?: string | null;
  readonly renews?: string;
  readonly session_ends_at?: string;
}

const WORDS: Readonly<Partial<Record<EntryType, (fields: Fields) => string>>> = {
  'request.pending': asked,
  'request.decided': ({ decision, approvals = [], invocation_id: invocation, renews, session_ends_at: ends }) => {
    if (decision !== 'permit') return 'Refused by the policy';
    if (renews !== undefined)
      return `Renewed: the same job had ${renews} first, and its session lasts until ${ends}; the policy still permits it`;
    if (invocation !== undefined) return 'Collected: the policy still permits it, and break-glass was invoked';
    return approvals.length === 0
      ? 'Permitted by the policy'
      : 'Collected: the policy still permits it, and it is approved';
  },
  'request.misused': () => 'Its secret was misused; nothing was answered',
  'request.withdrawn': ({ by }) => `Withdrawn by ${WITHDRAWERS[String(by)] ?? 'somebody'}`,
  'approval.verdict': ({ verdict, self, approval }) => {
    if (verdict === 'reject') return 'Rejected';
    return `${self === true ? 'Approved by who asked' : 'Approved'}${approval === 'pending' ? '; more must agree' : ''}`;
  },
  'break-glass.invoked': ({ number = 1, notify = [], self }) =>
    `Break-glass${self === true ? ' by who asked' : ''}${number > 1 ? `, time ${number} in this incident` : ''}; ${notify.join(' and ')} told`,
  'approval.expired': () => 'Nobody decided in time',
  'approval.void': ({ because }) => `Void: ${because}`,
  'issuance.started': () => 'The credential is being made',
  'issuance.succeeded': ({ assurance }) => `Issued (${assurance})`,
  'issuance.failed': ({ reason }) => `Not issued: ${reason}`,
  'issuance.unknown': ({ reason, may_live_until: until }) =>
    `Outcome unknown: ${reason}${typeof until === 'string' ? `; if it was made, it has died by ${clockOf(Date.parse(until))} UTC` : ''}`,
  'issuance.withheld': ({ reason }) => `Withheld: ${reason}`,
  'issuance.redelivered': () => 'The same answer given again to the same job',
  'lease.returned': ({ by }) => (by === 'token' ? 'Ended by somebody who showed it' : 'Given back by the job'),
  'lease.expired': () => 'Ended by itself',
  'lease.ended': ({ because }) => ENDED_BECAUSE[String(because)] ?? 'Ended before its time',
  'grant.ended': ({ because }) =>
    because === 'job-ended'
      ? 'Ended while it was issued, because its job is over'
      : 'Ended while it was issued, by an order of security',
  'lease.died': () => 'Died by itself; nobody confirmed that it was revoked',
  'lease.revoked': () => 'Revoked',
  'lease.revocation_failed': () => 'Could not be revoked yet; it is tried again',
};

function asked({ needed, by, break_glass: invokers = [] }: Fields): string {
  const approvers = [by ?? []].flat();
  const ways = [
    ...(approvers.length === 0 ? [] : [`${needed} of ${approvers.join(' or ')} must approve`]),
    ...(invokers.length === 0 ? [] : [`one of ${invokers.join(' or ')} may invoke break-glass`]),
  ];
  return `Asked; ${ways.join(', or ')}`;
}

const ENDED_BECAUSE: Readonly<Record<string, string>> = {
  'revocation-ordered': 'Ended by an order of security',
  'job-ended': 'Ended, because its job is over',
  'key-compromised': 'Ended: the key that signed it leaked. It may be used until it dies by itself',
};

const WITHDRAWERS: Readonly<Record<string, string>> = {
  job: 'the job',
  requester: 'who asked',
  'newer-request': 'the same job, which asked again',
};
