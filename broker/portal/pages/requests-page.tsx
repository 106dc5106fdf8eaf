// Lists of requests: those that wait for your verdict, those you asked for, and all that you may see.
import type { RequestList } from '../../../shared/people-api.ts';
import { usePolled } from '../data/polled.ts';
import { useTitle } from '../data/session.ts';
import { Stale } from '../parts/late.tsx';
import { Link } from '../parts/link.tsx';
import { Unread } from '../parts/problem-note.tsx';
import { RequestTable } from '../parts/request-table.tsx';
import type { RequestsView } from '../route.ts';

const SECONDS = 10;

/** Of each view: the chip, what it is, its table, what leads on, and the words where there is nothing. */
const VIEWS: Readonly<
  Record<RequestsView, readonly [chip: string, lead: string, caption: string, more: string, none: string]>
> = {
  waiting: [
    'Waiting for you',
    'What needs a verdict from one of your teams, the one that ends first on top.',
    'Requests that wait for you, the one that ends first on top',
    'Show what ends later',
    'Nothing waits for your verdict.',
  ],
  mine: [
    'Yours',
    'What jobs that you started asked for.',
    'Requests, newest first',
    'Show older ones',
    'You haven’t asked for anything yet.',
  ],
  all: [
    'All that you may see',
    'All that you may see: yours, those that your teams decide, and those of projects that your teams answer for.',
    'Requests, newest first',
    'Show older ones',
    'There is no request that you may see yet.',
  ],
};
const addressOf = (view: RequestsView): string => (view === 'mine' ? '/requests' : `/requests?view=${view}`);

interface Props {
  readonly view: RequestsView;
  readonly before: string | undefined;
}

export function RequestsPage({ view, before }: Props) {
  const address = `/v1/requests?${new URLSearchParams({ view, ...(before !== undefined && { before }) })}`;
  const { body, problem, staleSince, refresh } = usePolled<RequestList>(address, SECONDS);
  useTitle(view === 'mine' ? 'Your requests' : view === 'waiting' ? 'Waiting for you' : 'Requests');
  return (
    <>
      <h1>Requests</h1>
      <p class="lead">{VIEWS[view][1]}</p>
      <nav class="chips" aria-label="Which requests">
        {(['waiting', 'mine', 'all'] as const).map((one) => (
          <Link key={one} class="chip" to={addressOf(one)} current={view === one}>
            {VIEWS[one][0]}
          </Link>
        ))}
      </nav>
      <Stale since={staleSince} failing={problem !== undefined} />
      {body === undefined ? <Unread problem={problem} refresh={refresh} /> : <Found list={body} view={view} />}
    </>
  );
}

function Found({ list, view }: { readonly list: RequestList; readonly view: RequestsView }) {
  const { requests, next } = list;
  const [, , caption, more, none] = VIEWS[view];
  if (requests.length === 0 && next === undefined)
    return (
      <p>
        {none} A job asks when it runs; <Link to="/catalog">the catalog</Link> says what jobs may ask for.
      </p>
    );
  return (
    <>
      {requests.length > 0 && <RequestTable caption={caption} requests={requests} />}
      {next !== undefined && (
        <p class="actions">
          <Link class="button" to={`/requests?${new URLSearchParams({ view, before: next })}`}>
            {more}
          </Link>
        </p>
      )}
    </>
  );
}
