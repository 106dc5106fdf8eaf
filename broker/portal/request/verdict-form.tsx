// The form: a reason, and two buttons of the same size, neither of them preset.
import type { RequestDetail } from '../../../shared/people-api.ts';
import { anyOf, plural, ttlWords } from '../data/request-words.ts';
import { useSession } from '../data/session.ts';
import { Icon } from '../parts/marks.tsx';
import { Person } from '../parts/person.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import type { ApprovalOf } from './approval-of.ts';
import { PausedNote } from './paused-note.tsx';
import { type Choice, needsReason, type Verdict } from './use-verdict.ts';

export interface FormProps {
  readonly request: RequestDetail;
  readonly approval: ApprovalOf;
  readonly verdict: Verdict;
}

export function VerdictForm({ request, approval, verdict }: FormProps) {
  const required = needsReason('approve', request);
  const { missing } = verdict;
  const describe = missing === undefined ? 'verdict-hint' : 'verdict-error';
  return (
    <form class="panel-body" onSubmit={(event) => event.preventDefault()} noValidate>
      <h2 id="verdict" tabIndex={-1}>
        Your verdict
      </h2>
      <label for="verdict-reason">Reason{!required && ', where you reject it'}</label>
      <textarea
        id="verdict-reason"
        rows={3}
        value={verdict.reason}
        onInput={(event) => verdict.setReason(event.currentTarget.value)}
        aria-invalid={missing !== undefined}
        aria-describedby={describe}
        required={required}
      />
      {missing === undefined ? (
        <p class="hint" id="verdict-hint">
          {required ? 'Required.' : 'Required to reject.'} Whoever asked sees it, and it stays in the log.
        </p>
      ) : (
        <p class="field-error" id="verdict-error" role="alert">
          <Icon name="warning" />
          {missing}
        </p>
      )}
      <PausedNote request={request} />
      <div class="two">
        <Decide choice="approve" verdict={verdict} />
        <Decide choice="reject" verdict={verdict} />
      </div>
      {verdict.problem !== undefined && <ProblemNote problem={verdict.problem} />}
      <Effects request={request} approval={approval} />
    </form>
  );
}

const WORDS = { approve: ['Approve', 'Approving…'], reject: ['Reject', 'Rejecting…'] } as const;

function Decide({ choice, verdict }: { readonly choice: Choice; readonly verdict: Verdict }) {
  const [word, doing] = WORDS[choice];
  return (
    <button
      type="button"
      class="button tall"
      aria-disabled={verdict.sending !== undefined}
      onClick={() => void verdict.send(choice)}
    >
      {verdict.sending === choice ? doing : word}
    </button>
  );
}

function Effects({ request, approval }: Omit<FormProps, 'verdict'>) {
  const { me } = useSession();
  const left = approval.needed - approval.verdicts.filter(({ verdict }) => verdict === 'approve').length;
  const teams = approval.by.filter((team) => me.teams.includes(team));
  return (
    <>
      <dl class="effects">
        <dt>Approve</dt>
        <dd>
          {left > 1
            ? `Yours counts as one; ${plural(left - 1, 'more approval')} must follow before the job goes on.`
            : `The job gets the credential for ${ttlWords(request.ttl)}${request.paused === undefined ? ', and goes on within seconds' : ', once nothing of this is paused'}.`}
        </dd>
        <dt>Reject</dt>
        <dd>The job fails, and shows your reason.</dd>
      </dl>
      <p class="hint">
        {approval.you.needs_step_up && (
          <>
            <Icon name="key" /> High risk: you show once more that it is you.{' '}
          </>
        )}
        Signed in as <Person name={me.name} />
        {teams.length > 0 && `, for ${anyOf(teams)}`}.{' '}
        {!approval.job_waits && 'The job was not heard of lately; it may be gone.'}
      </p>
    </>
  );
}
