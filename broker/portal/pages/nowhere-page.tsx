// An address that no page has.
import { useTitle } from '../data/session.ts';
import { Link } from '../parts/link.tsx';

export function NowherePage() {
  useTitle('No such page');
  return (
    <>
      <h1>There is no such page</h1>
      <p class="lead">The link may be cut off. Copy it again from where it was printed.</p>
      <p class="actions">
        <Link class="button" to="/">
          See what waits for you
        </Link>
      </p>
    </>
  );
}
