// What is paused: since when, by whom and why, and how far resuming it is.
import type { Pause, PauseList } from '../../../shared/access-api.ts';
import { useSession } from '../data/session.ts';
import { Link } from '../parts/link.tsx';
import { Quiet } from '../parts/marks.tsx';
import { SaidBlock } from '../parts/said.tsx';
import { Time } from '../parts/times.tsx';
import { isBy } from './access-words.ts';
import { Named, Who } from './named.tsx';
import { Proposal } from './resume-dialog.tsx';

interface Props {
  readonly list: PauseList;
  /** where it is resumed */
  readonly addressOf: (id: string) => string;
}

export function Pauses({ list, addressOf }: Props) {
  if (list.pauses.length === 0) return <p>Nothing is paused: jobs get what their policies permit.</p>;
  return (
    <ul class="pauses">
      {list.pauses.map((pause) => (
        <OnePause key={pause.id} pause={pause} address={addressOf(pause.id)} />
      ))}
    </ul>
  );
}

function OnePause({ pause, address }: { readonly pause: Pause; readonly address: string }) {
  const { me } = useSession();
  const { paused_by: by, resume } = pause;
  const yours = isBy(resume, me.principal);
  return (
    <li>
      <div>
        <h3>
          <Quiet name="refused" word="Paused" />
          <Named of={pause} />
        </h3>
        <p>
          By <Who by={by} />, <Time at={pause.since} />. <code class="hint">{pause.id}</code>
        </p>
        <SaidBlock
          text={pause.reason}
          caption={
            <>
              Reason, as written by <Who by={by} />
            </>
          }
        />
        {resume !== undefined && <Proposal resume={resume} yours={yours} />}
      </div>
      {!yours && (
        <Link class="button" to={address}>
          Resume…
          <span class="heard"> {pause.id}</span>
        </Link>
      )}
    </li>
  );
}
