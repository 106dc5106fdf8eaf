// What is live of something before it is ended, so far as the list of leases says: how many, and the newest of them.
import type { LeaseList, LeaseSummary } from '../../../shared/access-api.ts';
import { slipIn } from '../../../shared/target-forms.ts';
import { useTimes } from '../clock.ts';
import { usePolled } from '../data/polled.ts';
import { begun } from '../data/request-words.ts';
import { Link } from '../parts/link.tsx';
import { Exact } from '../parts/said.tsx';
import { clockWords } from '../parts/times.tsx';
import { accessAddress, leasesPath, type Target } from './access-route.ts';
import { outlookOf, outlookWords, targetFrom } from './access-words.ts';

const SECONDS = 10;
const SHOWN = 3;

export function LiveNow({ of }: { readonly of: Target }) {
  // What is typed half is asked for by nobody.
  const named = of.scope === 'everything' || slipIn(of.scope, of.target) === undefined;
  const path = leasesPath({ view: 'live', of, before: undefined });
  const { body, problem } = usePolled<LeaseList>(named ? `${path}&limit=100` : undefined, SECONDS);
  if (problem !== undefined) return <p>How much is live could not be read. The order can be sent all the same.</p>;
  if (body === undefined) return null;
  const [lease] = body.leases;
  if (of.scope !== 'lease' || lease === undefined) return <Counted list={body} of={of} />;
  return (
    <p>
      <Job lease={lease} /> <strong>{begun(lease.credential.says)}.</strong>
    </p>
  );
}

function Counted({ list, of }: { readonly list: LeaseList; readonly of: Target }) {
  const times = useTimes();
  const { leases } = list;
  return (
    <>
      <p>
        <strong>{outlookWords(outlookOf(list), (moment) => clockWords(moment, times))}</strong>
        {leases.length > SHOWN && (
          <>
            {' The newest ('}
            <Link to={accessAddress({ of })}>show all in the list</Link>):
          </>
        )}
      </p>
      {leases.length > 0 && (
        <ul class="live-now">
          {leases.slice(0, SHOWN).map((lease) => (
            <li key={lease.id}>
              <Job lease={lease} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Job({ lease }: { readonly lease: LeaseSummary }) {
  const { job } = lease;
  return (
    <>
      <strong>
        <code>{targetFrom(lease, 'entitlement')}</code>
      </strong>
      , for run <Exact text={job.run_id} /> of <Exact text={job.repository} />, started by <Exact text={job.actor} />.
    </>
  );
}
