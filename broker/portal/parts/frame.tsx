// What every page stands in: skip links, the bar, the main part and the foot.
import type { ComponentChildren } from 'preact';
import type { Me, RequestList } from '../../../shared/people-api.ts';
import { useTimes } from '../clock.ts';
import { howMany } from '../data/request-words.ts';
import type { Route } from '../route.ts';
import { Link } from './link.tsx';
import { Initials, Person } from './person.tsx';
import { zoneName } from './times.tsx';

interface FrameProps {
  readonly me: Me | undefined;
  readonly route: Route;
  readonly waiting: RequestList | undefined;
  readonly onUtc: (utc: boolean) => void;
  readonly children: ComponentChildren;
}

export function Frame({ me, route, waiting, onUtc, children }: FrameProps) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      {me !== undefined && <Bar me={me} page={route.page} waiting={waiting} />}
      <main id="main" class={`width page-${route.page}`} tabIndex={-1}>
        {children}
      </main>
      {me !== undefined && <Foot onUtc={onUtc} />}
    </>
  );
}

function Bar({
  me,
  page,
  waiting,
}: {
  readonly me: Me;
  readonly page: Route['page'];
  readonly waiting: RequestList | undefined;
}) {
  return (
    <header>
      <div class="bar">
        <div class="width">
          <Link class="home" to="/">
            <Mark />
            <span class="wordmark">Buildpass</span>
          </Link>
          <nav aria-label="Pages">
            <Link to="/" current={page === 'home'}>
              Home
              {waiting !== undefined && waiting.requests.length > 0 && (
                <span class="count">
                  {howMany(waiting)}
                  <span class="heard"> waiting for you</span>
                </span>
              )}
            </Link>
            <Link to="/requests" current={page === 'requests'}>
              Requests
            </Link>
            <Link to="/catalog" current={page === 'catalog'}>
              Catalog
            </Link>
            {me.roles.includes('security') && (
              <Link to="/access" current={page === 'access'}>
                Access
              </Link>
            )}
          </nav>
          <Link class="self" to="/me" current={page === 'me'}>
            <Initials name={me.name} />
            <span class="self-name">
              <Person name={me.name} />
            </span>
          </Link>
        </div>
      </div>
    </header>
  );
}

export function Mark() {
  return (
    <svg class="mark" width="24" height="20" aria-hidden="true">
      <use href="#icon-mark" />
    </svg>
  );
}

function Foot({ onUtc }: { readonly onUtc: (utc: boolean) => void }) {
  const times = useTimes();
  return (
    <footer class="width">
      <span>{location.host}</span>
      <span>
        Times in {zoneName(times)}.{' '}
        {zoneName({ ...times, utc: false }) !== 'UTC' && (
          <button type="button" class="plain" onClick={() => onUtc(!times.utc)}>
            {times.utc ? 'Show local time' : 'Show UTC'}
          </button>
        )}
      </span>
    </footer>
  );
}
