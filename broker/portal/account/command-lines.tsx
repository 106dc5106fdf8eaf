// The command lines that read in your name, each with its end.
import { useState } from 'preact/hooks';
import type { CommandLines } from '../../../shared/device-login.ts';
import { ask, type Problem } from '../data/ask.ts';
import { usePolled } from '../data/polled.ts';
import { useSession } from '../data/session.ts';
import { Card } from '../parts/card.tsx';
import { Link } from '../parts/link.tsx';
import { ProblemNote, Unread } from '../parts/problem-note.tsx';
import { Time } from '../parts/times.tsx';

const PATH = '/v1/me/command-lines';
const OFTEN_SECONDS = 15;

export function CommandLinesCard() {
  const { body, problem: unread, refresh } = usePolled<CommandLines>(PATH, OFTEN_SECONDS);
  const { announce } = useSession();
  const [problem, setProblem] = useState<Problem>();
  const end = async (id: string): Promise<void> => {
    const answer = await ask(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' });
    setProblem(answer.ok ? undefined : answer.problem);
    if (answer.ok) announce('The command line is logged out.');
    await refresh();
  };
  return (
    <Card id="command-lines" title="Your command lines">
      <p>
        Terminals that read requests in your name. They decide nothing. <Link to="/device">Log one in</Link>.
      </p>
      {body?.command_lines.length === 0 && <p class="hint">None is logged in.</p>}
      <ul class="lines">
        {body?.command_lines.map(({ id, started_at: started, used_at: used, ends_at: ends }) => (
          <li key={id}>
            <span>
              Logged in <Time at={started} form="clock" />{' '}
              <span class="hint">
                last used <Time at={used} />, ends <Time at={ends} form="clock" />
              </span>
            </span>
            <button type="button" class="button small" onClick={() => void end(id)}>
              End<span class="heard"> it</span>
            </button>
          </li>
        ))}
      </ul>
      {body === undefined && <Unread problem={unread} refresh={refresh} />}
      {problem !== undefined && <ProblemNote problem={problem} />}
    </Card>
  );
}
