// Ending what is live: one lease, or all that is named by what they have in common.
import type { LeaseSummary, Revocation } from '../../../shared/access-api.ts';
import { REVOCABLE, type Target } from './access-route.ts';
import { bodyOf, confirmedWhere } from './access-words.ts';
import { LiveNow } from './live-now.tsx';
import { Named } from './named.tsx';
import { OrderDialog } from './order-dialog.tsx';
import { TargetFields } from './target-fields.tsx';
import { useOrder } from './use-order.ts';
import { useSuggestions } from './use-suggestions.ts';

interface Props {
  readonly of: Target;
  /** what the page lists */
  readonly filter: Target;
  readonly leases: readonly LeaseSummary[];
  readonly onName: (of: Target) => void;
  readonly onChanged: () => Promise<void>;
  readonly onClose: () => void;
}

export function RevokeDialog({ of, filter, leases, onName, onChanged, onClose }: Props) {
  const order = useOrder<Revocation>({
    ...{ draft: 'revoke', path: '/v1/revocations', body: { of: bodyOf(of) }, onChanged },
  });
  const word = of.scope === 'lease' ? 'Revoke this lease' : 'Revoke what is live';
  const suggest = useSuggestions({ of, filter, leases });
  return (
    <OrderDialog
      title={word}
      order={order}
      button={[word, 'Revoking…']}
      doing={
        <>
          revoke {of.scope === 'lease' ? '' : 'what is live of '}
          <Named of={of} />
        </>
      }
      after={confirmedWhere(order.done)}
      readers="It stays in the log."
      onClose={onClose}
    >
      <TargetFields
        id="revoke"
        label="What is to end"
        scopes={REVOCABLE}
        of={of}
        leases={leases}
        onScope={(scope) => onName({ scope, target: suggest(scope) })}
        onTarget={(target) => onName({ ...of, target })}
      />
      <LiveNow of={of} />
      <dl class="effects">
        <dt>Ends</dt>
        <dd>
          {of.scope === 'lease' ? 'The lease, at once' : 'Each of these leases, at once, and what is just being made'}.
          Where the other side can revoke, it is asked to; the list says what it confirmed. What cannot be revoked lives
          until its own end.
        </dd>
        <dt>Stays</dt>
        <dd>Jobs may ask for new ones. Pausing stops that.</dd>
        <dt>For good</dt>
        <dd>It can’t be undone. A job that still uses its credential fails.</dd>
      </dl>
    </OrderDialog>
  );
}
