// What else the same job asked for.
import type { RequestDetail } from '../../../shared/people-api.ts';
import { stateOf } from '../data/request-words.ts';
import { Card } from '../parts/card.tsx';
import { Link } from '../parts/link.tsx';
import { Quiet } from '../parts/marks.tsx';
import { requestAddress } from '../route.ts';

export function AlsoAsked({ request }: { readonly request: RequestDetail }) {
  const { same_job: others } = request;
  return (
    <Card id="also" title="Also asked by this job">
      {others.length === 0 ? (
        <p>Nothing else.</p>
      ) : (
        <ul class="lines">
          {others.map(({ id, entitlement, state }) => (
            <li key={id}>
              <Link class="row-link" to={requestAddress(id)}>
                {entitlement}
              </Link>
              <Quiet {...stateOf({ ...request, state, progress: undefined })} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
