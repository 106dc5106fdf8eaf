// A notice in words: a title of names that our own files hold, lines of what the job and people said, and one link. Whatever came
// from outside is made inert here: a hidden character or a line break in it would let it say something else than it does.
import { inert } from '../../shared/invisible.ts';
import type { AskedFields, Notice } from './notice.ts';

export interface NoticeWords {
  readonly title: string;
  readonly lines: readonly (readonly [label: string, value: string])[];
  readonly link: string;
  /** what the link leads to */
  readonly opens: 'the request' | 'your account';
}

export function wordsOf(notice: Notice, brokerUrl: string): NoticeWords {
  const { title, lines } = said(notice);
  return {
    title,
    lines: lines.map(([label, value]) => [label, inert(value)] as const),
    link: pageOf(notice, brokerUrl),
    opens: 'request_id' in notice.fields ? 'the request' : 'your account',
  };
}

/** Where what it is about stands: the page of the request, or a person's own. */
export const pageOf = ({ fields }: Notice, brokerUrl: string): string =>
  'request_id' in fields ? `${brokerUrl}/requests/${fields.request_id}` : `${brokerUrl}/me`;

type Said = Pick<NoticeWords, 'title' | 'lines'>;

function said({ kind, fields }: Notice): Said {
  switch (kind) {
    case 'request.waiting':
      return {
        title: `${scopeOf(fields)} waits for approval`,
        lines: [
          ['What', `${fields.title}: ${fields.gives} (risk ${fields.risk})`],
          ...jobLines(fields),
          ['Who decides', waysOf(fields)],
          ['Until', spoken(fields.expires_at)],
        ],
      };
    case 'request.decided':
      return {
        title: `${scopeOf(fields)} was ${fields.decision}`,
        lines: [
          ...fields.verdicts.map(
            ({ verdict, name, reason }) =>
              [verdict === 'approve' ? 'Approved by' : 'Rejected by', withReason(name, reason)] as const,
          ),
          ...jobLines(fields),
        ],
      };
    case 'request.expired':
      return {
        title:
          fields.was === 'pending'
            ? `${scopeOf(fields)} expired: nobody decided in time`
            : `${scopeOf(fields)} expired: it was ${fields.was}, and not collected in time`,
        lines: jobLines(fields),
      };
    case 'break-glass.invoked':
      return {
        title: `BREAK-GLASS${fields.number > 1 ? `, ${fields.number} times in this incident` : ''}: ${scopeOf(fields)}`,
        lines: [
          ['Invoked by', `${fields.by}, of ${fields.team}`],
          ['Why', fields.because],
          ['Incident', fields.incident],
          ...jobLines(fields),
          ['To be told', fields.notify.join(' and ')],
          ['Shut from', `${spoken(fields.incident_ends_at)}, until somebody else has reviewed it`],
        ],
      };
    case 'passkeys.reset':
      return {
        title: RESET_TITLES[fields.stage],
        lines: [
          ['Whose', `${fields.person} (${fields.principal})`],
          ...(fields.stage === 'registered' ? [] : [['By', fields.by ?? 'the operator at the machine'] as const]),
          ...(fields.reason === null ? [] : [['Reason', fields.reason] as const]),
          ...(fields.until === null ? [] : [[RESET_UNTIL[fields.stage], spoken(fields.until)] as const]),
          ['If that is wrong', 'tell security at once: whoever still has a passkey stops a proposal by using it'],
        ],
      };
  }
}

const RESET_TITLES = {
  proposed: 'Removing all passkeys of a person is proposed',
  reset: 'All passkeys of a person were removed, and all their sessions ended',
  registered: 'A passkey was registered after a reset',
};
const RESET_UNTIL = { proposed: 'Confirmed by', reset: 'A new one by', registered: '' };

function waysOf({ needed, by, break_glass: invokers }: Extract<Notice, { kind: 'request.waiting' }>['fields']): string {
  return [
    ...(by.length === 0 ? [] : [`${needed} of ${by.join(' or ')}`]),
    ...(invokers.length === 0 ? [] : [`break-glass: 1 of ${invokers.join(' or ')}`]),
  ].join(', or ');
}

const scopeOf = ({ project, entitlement }: AskedFields): string => `${project}/${entitlement}`;

function jobLines(fields: AskedFields): NoticeWords['lines'] {
  const { repository, ref, sha, environment, event_name: event, workflow_ref: workflow, run_id: run } = fields;
  return [
    ['Asked by', `${fields.actor}, run ${run} of ${repository}`],
    ['Job', [`${ref} at ${sha.slice(0, 12)}`, event, ...(environment === null ? [] : [environment])].join(', ')],
    ['Workflow', workflow],
    ...(fields.reason === null ? [] : [['Reason', fields.reason] as const]),
    ...(fields.ticket === null ? [] : [['Ticket', fields.ticket] as const]),
    ...(fields.assisted_by === null ? [] : [['Assisted by', fields.assisted_by] as const]),
  ];
}

const withReason = (name: string | null, reason: string | null): string =>
  `${name ?? 'somebody'}${reason === null ? '' : `: ${reason}`}`;

/** `2026-11-23 09:30 UTC` */
const spoken = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
