// Stopping what would be issued next, and what is live with it where that is wanted.
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { LeaseSummary, Paused } from '../../../shared/access-api.ts';
import { draftOf, keepDraft } from '../data/drafts.ts';
import { useSession } from '../data/session.ts';
import { PAUSABLE, type PauseScope, type Target } from './access-route.ts';
import { bodyOf, confirmedWhere } from './access-words.ts';
import { LiveNow } from './live-now.tsx';
import { Named } from './named.tsx';
import { OrderDialog } from './order-dialog.tsx';
import { TargetFields } from './target-fields.tsx';
import { useOrder } from './use-order.ts';

interface Props {
  readonly of: Target<PauseScope>;
  /** what the page lists */
  readonly filter: Target;
  readonly leases: readonly LeaseSummary[];
  readonly onName: (of: Target<PauseScope>) => void;
  readonly onChanged: () => Promise<void>;
  readonly onClose: () => void;
}

export function PauseDialog({ of, filter, leases, onName, onChanged, onClose }: Props) {
  const [ends, setEnds, forget] = useEndsToo();
  const { done, ...order } = useOrder<Paused>({
    ...{ draft: 'pause', path: '/v1/pauses', body: { of: bodyOf(of), revoke: ends }, onChanged },
  });
  // The next pause begins anew.
  useEffect(() => {
    if (done !== undefined) forget();
  }, [done, forget]);
  return (
    <OrderDialog
      title="Pause issuing"
      order={{ ...order, done: done && { ...done, says: [...done.says, ...(done.revocation?.says ?? [])] } }}
      button={ends ? ['Pause, and revoke what is live', 'Pausing…'] : ['Pause issuing', 'Pausing…']}
      doing={
        <>
          pause issuing for <Named of={of} />
          {ends && ', and revoke what is live of it'}
        </>
      }
      after={confirmedWhere(done?.revocation)}
      readers={of.scope === 'everything' ? 'It stays in the log.' : 'Jobs that are refused can read it.'}
      onClose={onClose}
    >
      <TargetFields
        id="pause"
        label="What is to be paused"
        scopes={PAUSABLE}
        of={of}
        leases={leases}
        onScope={(scope) => onName({ scope, target: scope === filter.scope ? filter.target : '' })}
        onTarget={(target) => onName({ ...of, target })}
      />
      <LiveNow of={of} />
      <label class="check">
        <input type="checkbox" checked={ends} onChange={(event) => setEnds(event.currentTarget.checked)} />
        {of.scope === 'everything' ? 'Also revoke all that is live' : 'Also revoke what is live of it'}
      </label>
      <Effects scope={of.scope} ends={ends} />
    </OrderDialog>
  );
}

/** Kept with the reason, while somebody goes away to show that it is them. */
function useEndsToo() {
  const { me } = useSession();
  const draft = 'pause and revoke';
  const [ends, setEnds] = useState(() => draftOf(me.principal, draft) !== '');
  const forget = useCallback(() => keepDraft(me.principal, draft, ''), [me.principal]);
  const choose = (next: boolean): void => {
    setEnds(next);
    keepDraft(me.principal, draft, next ? 'yes' : '');
  };
  return [ends, choose, forget] as const;
}

const JOBS: Readonly<Record<PauseScope, string>> = {
  everything: 'Every job that asks is told “temporarily unavailable”, and asks again by itself.',
  project: 'Jobs that ask for something of it are refused, and read your reason.',
  entitlement: 'Jobs that ask for it are refused, and read your reason.',
  principal: 'Jobs that they start are refused, and read your reason. Their sessions here end; they may sign in again.',
};

function Effects({ scope, ends }: { readonly scope: PauseScope; readonly ends: boolean }) {
  return (
    <dl class="effects">
      <dt>Stops</dt>
      <dd>{JOBS[scope]} That holds until two people resume.</dd>
      <dt>{ends ? 'Ends' : 'Stays'}</dt>
      <dd>
        {ends
          ? 'What is live, at once, and for good: where the other side can revoke, it is asked to. What cannot be revoked lives until its own end.'
          : 'What was issued before works on, until it is revoked or dies.'}
      </dd>
    </dl>
  );
}
