// Who is signed in, where they are, and the page for it. A session that ends leads to the sign-in, and from there back.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Me, RequestList } from '../../shared/people-api.ts';
import { TimeContext, useTicking } from './clock.ts';
import { go, here, useLocation } from './data/location.ts';
import { usePolled } from './data/polled.ts';
import { useArrivingProposals } from './data/proposals.ts';
import { SessionContext } from './data/session.ts';
import { AccessPage } from './pages/access-page.tsx';
import { CatalogPage } from './pages/catalog-page.tsx';
import { DevicePage } from './pages/device-page.tsx';
import { HomePage } from './pages/home-page.tsx';
import { MePage } from './pages/me-page.tsx';
import { NowherePage } from './pages/nowhere-page.tsx';
import { RequestPage } from './pages/request-page.tsx';
import { RequestsPage } from './pages/requests-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { Frame } from './parts/frame.tsx';
import { UnreadPage } from './parts/problem-note.tsx';
import { type Route, routeOf, signInAddress } from './route.ts';

const ME_SECONDS = 60;
const WAITING_SECONDS = 5;

export function App() {
  const address = useLocation();
  const route = routeOf(address);
  const [utc, setUtc] = useState(false);
  const time = useTicking();
  useArrival(address);
  useArrivingProposals();
  return (
    <TimeContext.Provider value={{ now: time, utc }}>
      {route.page === 'sign-in' ? (
        <Frame me={undefined} route={route} waiting={undefined} onUtc={setUtc}>
          <SignInPage back={route.back} error={route.error} />
        </Frame>
      ) : (
        <SignedIn route={route} onUtc={setUtc} />
      )}
    </TimeContext.Provider>
  );
}

/** Going to another page leads to its beginning, for eyes and ears alike; a filter that changes does not. */
function useArrival(address: string): void {
  const path = address.split('?')[0];
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);
}

function SignedIn({ route, onUtc }: { readonly route: Route; readonly onUtc: (utc: boolean) => void }) {
  const me = usePolled<Me>('/v1/me', ME_SECONDS);
  const waiting = usePolled<RequestList>(
    me.body === undefined ? undefined : '/v1/requests?view=waiting',
    WAITING_SECONDS,
  );
  const [sentence, setSentence] = useState('');
  const announce = useCallback(setSentence, []);
  const out = [me.problem, waiting.problem].some((problem) => problem?.code === 'SIGN_IN_REQUIRED');
  useEffect(() => {
    if (out) go(signInAddress(here()), { replace: true });
  }, [out]);
  if (me.body === undefined)
    return (
      <Frame me={undefined} route={route} waiting={undefined} onUtc={onUtc}>
        <UnreadPage problem={out ? undefined : me.problem} refresh={me.refresh} />
      </Frame>
    );
  return (
    <SessionContext.Provider value={{ me: me.body, refreshMe: me.refresh, waiting, announce }}>
      <Frame me={me.body} route={route} waiting={waiting.body} onUtc={onUtc}>
        <Page route={route} />
      </Frame>
      <p class="heard" role="status">
        {sentence}
      </p>
    </SessionContext.Provider>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'home':
      return <HomePage />;
    case 'requests':
      return <RequestsPage view={route.view} before={route.before} />;
    case 'request':
      return <RequestPage key={route.id} id={route.id} />;
    case 'catalog':
      return <CatalogPage scope={route.scope} search={route.search} project={route.project} />;
    case 'access':
      return <AccessPage route={route} />;
    case 'me':
      return <MePage />;
    case 'device':
      return <DevicePage />;
    default:
      return <NowherePage />;
  }
}
