// What is live of something before it is ended, so far as the list of leases says.
import type { LeaseList, LeaseSummary } from '../../../shared/access-api.ts';
import { useTimes } from '../clock.ts';
import { usePolled } from '../data/polled.ts';
import { begun } from '../data/request-words.ts';
import { Exact } from '../parts/said.tsx';
import { clockWords } from '../parts/times.tsx';
import { EVERYTHING, FILTERS, leasesPath, type Target } from './access-route.ts';
import { outlookOf, outlookWords, targetFrom } from './access-words.ts';

const SECONDS = 10;

/** Live leases among which those of it are; as many as one answer has. */
function useLive(of: Target) {
  const isFilter = FILTERS.some((filter) => filter === of.scope);
  const path = leasesPath({ view: 'live', of: isFilter ? of : EVERYTHING, before: undefined });
  const named = of.scope === 'everything' || of.target !== '';
  return usePolled<LeaseList>(named ? `${path}&limit=100` : undefined, SECONDS);
}

export function LiveNow({ of }: { readonly of: Target }) {
  const { body, problem } = useLive(of);
  if (problem !== undefined) return <p>How much is live could not be read. The order can be sent all the same.</p>;
  if (body === undefined) return null;
  const lease = of.scope === 'lease' ? body.leases.find(({ id }) => id === of.target) : undefined;
  return lease === undefined ? <Counted list={body} of={of} /> : <TheLease lease={lease} />;
}

function Counted({ list, of }: { readonly list: LeaseList; readonly of: Target }) {
  const times = useTimes();
  return (
    <p>
      <strong>{outlookWords(outlookOf(list, of), (moment) => clockWords(moment, times))}</strong>
    </p>
  );
}

function TheLease({ lease }: { readonly lease: LeaseSummary }) {
  const { job, credential } = lease;
  return (
    <p>
      <strong>
        <code>{targetFrom(lease, 'entitlement')}</code>
      </strong>
      , for run <Exact text={job.run_id} /> of <Exact text={job.repository} />, started by <Exact text={job.actor} />.{' '}
      <strong>{begun(credential.says)}.</strong>
    </p>
  );
}
