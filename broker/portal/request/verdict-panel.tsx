// Your verdict, or why it is not yours to give, or what came of it. It names the binding that was on the screen when the form was
// opened: what changes underneath is shown, and has to be looked at, before anything can be sent.
import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { useTimes } from '../clock.ts';
import { useProposal } from '../data/proposals.ts';
import { useSession } from '../data/session.ts';
import { Icon } from '../parts/marks.tsx';
import { Person } from '../parts/person.tsx';
import { isNear, leftWords, Time } from '../parts/times.tsx';
import type { ApprovalOf } from './approval-of.ts';
import { ApprovalOutcome } from './approval-outcome.tsx';
import { ProposedVerdict, UselessProposal, uselessBecause } from './proposed-verdict.tsx';
import { type Confirming, RequestStepUp } from './request-step-up.tsx';
import { useVerdict, type Verdict } from './use-verdict.ts';
import { type FormProps, VerdictForm } from './verdict-form.tsx';
import { Withdraw } from './withdraw.tsx';

export interface PanelProps {
  readonly request: RequestDetail;
  readonly approval: ApprovalOf;
  /** Shows what the broker answered. */
  readonly onAnswer: (request: RequestDetail) => void;
  /** Asks for the request again. */
  readonly onChanged: () => Promise<void>;
}

export function VerdictPanel({ request, approval, onAnswer, onChanged }: PanelProps) {
  const seen = useRef(approval.binding);
  const [, reread] = useState(0);
  const verdict = useVerdict({ request, binding: seen.current, onAnswer, onChanged });
  const { may } = approval.you;
  const panel = useKeptFocus(may);
  const moved = approval.binding !== seen.current;
  return (
    <section class={may ? 'card panel' : 'card'} id="verdict-panel" aria-labelledby="verdict" ref={panel}>
      {approval.state === 'pending' && <Deadline request={request} approval={approval} />}
      {may && moved && (
        <Moved
          onLook={() => {
            seen.current = approval.binding;
            reread((count) => count + 1);
          }}
        />
      )}
      {may && !moved && verdict.stepUp === undefined && (
        <Deciding request={request} approval={approval} verdict={verdict} />
      )}
      {may && !moved && verdict.stepUp !== undefined && (
        <RequestStepUp request={request} confirming={confirmingOf(verdict)} />
      )}
      {!may && <ApprovalOutcome request={request} approval={approval} />}
      {request.yours && request.state === 'pending' && <Withdraw request={request} onAnswer={onAnswer} />}
    </section>
  );
}

/** What a terminal proposed comes first, and the form once that is put aside. */
function Deciding(props: FormProps) {
  const { request, approval, verdict } = props;
  const { me } = useSession();
  const times = useTimes();
  const { proposal, drop } = useProposal(request.id);
  if (proposal === undefined) return <VerdictForm {...props} />;
  const useless = uselessBecause(proposal, { principal: me.principal, binding: approval.binding, now: times.now });
  if (useless === undefined) return <ProposedVerdict {...{ request, proposal, verdict }} onDrop={drop} />;
  return (
    <>
      <UselessProposal because={useless} onDrop={drop} />
      <VerdictForm {...props} />
    </>
  );
}

function confirmingOf({ stepUp, send, back }: Verdict): Confirming {
  const { choice, words, methods } = stepUp ?? { choice: 'approve' as const, words: '', methods: [] };
  return { doing: choice, reason: words, methods, send: () => send(choice, words), back };
}

/** Where the form goes away under somebody's hands, the focus stays in its place. */
function useKeptFocus(may: boolean) {
  const panel = useRef<HTMLElement>(null);
  const inside = useRef(false);
  useEffect(() => {
    const note = (): void => {
      inside.current = panel.current?.contains(document.activeElement) ?? false;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);
  const before = useRef(may);
  useEffect(() => {
    if (before.current && !may && inside.current) document.getElementById('verdict')?.focus({ preventScroll: true });
    before.current = may;
  }, [may]);
  return panel;
}

function Deadline({ request, approval }: Pick<PanelProps, 'request' | 'approval'>) {
  const times = useTimes();
  const { expires_at: ends, by: teams, needed, verdicts } = approval;
  const [start, end] = [Date.parse(request.asked_at), Date.parse(ends)];
  const approved = verdicts.filter(({ verdict }) => verdict === 'approve');
  return (
    <div class="deadline">
      <p>
        <strong class={isNear(ends, times) ? 'near' : ''}>{leftWords(ends, times)}</strong>
        <span class="hint">
          until <Time at={ends} form="clock" />
        </span>
      </p>
      <progress max={end - start} value={Math.max(0, end - times.now)} aria-label="Time left to decide" />
      <p class="hint">
        {teams.length === 0 ? 'By break-glass alone' : `${approved.length} of ${needed} approved so far`}
        {approved.map(({ by, entry }, index) => (
          <Fragment key={entry}>
            {index === 0 ? ': ' : ', '}
            <Person name={by.name ?? 'somebody'} />
          </Fragment>
        ))}
      </p>
    </div>
  );
}

function Moved({ onLook }: { readonly onLook: () => void }) {
  return (
    <div class="panel-body">
      <h2 id="verdict" tabIndex={-1}>
        What is asked has changed
      </h2>
      <div class="note waiting" role="alert">
        <Icon name="warning" />
        <p>It is another request than the one you were reading. What you typed is kept.</p>
      </div>
      <button type="button" class="button" onClick={onLook}>
        I have read it again
      </button>
    </div>
  );
}
