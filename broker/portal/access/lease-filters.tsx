// Which leases are listed: by what became of them, and of one thing alone.
import { useState } from 'preact/hooks';
import type { LeaseList } from '../../../shared/access-api.ts';
import { slipIn, type TargetedScope } from '../../../shared/target-forms.ts';
import { go } from '../data/location.ts';
import { Link } from '../parts/link.tsx';
import { type AccessRoute, accessAddress, FILTERS, type Target, VIEWS, type View } from './access-route.ts';
import { Named } from './named.tsx';
import { TargetFields } from './target-fields.tsx';

const CHIPS: Readonly<Record<View, string>> = {
  live: 'Live',
  failing: 'Could not be revoked',
  returned: 'Returned',
  expired: 'Expired',
  ended: 'Ended',
  withheld: 'Withheld',
  all: 'All',
};

interface Props {
  readonly route: AccessRoute;
  /** those whose revocation failed so far */
  readonly failing: LeaseList | undefined;
  readonly list: LeaseList | undefined;
}

export function LeaseFilters({ route: { view, of }, failing, list }: Props) {
  return (
    <>
      <nav class="chips" aria-label="Which leases">
        {VIEWS.map((one) => (
          <Link key={one} class="chip" to={accessAddress({ view: one, of })} current={view === one}>
            {CHIPS[one]}
            {one === 'failing' && failing !== undefined && (
              <span class="hint">
                {' '}
                {failing.leases.length}
                {failing.next !== undefined && '+'}
              </span>
            )}
          </Link>
        ))}
      </nav>
      {of.scope === 'everything' ? (
        <Narrow view={view} leases={list?.leases ?? []} />
      ) : (
        <p class="actions narrowed">
          <span>
            Only of <Named of={of} />.
          </span>
          <Link to={accessAddress({ view })}>Show all</Link>
        </p>
      )}
    </>
  );
}

type Narrowed = Target<TargetedScope>;

function Narrow({ view, leases }: { readonly view: View; readonly leases: LeaseList['leases'] }) {
  const [of, setOf] = useState<Narrowed>({ scope: 'project', target: '' });
  const [slip, setSlip] = useState<string>();
  const change = (to: Narrowed): void => {
    setOf(to);
    setSlip(undefined);
  };
  return (
    <details class="narrow">
      <summary>Only of one thing</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const found = slipIn(of.scope, of.target);
          if (found === undefined) go(accessAddress({ view, of }));
          else setSlip(found);
        }}
      >
        <TargetFields
          id="narrow"
          label="Only of"
          scopes={FILTERS}
          of={of}
          leases={leases}
          slip={slip}
          onScope={(scope) => change({ scope, target: '' })}
          onTarget={(target) => change({ ...of, target })}
        />
        <button type="submit" class="button">
          Show these leases
        </button>
      </form>
    </details>
  );
}
