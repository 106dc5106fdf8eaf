// A verdict that came with the link. Anybody can write such a link, so its words stand as a quotation, never in the field where the
// person types; where they come from is said above them, and the code that the person's own terminal shows beside them.
import { useEffect, useState } from 'preact/hooks';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { proposalCode, type VerdictProposal } from '../../../shared/verdict-proposal.ts';
import { useSession } from '../data/session.ts';
import { Icon } from '../parts/marks.tsx';
import { Person } from '../parts/person.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SaidBlock } from '../parts/said.tsx';
import { PausedNote } from './paused-note.tsx';
import type { Verdict } from './use-verdict.ts';

interface Props {
  readonly request: RequestDetail;
  readonly proposal: VerdictProposal;
  readonly verdict: Verdict;
  readonly onDrop: () => void;
}

const WORDS = { approve: ['Approve', 'Approving…'], reject: ['Reject', 'Rejecting…'] } as const;

export function ProposedVerdict({ request, proposal, verdict, onDrop }: Props) {
  const { me } = useSession();
  const [word, doing] = WORDS[proposal.verdict];
  return (
    <div class="panel-body">
      <h2 id="verdict" tabIndex={-1}>
        {word}, as a terminal proposes?
      </h2>
      <div class="note waiting">
        <Icon name="warning" />
        <p>
          This came with the link that you opened. It is yours only if <strong>your own terminal</strong> shows the same
          code. If you didn’t run <code>buildpass requests {proposal.verdict}</code> just now, somebody else wrote it.
        </p>
      </div>
      <Code proposal={proposal} />
      <SaidBlock text={proposal.reason} caption="Reason, as it came with the link" />
      <PausedNote request={request} />
      <div class="two">
        <button
          type="button"
          class="button tall"
          aria-disabled={verdict.sending !== undefined}
          onClick={() => void verdict.send(proposal.verdict, proposal.reason)}
        >
          {verdict.sending === undefined ? `${word} with this reason` : doing}
        </button>
        <button type="button" class="button tall" onClick={onDrop}>
          Put it aside
        </button>
      </div>
      {verdict.problem !== undefined && <ProblemNote problem={verdict.problem} />}
      <p class="hint">
        Pressed, it is your verdict: whoever asked sees the reason under your name, and both stay in the log. Signed in
        as <Person name={me.name} />.
      </p>
    </div>
  );
}

function Code({ proposal }: { readonly proposal: VerdictProposal }) {
  const [code, setCode] = useState('');
  useEffect(() => {
    void proposalCode(proposal).then(setCode);
  }, [proposal.nonce, proposal.reason]);
  return (
    <p class="compare">
      <span class="hint">Code, to compare</span> <code>{code}</code>
    </p>
  );
}

/** Why nothing of it is used; undefined where the person may use it. */
export function uselessBecause(
  proposal: VerdictProposal,
  { principal, binding, now }: { principal: string; binding: string; now: number },
): string | undefined {
  if (proposal.principal !== principal)
    return 'The terminal that it is from is logged in as somebody else. Nothing of it is used here.';
  if (proposal.until <= now) return 'The terminal waits no longer: it was good for ten minutes. Run it again there.';
  return proposal.binding === binding
    ? undefined
    : 'What is asked is not what the terminal showed: it has changed, or the link was. Run it again there, and compare.';
}

export function UselessProposal({ because, onDrop }: { readonly because: string; readonly onDrop: () => void }) {
  return (
    <div class="panel-body">
      <div class="note refused" role="alert">
        <Icon name="warning" />
        <div>
          <strong>The verdict that came with the link is not used.</strong> {because}
          <p>
            <button type="button" class="plain" onClick={onDrop}>
              Put it aside
            </button>
          </p>
        </div>
      </div>
    </div>
  );
}
