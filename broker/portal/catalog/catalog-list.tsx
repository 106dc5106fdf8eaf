// The catalog as a list by project: one line an entitlement, with who decides and for how long.
import type { PeopleCatalog } from '../../../shared/catalog.ts';
import { plural } from '../data/request-words.ts';
import { Link } from '../parts/link.tsx';
import { Icon, Quiet } from '../parts/marks.tsx';
import { catalogAddress } from '../route.ts';
import { lifeWords } from './life-words.ts';

interface Props {
  readonly projects: PeopleCatalog['projects'];
  readonly chosen: string | undefined;
  readonly search: string;
  readonly project: string;
}

export function CatalogList({ projects, chosen, search, project }: Props) {
  return (
    <>
      {projects.map(({ name, title, owner, entitlements }) => (
        <section class="card list-card" key={name} aria-labelledby={`project-${name}`}>
          <div class="card-head">
            <h2 id={`project-${name}`}>{title}</h2>
            <span class="hint">
              {name} · {owner} answers for it
            </span>
          </div>
          <ul>
            {entitlements.map((one) => (
              <li key={one.scope} class={one.scope === chosen ? 'open' : ''}>
                <span>
                  <Link
                    class="row-link"
                    to={catalogAddress({ scope: one.scope, search, project })}
                    current={one.scope === chosen}
                  >
                    {one.title}
                  </Link>
                  <code class="hint">{one.scope}</code>
                </span>
                <span>
                  <Decides one={one} />
                  <span class="hint">
                    {one.risk === 'high' ? 'High risk' : 'Low risk'} · {lifeWords(one.ttl)}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

type Entitlement = PeopleCatalog['projects'][number]['entitlements'][number];

function Decides({ one: { approval, lacks } }: { readonly one: Entitlement }) {
  if (lacks.length > 0) return <Quiet name="unknown" word="Not available here" />;
  return (
    <span class="quiet">
      <Icon name={approval === undefined ? 'noted' : 'person'} />
      {approval === undefined ? 'By policy alone' : plural(approval.needed, 'approval')}
    </span>
  );
}
