// Lists of requests: those you asked for, and all that you may see.
import type { RequestList } from '../../../shared/people-api.ts';
import { usePolled } from '../data/polled.ts';
import { useTitle } from '../data/session.ts';
import { Late, Stale } from '../parts/late.tsx';
import { Link } from '../parts/link.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { RequestTable } from '../parts/request-table.tsx';

const SECONDS = 10;

interface Props {
  readonly view: 'mine' | 'all';
  readonly before: string | undefined;
}

export function RequestsPage({ view, before }: Props) {
  const address = `/v1/requests?${new URLSearchParams({ view, ...(before !== undefined && { before }) })}`;
  const { body, problem, staleSince } = usePolled<RequestList>(address, SECONDS);
  useTitle(view === 'mine' ? 'Your requests' : 'Requests');
  return (
    <>
      <h1>Requests</h1>
      <p class="lead">
        {view === 'mine'
          ? 'What jobs that you started asked for.'
          : 'All that you may see: yours, those that your teams decide, and those of projects that your teams answer for.'}
      </p>
      <nav class="chips" aria-label="Which requests">
        <Link class="chip" to="/requests" current={view === 'mine'}>
          Yours
        </Link>
        <Link class="chip" to="/requests?view=all" current={view === 'all'}>
          All that you may see
        </Link>
      </nav>
      <Stale since={staleSince} failing={problem !== undefined} />
      {body === undefined ? (
        problem === undefined ? (
          <Late />
        ) : (
          <ProblemNote problem={problem} />
        )
      ) : (
        <Found list={body} view={view} />
      )}
    </>
  );
}

function Found({ list, view }: { readonly list: RequestList; readonly view: Props['view'] }) {
  const { requests, next } = list;
  if (requests.length === 0 && next === undefined)
    return (
      <p>
        {view === 'mine' ? 'You haven’t asked for anything yet.' : 'There is no request that you may see yet.'} A job
        asks when it runs; <Link to="/catalog">the catalog</Link> says what jobs may ask for.
      </p>
    );
  return (
    <>
      {requests.length > 0 && <RequestTable caption="Requests, newest first" requests={requests} />}
      {next !== undefined && (
        <p class="actions">
          <Link class="button" to={`/requests?${new URLSearchParams({ view, before: next })}`}>
            Show older ones
          </Link>
        </p>
      )}
    </>
  );
}
