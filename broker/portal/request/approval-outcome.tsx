// In the place of the form: why this person does not decide, or how it was decided, each with what to do next.
import type { ComponentChildren } from 'preact';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { wordsFor } from '../data/codes.ts';
import { BREAK_GLASS_USED, OUTCOMES, plural, stateOf } from '../data/request-words.ts';
import { useSession } from '../data/session.ts';
import { Elsewhere, Link } from '../parts/link.tsx';
import { Tag } from '../parts/marks.tsx';
import { Person } from '../parts/person.tsx';
import { SaidBlock, Sentence } from '../parts/said.tsx';
import { Time } from '../parts/times.tsx';
import { requestAddress } from '../route.ts';
import type { ApprovalOf } from './approval-of.ts';
import { CopyLink } from './copy-link.tsx';

interface Props {
  readonly request: RequestDetail;
  readonly approval: ApprovalOf;
}

export function ApprovalOutcome({ request, approval }: Props) {
  const { me } = useSession();
  const own = approval.verdicts.find(({ by }) => by.principal === me.principal);
  if (approval.state !== 'pending') return <Decided request={request} approval={approval} />;
  if (own !== undefined) return <YoursIsGiven request={request} approval={approval} />;
  return <NotYours request={request} approval={approval} />;
}

function Body({ title, children }: { readonly title: ComponentChildren; readonly children: ComponentChildren }) {
  return (
    <div class="panel-body">
      <h2 id="verdict" tabIndex={-1}>
        {title}
      </h2>
      {children}
    </div>
  );
}

/** Somebody else can decide: they need the address. */
const FOR_OTHERS: readonly string[] = ['OWN_REQUEST', 'OWN_COMMIT', 'OWN_POLICY', 'NOT_AN_APPROVER'];

/** Nobody is asked to approve it. */
const BREAK_GLASS_ALONE: ReturnType<typeof wordsFor> = {
  title: 'Nobody approves this one',
  next: 'Send the address of this page to whoever is on call.',
};

function NotYours({ request, approval }: Props) {
  const { code, message } = approval.you.why_not ?? { code: 'NOT_AN_APPROVER', message: 'You do not decide this one.' };
  const { title, next, link } = approval.by.length === 0 ? BREAK_GLASS_ALONE : wordsFor(code);
  const sends = FOR_OTHERS.includes(code);
  return (
    <Body title={title}>
      <p>
        <Sentence text={message} /> {next}
      </p>
      <p class="actions">
        {sends && <CopyLink address={requestAddress(request.id)} />}
        {link !== undefined && (
          <Link class="button" to={link.to}>
            {link.words}
          </Link>
        )}
      </p>
      <p class="hint">
        Code <code>{code}</code>
      </p>
    </Body>
  );
}

function YoursIsGiven({ request, approval }: Props) {
  const left = approval.needed - approval.verdicts.filter(({ verdict }) => verdict === 'approve').length;
  return (
    <Body title={`${plural(left, 'more approval is', 'more approvals are')} needed`}>
      <p>Yours is on record. The job keeps waiting for the others.</p>
      <p class="actions">
        <CopyLink address={requestAddress(request.id)} />
      </p>
      <Next />
    </Body>
  );
}

function Decided({ request, approval }: Props) {
  const last = approval.verdicts.at(-1);
  const ended = approval.state === 'approved' || approval.state === 'rejected' ? last : undefined;
  return (
    <Body
      title={approval.state === 'approved' && request.state !== 'approved' ? 'It was approved' : TITLES[approval.state]}
    >
      <p class="tags">
        <Tag {...(approval.state === 'invoked' ? BREAK_GLASS_USED : stateOf({ ...request, state: approval.state }))} />
      </p>
      {ended !== undefined && (
        <p>
          <Person name={ended.by.name ?? 'An approver'} /> {ended.verdict === 'approve' ? 'approved' : 'rejected'} it,{' '}
          <Time at={ended.at} />, in the log at {ended.entry}.
        </p>
      )}
      <p>{OUTCOMES[approval.state === 'approved' || approval.state === 'invoked' ? request.state : approval.state]}</p>
      {ended?.reason !== undefined && (
        <SaidBlock
          text={ended.reason}
          caption={
            <>
              Reason, as written by <Person name={ended.by.name ?? 'an approver'} />
            </>
          }
        />
      )}
      {request.job.run_url !== undefined && (
        <p>
          <Elsewhere to={request.job.run_url}>The run</Elsewhere>
        </p>
      )}
      <Next />
    </Body>
  );
}

const TITLES: Readonly<Record<ApprovalOf['state'], string>> = {
  pending: 'Waiting',
  approved: 'The job goes on',
  invoked: 'Break-glass was used',
  rejected: 'It was rejected',
  expired: 'Nobody decided in time',
  withdrawn: 'It was withdrawn',
  void: 'The policy changed',
};

/** To the request that ends next. */
function Next() {
  const { waiting } = useSession();
  const [next] = waiting.body?.requests ?? [];
  return next === undefined ? (
    <p class="hint">Nothing else waits for you.</p>
  ) : (
    <p class="actions">
      <Link class="button" to={requestAddress(next.id)}>
        Next: {next.title}
      </Link>
    </p>
  );
}
