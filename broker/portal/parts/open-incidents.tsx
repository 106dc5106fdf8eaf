// The banner of break-glass incidents that nobody has reviewed yet: what was used, by whom and why, and the review, which opens it
// again. It stands until then, for everybody who may see the incident.
import { useState } from 'preact/hooks';
import type { BreakGlassIncident, BreakGlassIncidents } from '../../../shared/people-api.ts';
import { ask, type Problem } from '../data/ask.ts';
import { usePolled } from '../data/polled.ts';
import { plural } from '../data/request-words.ts';
import { requestAddress } from '../route.ts';
import { Link } from './link.tsx';
import { Icon } from './marks.tsx';
import { Person } from './person.tsx';
import { ProblemNote, Unread } from './problem-note.tsx';
import { SaidBlock } from './said.tsx';
import { Time } from './times.tsx';

const SECONDS = 15;

export function OpenIncidents() {
  const { body, problem, refresh } = usePolled<BreakGlassIncidents>('/v1/break-glass', SECONDS);
  const incidents = body?.incidents ?? [];
  // That there are none is not known either; while it loads nothing is said, since mostly there are none.
  if (body === undefined && problem !== undefined)
    return (
      <section class="block" aria-labelledby="incidents">
        <h2 id="incidents">Break-glass incidents to review</h2>
        <Unread problem={problem} refresh={refresh} />
      </section>
    );
  if (incidents.length === 0) return null;
  return (
    <section class="block" aria-labelledby="incidents">
      <h2 id="incidents">{plural(incidents.length, 'break-glass incident')} to review</h2>
      {incidents.map((incident) => (
        <Incident key={incident.id} incident={incident} onReviewed={refresh} />
      ))}
    </section>
  );
}

interface Props {
  readonly incident: BreakGlassIncident;
  readonly onReviewed: () => Promise<void>;
}

function Incident({ incident, onReviewed }: Props) {
  const { title, invocations, you, project, entitlement } = incident;
  return (
    <div class="note waiting">
      <Icon name="warning" />
      <div>
        <p>
          <strong>{title}</strong> (<code>{`${project}/${entitlement}`}</code>) was used{' '}
          {plural(invocations.length, 'time')} without approval.
        </p>
        {invocations.map(({ id, by, at, reason, request_id: request }) => (
          <div key={id}>
            <p>
              <Person name={by.name ?? 'somebody'} />, <Time at={at} />:{' '}
              <Link to={requestAddress(request)}>the request</Link>
            </p>
            {reason !== undefined && <SaidBlock text={reason} caption="As written then" />}
          </div>
        ))}
        {you.may_review ? (
          <Review incident={incident} onReviewed={onReviewed} />
        ) : (
          <p class="hint">{you.why_not?.message ?? 'Somebody who neither asked nor used it reviews it.'}</p>
        )}
      </div>
    </div>
  );
}

function Review({ incident, onReviewed }: Props) {
  const [reason, setReason] = useState('');
  const [lacks, setLacks] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const send = async (): Promise<void> => {
    setLacks(reason.trim() === '');
    if (reason.trim() === '') return;
    const body = { reason: reason.trim(), invocations: incident.invocations.length };
    const path = `/v1/break-glass/${incident.project}/${incident.entitlement}/review`;
    const answer = await ask<unknown>(path, { method: 'POST', body });
    if (answer.ok) await onReviewed();
    else setProblem(answer.problem);
  };
  const id = `review-${incident.id}`;
  return (
    <form onSubmit={(event) => event.preventDefault()} noValidate>
      <label for={id}>What came of it?</label>
      <textarea
        id={id}
        rows={2}
        value={reason}
        onInput={(event) => setReason(event.currentTarget.value)}
        aria-describedby={`${id}-hint`}
        required
      />
      <p class={lacks ? 'field-error' : 'hint'} id={`${id}-hint`} role={lacks ? 'alert' : undefined}>
        {lacks ? 'Say what you found: it stays in the log.' : 'Required. After the review it can be used again.'}
      </p>
      <button type="button" class="button" onClick={() => void send()}>
        Reviewed
      </button>
      {problem !== undefined && <ProblemNote problem={problem} />}
    </form>
  );
}
