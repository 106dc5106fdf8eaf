// Signing in: where you were going, and the ways there are.
import type { Providers } from '../../../shared/people-api.ts';
import { wordsFor } from '../data/codes.ts';
import { usePolled } from '../data/polled.ts';
import { useTitle } from '../data/session.ts';
import { Mark } from '../parts/frame.tsx';
import { Icon } from '../parts/marks.tsx';
import { Unread } from '../parts/problem-note.tsx';
import { Exact } from '../parts/said.tsx';
import { type Route, routeOf } from '../route.ts';

const RARELY_SECONDS = 300;

export function SignInPage({ back, error }: { readonly back: string; readonly error: string | undefined }) {
  useTitle('Sign in');
  const { body, problem, refresh } = usePolled<Providers>('/v1/sign-in', RARELY_SECONDS);
  return (
    <div class="sign-in">
      <p class="home">
        <Mark />
        <span>Buildpass</span>
      </p>
      <h1>Sign in</h1>
      <Destination back={back} />
      {error !== undefined && <Failed code={error} />}
      {body === undefined ? (
        <Unread problem={problem} refresh={refresh} />
      ) : (
        <Ways providers={body.providers} back={back} />
      )}
      <p class="hint">
        Buildpass gives a CI job the credential it needs, for as long as it needs it, and writes down why.
      </p>
    </div>
  );
}

function Destination({ back }: { readonly back: string }) {
  const route = routeOf(back);
  const known = DESTINATIONS[route.page];
  if (back === '/' || known === undefined)
    return <p class="lead">Requests that wait for your verdict, and your own, are behind this.</p>;
  return (
    <p class="lead">
      You were on your way to{' '}
      {route.page === 'request' ? (
        <>
          request <Exact text={route.id} />
        </>
      ) : (
        known
      )}
      . You’ll go there next.
    </p>
  );
}

const DESTINATIONS: Partial<Record<Route['page'], string>> = {
  request: 'a request',
  requests: 'the list of requests',
  catalog: 'the catalog',
  me: 'your account',
  device: 'logging in a command line',
};

function Failed({ code }: { readonly code: string }) {
  const { title, next } = wordsFor(code);
  return (
    <div class="note refused" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{title}.</strong> {next}
        <p class="hint">
          Code <Exact text={code} />
        </p>
      </div>
    </div>
  );
}

function Ways({ providers, back }: { readonly providers: Providers['providers']; readonly back: string }) {
  const real = providers.filter(({ kind }) => kind !== 'demo');
  const target = back === '/' ? '' : `?return=${encodeURIComponent(back)}`;
  return (
    <>
      {real.length > 0 && (
        <ul class="ways">
          {real.map(({ name, title }, index) => (
            <li key={name}>
              <a class={index === 0 ? 'button solid tall' : 'button tall'} href={`/sign-in/${name}${target}`}>
                Continue with {title}
              </a>
            </li>
          ))}
        </ul>
      )}
      {real.length > 0 && (
        <p class="hint">
          Use the one that your team uses here. Your name, your account’s id and your teams are read; nothing is posted.
        </p>
      )}
      {real.length < providers.length && (
        <section class="card" aria-labelledby="demo">
          <h2 id="demo">Trying the demo?</h2>
          <p>
            Links that sign you in are in the terminal where you ran <code>npm start</code>. Each works once, on this
            machine only.
          </p>
        </section>
      )}
      {providers.length === 0 && (
        <section class="card" aria-labelledby="nobody">
          <h2 id="nobody">Nobody can sign in here yet</h2>
          <p>
            The configuration of this broker names no <code>sign-in</code>. If you came from a job, its log says what
            was decided and, where that was no, what to change. If you run this broker, docs/configuration.md says how
            to add one.
          </p>
        </section>
      )}
    </>
  );
}
