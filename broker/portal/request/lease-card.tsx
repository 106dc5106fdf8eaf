// What remains of the credential, and honestly who could end it (P8).
import { afterlifeOf } from '../../../shared/afterlife.ts';
import type { RequestDetail } from '../../../shared/people-api.ts';
import type { StateName } from '../../../shared/state-marks.ts';
import { accessAddress } from '../access/access-route.ts';
import { useTimes } from '../clock.ts';
import { begun, leaseState } from '../data/request-words.ts';
import { useSession } from '../data/session.ts';
import { Card, Facts } from '../parts/card.tsx';
import { Link } from '../parts/link.tsx';
import { Quiet } from '../parts/marks.tsx';
import { Time } from '../parts/times.tsx';

export function LeaseCard({ request }: { readonly request: RequestDetail }) {
  const { now } = useTimes();
  const { me } = useSession();
  const { lease, assurance } = request;
  const afterlife = lease && afterlifeOf(lease.kind);
  const state = leaseState(request, now);
  if (lease === undefined || state === undefined) return null;
  const over = lease.dies_at !== null && Date.parse(lease.dies_at) <= now;
  return (
    <Card id="remains" title="What remains">
      <Facts
        all={[
          { name: 'Credential', value: <Quiet {...state} /> },
          ...(state.name === 'revoked' ? [] : [{ name: over ? 'Died' : 'Dies', value: <End at={lease.dies_at} /> }]),
          { name: 'Beyond that', value: afterlife && begun(afterlife) },
          { name: 'Revocable', value: revocable(state.name, lease.revocation, over) },
          { name: 'Given back', value: lease.state === 'returned' && 'Yes, by the job' },
          { name: 'Assurance', value: assurance },
          { name: 'Lease', value: <code>{lease.id}</code> },
        ]}
      />
      {state.name === 'revocable' && me.roles.includes('security') && (
        <p class="actions">
          <Link
            class="button"
            to={accessAddress({ act: { what: 'revoke', of: { scope: 'lease', target: lease.id } } })}
          >
            Revoke…
          </Link>
        </p>
      )}
    </Card>
  );
}

const End = ({ at }: { readonly at: string | null }) => (at === null ? 'never' : <Time at={at} form="clock" />);

function revocable(state: StateName, revocation: 'immediate' | 'at-expiry' | 'none', over: boolean): string {
  if (state === 'revoked') return 'It was revoked';
  if (revocation === 'immediate') return over ? 'It could, while it lived' : 'Yes';
  return over ? 'No, it died at its own end' : 'No, it lives until its own end';
}
