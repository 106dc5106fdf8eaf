// Ending access, for people of security: what is paused, what is live, and the orders that stop and end it.
import type { LeaseList, PauseList } from '../../../shared/access-api.ts';
import {
  type AccessRoute,
  type Act,
  accessAddress,
  EVERYTHING,
  leasesPath,
  PAUSABLE,
  type PauseScope,
  type Target,
  type View,
} from '../access/access-route.ts';
import { LeaseFilters } from '../access/lease-filters.tsx';
import { LeaseTable } from '../access/lease-table.tsx';
import { PauseDialog } from '../access/pause-dialog.tsx';
import { Pauses } from '../access/pauses-card.tsx';
import { ResumeDialog } from '../access/resume-dialog.tsx';
import { RevokeDialog } from '../access/revoke-dialog.tsx';
import { go } from '../data/location.ts';
import { type Polled, usePolled } from '../data/polled.ts';
import { useTitle } from '../data/session.ts';
import { Stale } from '../parts/late.tsx';
import { Link } from '../parts/link.tsx';
import { Icon } from '../parts/marks.tsx';
import { Unread, UnreadPage } from '../parts/problem-note.tsx';

const SECONDS = 10;

interface Lists {
  readonly pauses: Polled<PauseList>;
  readonly leases: Polled<LeaseList>;
  readonly failing: Polled<LeaseList>;
}

export function AccessPage({ route }: { readonly route: AccessRoute }) {
  useTitle('Access');
  const lists = useLists(route);
  const { pauses, leases } = lists;
  const refused = [pauses, leases].find(({ problem }) => problem?.code === 'NOT_SECURITY');
  if (refused !== undefined) return <UnreadPage {...refused} />;
  return (
    <>
      <h1>Access</h1>
      <p class="lead">What is paused, and which leases live. One person ends access at once; two give it back.</p>
      <section class="card" aria-labelledby="pauses">
        <div class="card-head">
          <h2 id="pauses">Pauses in force</h2>
          <Link class="button" to={accessAddress({ ...route, act: { what: 'pause', of: pausable(route.of) } })}>
            Pause…
          </Link>
        </div>
        <Stale since={pauses.staleSince} failing={pauses.problem !== undefined} />
        {pauses.body === undefined ? (
          <Unread {...pauses} />
        ) : (
          <Pauses list={pauses.body} addressOf={(id) => accessAddress({ ...route, act: { what: 'resume', id } })} />
        )}
      </section>
      <LeasesPart route={route} lists={lists} />
      <TheDialog route={route} lists={lists} />
    </>
  );
}

function useLists({ view, of, before }: AccessRoute): Lists {
  const failing = leasesPath({ view: 'failing', of, before: undefined });
  return {
    pauses: usePolled('/v1/pauses', SECONDS),
    leases: usePolled(leasesPath({ view, of, before }), SECONDS),
    failing: usePolled(failing, SECONDS),
  };
}

const pausable = ({ scope, target }: Target): Target<PauseScope> => {
  const same = PAUSABLE.find((one) => one === scope);
  return same === undefined ? EVERYTHING : { scope: same, target };
};

/** Where nothing is named yet, everything is not what a press that went astray names. */
const revocable = (of: Target): Target => (of.scope === 'everything' ? { scope: 'project', target: '' } : of);

const NONE: Readonly<Record<View, string>> = {
  live: 'No lease is live.',
  failing: 'No credential waits for a revocation that failed.',
  returned: 'No lease was returned by its job.',
  expired: 'No lease has expired.',
  ended: 'No lease was ended before its time.',
  withheld: 'Nothing was withheld.',
  all: 'There is no lease yet.',
};

function LeasesPart({ route, lists }: { readonly route: AccessRoute; readonly lists: Lists }) {
  const { leases, failing } = lists;
  return (
    <section class="block" aria-labelledby="leases">
      <div class="card-head">
        <h2 id="leases">Leases</h2>
        <Link class="button" to={accessAddress({ ...route, act: { what: 'revoke', of: revocable(route.of) } })}>
          {route.of.scope === 'everything' ? 'Revoke…' : 'Revoke what is live of it…'}
        </Link>
      </div>
      <LeaseFilters route={route} failing={failing.body} list={leases.body} />
      <Stale since={leases.staleSince} failing={leases.problem !== undefined} />
      {route.view !== 'failing' && <FailingNote route={route} failing={failing.body} />}
      {leases.body === undefined ? <Unread {...leases} /> : <Found route={route} list={leases.body} />}
    </section>
  );
}

function FailingNote({ route, failing }: { readonly route: AccessRoute; readonly failing: LeaseList | undefined }) {
  if (failing === undefined || failing.leases.length === 0) return null;
  return (
    <p class="note refused">
      <Icon name="warning" />
      <span>
        Some credentials that were to be revoked could not be so far, and may still work.{' '}
        <Link to={accessAddress({ view: 'failing', of: route.of })}>Look at them first</Link>.
      </span>
    </p>
  );
}

function Found({ route, list }: { readonly route: AccessRoute; readonly list: LeaseList }) {
  const { leases, next } = list;
  return (
    <>
      {leases.length === 0 && (
        <p>{next === undefined ? NONE[route.view] : 'None among those that were looked through.'}</p>
      )}
      {leases.length > 0 && (
        <LeaseTable
          leases={leases}
          isLive={route.view === 'live'}
          only={(of) => accessAddress({ view: route.view, of })}
          revoke={(of) => accessAddress({ ...route, act: { what: 'revoke', of } })}
        />
      )}
      {next !== undefined && (
        <p class="actions">
          <Link class="button" to={accessAddress({ ...route, before: next, act: undefined })}>
            Show older ones
          </Link>
        </p>
      )}
    </>
  );
}

/** What is open over the page. Naming something else, or closing it, is no step on the way back. */
function TheDialog({ route, lists }: { readonly route: AccessRoute; readonly lists: Lists }) {
  const { act } = route;
  const { pauses, leases, failing } = lists;
  const onChanged = async (): Promise<void> =>
    void (await Promise.all([pauses.refresh(), leases.refresh(), failing.refresh()]));
  const onClose = (): void => go(accessAddress({ ...route, act: undefined }), { replace: true });
  const name = (next: Act): void => go(accessAddress({ ...route, act: next }), { replace: true });
  const common = { filter: route.of, leases: leases.body?.leases ?? [], onChanged, onClose };
  switch (act?.what) {
    case 'revoke':
      return <RevokeDialog {...{ ...common, of: act.of }} onName={(of) => name({ what: 'revoke', of })} />;
    case 'pause':
      return <PauseDialog {...{ ...common, of: act.of }} onName={(of) => name({ what: 'pause', of })} />;
    case 'resume':
      return pauses.body === undefined ? null : (
        <ResumeDialog
          {...{ id: act.id, onChanged, onClose }}
          pause={pauses.body.pauses.find(({ id }) => id === act.id)}
        />
      );
    default:
      return null;
  }
}
