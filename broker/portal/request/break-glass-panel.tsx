// Break-glass: in an emergency one member of the named team lets the job go on without approval. What it sets off is said before
// it is used, and who used it is on record at once.
import { useState } from 'preact/hooks';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { ask, type Problem } from '../data/ask.ts';
import { anyOf } from '../data/request-words.ts';
import { Icon } from '../parts/marks.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { PausedNote } from './paused-note.tsx';
import { type Confirming, RequestStepUp } from './request-step-up.tsx';
import { pathOf } from './use-verdict.ts';
import type { PanelProps } from './verdict-panel.tsx';

export function BreakGlassPanel({ request, approval, onAnswer, onChanged }: PanelProps) {
  const { break_glass: glass } = request;
  const invoking = useInvoking({ request, binding: approval.binding, onAnswer, onChanged });
  if (glass === undefined || approval.state !== 'pending') return null;
  return (
    <section class="card" aria-labelledby={invoking.methods === undefined ? 'break-glass' : 'verdict'}>
      {invoking.methods === undefined ? (
        <div class="panel-body">
          <h2 id="break-glass">Break-glass</h2>
          <p>
            For emergencies, by {anyOf(glass.for)}. The job goes on without approval, {anyOf(glass.notify)} are told at
            once, and it is shut after its incident until somebody else has reviewed it.
          </p>
          <PausedNote request={request} />
          {glass.may ? <InvokeForm invoking={invoking} /> : <p class="hint">{glass.why_not?.message}</p>}
        </div>
      ) : (
        <RequestStepUp request={request} confirming={invoking.confirming} />
      )}
    </section>
  );
}

interface Invoking {
  readonly reason: string;
  readonly setReason: (text: string) => void;
  readonly ticket: string;
  readonly setTicket: (text: string) => void;
  readonly lacks: boolean;
  readonly sending: boolean;
  readonly problem: Problem | undefined;
  /** ways to step up, once that is asked for */
  readonly methods: readonly string[] | undefined;
  readonly confirming: Confirming;
}

type Deps = Omit<PanelProps, 'approval'> & { readonly binding: string };

function useInvoking({ request, binding, onAnswer, onChanged }: Deps): Invoking {
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const [lacks, setLacks] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [methods, setMethods] = useState<readonly string[]>();
  const send = async (): Promise<void> => {
    const body = { reason: reason.trim(), ticket: ticket.trim(), binding };
    const isMissing = body.reason === '' || body.ticket === '';
    setLacks(isMissing);
    if (isMissing || sending) return;
    setSending(true);
    const answer = await ask<RequestDetail>(`${pathOf(request)}/break-glass`, { method: 'POST', body });
    setSending(false);
    setMethods(undefined);
    setProblem(undefined);
    if (answer.ok) onAnswer(answer.body);
    else if (answer.problem.code === 'STEP_UP_REQUIRED') setMethods(answer.problem.methods ?? []);
    else {
      setProblem(answer.problem);
      await onChanged();
    }
  };
  const confirming = {
    doing: 'break the glass for',
    reason,
    methods: methods ?? [],
    send,
    back: () => setMethods(undefined),
  };
  return { reason, setReason, ticket, setTicket, lacks, sending, problem, methods, confirming };
}

function InvokeForm({ invoking }: { readonly invoking: Invoking }) {
  const { reason, ticket, lacks, sending, problem, confirming } = invoking;
  return (
    <form onSubmit={(event) => event.preventDefault()} noValidate>
      <label for="glass-reason">What is the emergency?</label>
      <textarea
        id="glass-reason"
        rows={3}
        value={reason}
        onInput={(event) => invoking.setReason(event.currentTarget.value)}
        aria-describedby="glass-hint"
        required
      />
      <label for="glass-ticket">Ticket</label>
      <input
        id="glass-ticket"
        type="text"
        value={ticket}
        onInput={(event) => invoking.setTicket(event.currentTarget.value)}
        aria-describedby="glass-hint"
        required
      />
      {lacks ? (
        <p class="field-error" id="glass-hint" role="alert">
          <Icon name="warning" />
          Both are needed: whoever reviews it will ask for them.
        </p>
      ) : (
        <p class="hint" id="glass-hint">
          Both are required, and stay in the log under your name.
        </p>
      )}
      <button type="button" class="button tall" aria-disabled={sending} onClick={() => void confirming.send()}>
        {sending ? 'Breaking the glass…' : 'Break the glass'}
      </button>
      {problem !== undefined && <ProblemNote problem={problem} />}
    </form>
  );
}
