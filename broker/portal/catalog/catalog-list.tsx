// The catalog as a list by project: one line an entitlement, with who decides and for how long.
import type { PeopleCatalog } from '../../../shared/catalog.ts';
import { plural } from '../data/request-words.ts';
import { Link } from '../parts/link.tsx';
import { Quiet } from '../parts/marks.tsx';
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
                  <Quiet {...decides(one)} />
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

function decides({ approval, lacks }: Entitlement) {
  if (lacks.length > 0) return { name: 'unknown', word: 'Not available here' } as const;
  if (approval === undefined) return { name: 'permitted', word: 'By policy alone' } as const;
  return { name: 'waiting', word: plural(approval.needed, 'approval') } as const;
}
