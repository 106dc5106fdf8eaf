// The history of a request: one fact a step, with its moment, who did it, their words, and where it is on record.

import { grouped } from '../../../shared/number-words.ts';
import type { RequestDetail } from '../../../shared/people-api.ts';
import type { StateName } from '../../../shared/state-marks.ts';
import { span } from '../../../shared/time-words.ts';
import { type TimeView, useTimes } from '../clock.ts';
import { leaseState } from '../data/request-words.ts';
import { Card } from '../parts/card.tsx';
import { Dot } from '../parts/marks.tsx';
import { Person } from '../parts/person.tsx';
import { SaidBlock } from '../parts/said.tsx';
import { dayWords, secondsWords, wholeWords, zoneName } from '../parts/times.tsx';

type Step = RequestDetail['timeline'][number];

export function TimelineCard({ request }: { readonly request: RequestDetail }) {
  const { timeline, lease } = request;
  const times = useTimes();
  const first = timeline[0];
  const dies = lease?.dies_at;
  const lives = leaseState(request, times.now)?.name !== 'revoked' && dies != null && Date.parse(dies) > times.now;
  return (
    <Card
      id="happened"
      title="What happened"
      aside={first === undefined ? zoneName(times) : `${dayWords(Date.parse(first.at), times)}, ${zoneName(times)}`}
    >
      <ol class="rail">
        {timeline.map((step, index) => (
          <TimelineStep key={step.entry} step={step} before={timeline[index - 1]} request={request} />
        ))}
        {lives && <ToCome at={dies} times={times} />}
      </ol>
    </Card>
  );
}

interface StepProps {
  readonly step: Step;
  readonly before: Step | undefined;
  readonly request: RequestDetail;
}

function TimelineStep({ step, before, request }: StepProps) {
  const times = useTimes();
  const at = Date.parse(step.at);
  const verdict = request.approval?.verdicts.find(({ entry }) => entry === step.entry);
  return (
    <li id={`log-${step.entry}`}>
      <div class="when">
        <time dateTime={step.at} title={wholeWords(at, times)}>
          {secondsWords(at, times)}
        </time>{' '}
        <span class="hint age">{since(at, before, times)}</span>
      </div>
      <Dot name={markOf(step, verdict?.verdict)} />
      <div class="what">
        <span class="index">log {grouped(step.entry)}</span>
        <strong>{step.what}</strong>
        {step.who !== undefined && (
          <p>
            by <Person name={step.who} />
            {verdict !== undefined && (
              <span>
                {' '}
                for {verdict.team}
                {STEPPED_UP[verdict.step_up]}
              </span>
            )}
          </p>
        )}
        {verdict?.reason !== undefined && (
          <SaidBlock
            text={verdict.reason}
            caption={
              <>
                Reason, as written by <Person name={verdict.by.name ?? 'an approver'} />
              </>
            }
          />
        )}
      </div>
    </li>
  );
}

const STEPPED_UP = { none: '', passkey: ', with a passkey', provider: ', after signing in once more' } as const;

function ToCome({ at, times }: { readonly at: string; readonly times: TimeView }) {
  return (
    <li class="to-come">
      <div class="when">
        <time dateTime={at}>{secondsWords(Date.parse(at), times)}</time>{' '}
        <span class="hint age">in {span(Date.parse(at) - times.now, true)}</span>
      </div>
      <Dot name="dies" />
      <div class="what">
        <strong>The credential dies</strong>
      </div>
    </li>
  );
}

/** How long after the step before; another day is said by its date. */
function since(at: number, before: Step | undefined, times: TimeView): string {
  if (before === undefined) return 'asked';
  const earlier = Date.parse(before.at);
  if (dayWords(at, times) !== dayWords(earlier, times)) return dayWords(at, times);
  return at - earlier < 1000 ? 'at once' : `+${span(at - earlier)}`;
}

const MARKS: Readonly<Record<string, StateName>> = {
  'request.pending': 'waiting',
  'request.misused': 'refused',
  'request.withdrawn': 'withdrawn',
  'approval.expired': 'lapsed',
  'approval.void': 'lapsed',
  'issuance.started': 'running',
  'issuance.succeeded': 'issued',
  'issuance.failed': 'failed',
  'issuance.unknown': 'unknown',
  'issuance.withheld': 'failed',
  'issuance.redelivered': 'issued',
  'lease.returned': 'returned',
  'lease.expired': 'dies',
  'lease.ended': 'lapsed',
  'grant.ended': 'lapsed',
  'lease.died': 'dies',
  'lease.revoked': 'revoked',
  'lease.revocation_failed': 'failed',
};

function markOf({ type, what }: Step, verdict: 'approve' | 'reject' | undefined): StateName {
  if (type === 'approval.verdict') return verdict === 'reject' ? 'rejected' : 'approved';
  if (type === 'request.decided') return what.startsWith('Refused') ? 'refused' : 'permitted';
  return MARKS[type] ?? 'noted';
}
