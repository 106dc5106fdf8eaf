// The catalog: search first, then one line each by project; what one is stands beside the list, and on a phone in its place.
import type { PeopleCatalog } from '../../../shared/catalog.ts';
import { CatalogList } from '../catalog/catalog-list.tsx';
import { EntitlementCard } from '../catalog/entitlement-card.tsx';
import { go } from '../data/location.ts';
import { usePolled } from '../data/polled.ts';
import { plural } from '../data/request-words.ts';
import { useTitle } from '../data/session.ts';
import { Stale } from '../parts/late.tsx';
import { Link } from '../parts/link.tsx';
import { Icon } from '../parts/marks.tsx';
import { Unread } from '../parts/problem-note.tsx';
import { Said } from '../parts/said.tsx';
import { catalogAddress } from '../route.ts';

const SECONDS = 60;

interface Props {
  readonly scope: string | undefined;
  readonly search: string;
  readonly project: string;
}

export function CatalogPage(props: Props) {
  const { body, problem, staleSince, refresh } = usePolled<PeopleCatalog>('/v1/catalog', SECONDS);
  const { scope } = props;
  const chosen = body?.projects.flatMap((project) =>
    project.entitlements.filter((one) => one.scope === scope).map((entitlement) => ({ project, entitlement })),
  )[0];
  useTitle(chosen?.entitlement.title ?? 'Catalog');
  return (
    <>
      <h1>Catalog</h1>
      <p class="lead">Everything that a job may ask for, as the policies in force say it.</p>
      <Stale since={staleSince} failing={problem !== undefined} />
      {body === undefined ? (
        <Unread problem={problem} refresh={refresh} />
      ) : (
        <div class={scope === undefined ? 'catalog' : 'catalog chosen'}>
          <Choices catalog={body} {...props} />
          <div>
            {chosen !== undefined && <EntitlementCard {...chosen} back={catalogAddress({ ...props, scope: '' })} />}
            {chosen === undefined && scope !== undefined && <Unknown scope={scope} />}
            {scope === undefined && body.projects.length > 0 && (
              <p class="hint catalog-none">Choose one to read what it gives, and who decides.</p>
            )}
          </div>
        </div>
      )}
    </>
  );
}

function Choices({ catalog, scope, search, project }: Props & { readonly catalog: PeopleCatalog }) {
  const found = matching(catalog, search);
  const total = count(found);
  const shown = found.filter(({ name }) => project === '' || name === project);
  return (
    <div class="catalog-choices">
      <search>
        <label class="heard" for="catalog-search">
          Search the catalog
        </label>
        <span class="search-field">
          <Icon name="search" />
          <input
            id="catalog-search"
            type="search"
            placeholder="Search by name, team or repository"
            value={search}
            onInput={(event) =>
              go(catalogAddress({ scope: scope ?? '', project, search: event.currentTarget.value }), { replace: true })
            }
          />
        </span>
      </search>
      <nav class="chips" aria-label="Projects">
        <Link class="chip" to={catalogAddress({ search })} current={project === ''}>
          All <span class="hint">{total}</span>
        </Link>
        {found.map(({ name, entitlements }) => (
          <Link class="chip" key={name} to={catalogAddress({ search, project: name })} current={project === name}>
            {name} <span class="hint">{entitlements.length}</span>
          </Link>
        ))}
      </nav>
      <p class="hint" role="status">
        {search === '' ? (
          plural(count(catalog.projects), 'entitlement')
        ) : (
          <>
            {total} of {plural(count(catalog.projects), 'entitlement')} match <Said text={search} />
          </>
        )}
      </p>
      <CatalogList projects={shown} chosen={scope} search={search} project={project} />
      {shown.length === 0 && (
        <p>
          Nothing matches. <Link to="/catalog">Show the whole catalog</Link>.
        </p>
      )}
    </div>
  );
}

type Projects = PeopleCatalog['projects'];

const count = (projects: Projects): number => projects.reduce((sum, { entitlements }) => sum + entitlements.length, 0);

/** Projects that keep at least one entitlement; a word that names the project keeps all of its. */
function matching({ projects }: PeopleCatalog, search: string): Projects {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  return projects.flatMap((project) => {
    const about = [project.name, project.title, project.owner, ...project.repositories.map(({ name }) => name)].join(
      ' ',
    );
    const entitlements = project.entitlements.filter((one) =>
      has([about, one.scope, one.title, one.kind, one.description, ...(one.approval?.by ?? [])].join(' ')),
    );
    return entitlements.length === 0 ? [] : [{ ...project, entitlements }];
  });
}

function Unknown({ scope }: { readonly scope: string }) {
  return (
    <section class="card" aria-labelledby="unknown">
      <h2 id="unknown">No such entitlement</h2>
      <p>
        The policies in force offer no <Said text={scope} />. It may have been renamed or removed.{' '}
        <Link to="/catalog">Show the whole catalog</Link>.
      </p>
    </section>
  );
}
