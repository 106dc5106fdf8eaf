// Going on after a pause: one proposes, and another confirms within an hour. Whoever confirms reads whose proposal it is, and why.
import type { Pause, Resumed } from '../../../shared/access-api.ts';
import { useSession } from '../data/session.ts';
import { SaidBlock } from '../parts/said.tsx';
import { Time } from '../parts/times.tsx';
import { isBy } from './access-words.ts';
import { Named, Who } from './named.tsx';
import { OrderDialog } from './order-dialog.tsx';
import { useOrder } from './use-order.ts';

interface Props {
  readonly id: string;
  /** undefined where it is not in force any more */
  readonly pause: Pause | undefined;
  readonly onChanged: () => Promise<void>;
  readonly onClose: () => void;
}

export function ResumeDialog({ id, pause, onChanged, onClose }: Props) {
  const { me } = useSession();
  const path = `/v1/pauses/${encodeURIComponent(id)}/resume`;
  const order = useOrder<Resumed>({ draft: `resume ${id}`, path, onChanged });
  const proposal = pause?.resume;
  const yours = isBy(proposal, me.principal);
  const word = proposal === undefined ? 'Propose to resume' : 'Resume issuing';
  return (
    <OrderDialog
      title="Resume issuing"
      order={order}
      button={pause === undefined || yours ? undefined : [word, 'Sending…']}
      doing={
        pause !== undefined && (
          <>
            {proposal === undefined ? 'propose to resume' : 'resume'} issuing for <Named of={pause} />
          </>
        )
      }
      readers={proposal === undefined ? 'It stays in the log, and whoever confirms reads it.' : 'It stays in the log.'}
      onClose={onClose}
    >
      {pause === undefined ? <p>This pause is not in force any more.</p> : <ThePause pause={pause} yours={yours} />}
    </OrderDialog>
  );
}

function ThePause({ pause, yours }: { readonly pause: Pause; readonly yours: boolean }) {
  const { resume } = pause;
  return (
    <>
      <p>
        Issuing is paused for <Named of={pause} />, by <Who by={pause.paused_by} />, <Time at={pause.since} />.
      </p>
      <SaidBlock text={pause.reason} caption="Reason of the pause" />
      {resume === undefined ? (
        <p>
          It takes two people. You propose, and another person of security, or an operator at the machine, confirms
          within an hour. Until then it stays paused.
        </p>
      ) : (
        <Proposal resume={resume} yours={yours} />
      )}
    </>
  );
}

type Proposed = NonNullable<Pause['resume']>;

/** What was proposed, by whom, and who may confirm it until when. */
export function Proposal({ resume, yours }: { readonly resume: Proposed; readonly yours: boolean }) {
  const until = <Time at={resume.ends_at} form="clock" />;
  return (
    <>
      <p>
        {yours ? 'You' : <Who by={resume.by} begins />} proposed to resume, <Time at={resume.at} />.{' '}
        {yours ? (
          <>
            Nobody gives access back alone: another person of security, or an operator at the machine, may confirm until{' '}
            {until}.
          </>
        ) : (
          <>A second person may confirm until {until}.</>
        )}
      </p>
      <SaidBlock text={resume.reason} caption={yours ? 'Your reason' : 'Reason of the proposal'} />
    </>
  );
}
