// Home: what waits for your verdict, the one that ends first on top, and what you asked for yourself.
import { useEffect, useRef } from 'preact/hooks';
import type { RequestList, RequestSummary } from '../../../shared/people-api.ts';
import { useTimes } from '../clock.ts';
import { usePolled } from '../data/polled.ts';
import { howMany, plural, refWords } from '../data/request-words.ts';
import { useSession, useTitle } from '../data/session.ts';
import { Stale } from '../parts/late.tsx';
import { Link } from '../parts/link.tsx';
import { Icon, Risk } from '../parts/marks.tsx';
import { OpenIncidents } from '../parts/open-incidents.tsx';
import { Unread } from '../parts/problem-note.tsx';
import { RequestTable } from '../parts/request-table.tsx';
import { Exact, Said } from '../parts/said.tsx';
import { isNear, leftWords, Time } from '../parts/times.tsx';
import { requestAddress } from '../route.ts';

const MINE_SECONDS = 10;
const SHOWN = 5;
/** A page that is scrolled for a minute is read by nobody: the rest is a table. */
const WAITING_SHOWN = 20;

export function HomePage() {
  const { waiting, announce } = useSession();
  const mine = usePolled<RequestList>('/v1/requests?view=mine', MINE_SECONDS);
  const requests = waiting.body?.requests;
  useTitle(waiting.body === undefined || requests?.length === 0 ? 'Home' : `${howMany(waiting.body)} waiting for you`);
  useNews(requests?.length, announce);
  return (
    <>
      <h1>{requests?.length === 0 ? 'Nothing waits for you' : 'Waiting for you'}</h1>
      <Stale since={waiting.staleSince ?? mine.staleSince} failing={(waiting.problem ?? mine.problem) !== undefined} />
      {requests === undefined ? (
        <Unread problem={waiting.problem} refresh={waiting.refresh} />
      ) : (
        <WaitingList list={waiting.body ?? { requests }} />
      )}
      <OpenIncidents />
      <section class="block" aria-labelledby="yours">
        <div class="block-head">
          <h2 id="yours">Yours</h2>
          {(mine.body?.requests.length ?? 0) > 0 && (
            <Link class="row-link" to="/requests">
              All of yours
            </Link>
          )}
        </div>
        {mine.body === undefined ? (
          <Unread problem={mine.problem} refresh={mine.refresh} />
        ) : (
          <Mine requests={mine.body.requests} />
        )}
      </section>
    </>
  );
}

/** Says that the list changed; the list itself does not move the focus. */
function useNews(count: number | undefined, announce: (sentence: string) => void): void {
  const before = useRef(count);
  useEffect(() => {
    if (before.current !== undefined && count !== undefined && count !== before.current)
      announce(count === 0 ? 'Nothing waits for you any more.' : `${plural(count, 'request')} waiting for you.`);
    before.current = count;
  }, [count, announce]);
}

function WaitingList({ list }: { readonly list: RequestList }) {
  const { requests, next } = list;
  const many = requests.length;
  if (many === 0)
    return <p class="lead">When a job needs the verdict of one of your teams, it shows up here by itself.</p>;
  return (
    <>
      <p class="lead">
        {next === undefined ? '' : 'More than '}
        {plural(many, 'request needs', 'requests need')} a verdict from one of your teams.
        {many > WAITING_SHOWN && ` These ${WAITING_SHOWN} end first.`}
      </p>
      <ol class="card waiting-list">
        {requests.slice(0, WAITING_SHOWN).map((request) => (
          <WaitingItem key={request.id} request={request} />
        ))}
      </ol>
      {many > WAITING_SHOWN && (
        <p class="actions">
          <Link class="button" to="/requests?view=waiting">
            All that waits for you
          </Link>
        </p>
      )}
    </>
  );
}

function WaitingItem({ request }: { readonly request: RequestSummary }) {
  const { id, title, risk, job, reason, expires_at: ends, progress } = request;
  const times = useTimes();
  const ref = refWords(job.ref);
  return (
    <li>
      <div class="waiting-what">
        <h2>
          {title} <Risk risk={risk} />
        </h2>
        <p>
          A job of <Exact text={job.repository} /> asks, started by <Exact text={job.actor} />.
        </p>
        {reason !== undefined && (
          <p>
            <span class="hint">Its reason</span> <Said text={reason} />
          </p>
        )}
        <p class="hint">
          <code>
            {request.project}/{request.entitlement}
          </code>{' '}
          · {ref.kind} <Said text={ref.name} short /> at <code>{job.sha.slice(0, 7)}</code> · asked{' '}
          <Time at={request.asked_at} />
        </p>
      </div>
      <div class="waiting-how">
        {progress !== undefined && (
          <span class="quiet waiting">
            <Icon name="hourglass" />
            {progress.approved} of {plural(progress.needed, 'approval')}
          </span>
        )}
        {ends !== undefined && (
          <span class={isNear(ends, times) ? 'left near' : 'left'}>
            {leftWords(ends, times)}
            <span class="hint">
              {' '}
              until <Time at={ends} form="clock" />
            </span>
          </span>
        )}
        <Link class="button" to={requestAddress(id)}>
          Look and decide
          <span class="heard">
            : {title}, <Exact text={job.repository} />
          </span>
        </Link>
      </div>
    </li>
  );
}

function Mine({ requests }: { readonly requests: readonly RequestSummary[] }) {
  if (requests.length === 0)
    return (
      <p>
        You haven’t asked for anything yet. A job that you start asks by itself; <Link to="/catalog">the catalog</Link>{' '}
        says what jobs may ask for.
      </p>
    );
  return <RequestTable caption="What you asked for, newest first" requests={requests.slice(0, SHOWN)} />;
}
