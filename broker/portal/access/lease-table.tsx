// Leases, each with what is really left of its credential, in the broker's own sentence, and what revoking it would do now.
import type { LeaseSummary } from '../../../shared/access-api.ts';
import { useTimes } from '../clock.ts';
import { begun, refWords } from '../data/request-words.ts';
import { Facts } from '../parts/card.tsx';
import { Link } from '../parts/link.tsx';
import { Quiet } from '../parts/marks.tsx';
import { Exact, Said } from '../parts/said.tsx';
import { Table } from '../parts/table.tsx';
import { clockWords, Time } from '../parts/times.tsx';
import { requestAddress } from '../route.ts';
import { FILTERS, type Target } from './access-route.ts';
import { canRevoke, SCOPES, standingState, targetFrom } from './access-words.ts';

interface Props {
  readonly leases: readonly LeaseSummary[];
  /** all of them live */
  readonly isLive: boolean;
  /** the page with this alone */
  readonly only: (of: Target) => string;
  /** where it is revoked */
  readonly revoke: (of: Target) => string;
}

export function LeaseTable({ leases, isLive, only, revoke }: Props) {
  return (
    <div class="card table-card">
      <Table
        caption="Leases, newest first"
        kind="requests people leases"
        columns={['Lease of', isLive ? 'If revoked now' : 'What is left', 'Job', 'Issued']}
        rows={leases.map((lease) => ({
          key: lease.id,
          cells: [
            <What key="what" lease={lease} />,
            <Standing key="standing" lease={lease} address={revoke({ scope: 'lease', target: lease.id })} />,
            <Job key="job" lease={lease} only={only} />,
            <Time key="issued" at={lease.issued_at} />,
          ],
        }))}
      />
    </div>
  );
}

function What({ lease }: { readonly lease: LeaseSummary }) {
  return (
    <>
      <Link class="row-link" to={requestAddress(lease.request_id)}>
        {targetFrom(lease, 'entitlement')}
      </Link>
      <code class="hint">{lease.kind}</code>
    </>
  );
}

function Standing({ lease, address }: { readonly lease: LeaseSummary; readonly address: string }) {
  const times = useTimes();
  const { state, credential, job } = lease;
  return (
    <div class="standing">
      <div>
        <Quiet {...standingState(lease, (moment) => clockWords(moment, times))} />
        <p class="hint">
          {begun(credential.says)}.{state !== 'live' && ` The lease is ${state}.`}
        </p>
      </div>
      {canRevoke(lease) && (
        <Link class="button small" to={address}>
          Revoke…
          <span class="heard"> the lease of run {job.run_id}</span>
        </Link>
      )}
    </div>
  );
}

function Job({ lease, only }: { readonly lease: LeaseSummary; readonly only: Props['only'] }) {
  const { id, job, principal } = lease;
  return (
    <>
      <Exact text={job.repository} /> <Said text={refWords(job.ref).name} short />
      <div class="hint">
        Run <Exact text={job.run_id} />, started by <Exact text={job.actor} />
      </div>
      <details>
        <summary>Ids, and more of the same</summary>
        <Facts
          all={[
            { name: 'Lease', value: <code>{id}</code> },
            { name: 'Commit', value: <code>{job.sha}</code> },
            { name: 'Repository', value: <Exact text={targetFrom(lease, 'repository')} /> },
            { name: 'Called workflow', value: <Exact text={job.job_workflow_ref} /> },
            { name: 'Principal', value: principal !== null && <code>{principal}</code> },
          ]}
        />
        <p class="actions">
          {FILTERS.map((scope) => ({ scope, target: targetFrom(lease, scope) }))
            .filter(({ scope, target }) => scope !== 'lease' && target !== '')
            .map((of) => (
              <Link key={of.scope} to={only(of)}>
                Only this {SCOPES[of.scope][1].toLowerCase()}
              </Link>
            ))}
        </p>
      </details>
    </>
  );
}
