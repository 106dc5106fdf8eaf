// What is different since the last approved one: each line then and now, and where to read the commits between.
import type { RequestDetail } from '../../../shared/people-api.ts';
import { Card } from '../parts/card.tsx';
import { Elsewhere, Link } from '../parts/link.tsx';
import { Person } from '../parts/person.tsx';
import { Exact, Said } from '../parts/said.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/times.tsx';
import { requestAddress } from '../route.ts';

type LastApproved = NonNullable<RequestDetail['last_approved']>;

export function ChangesCard({ request }: { readonly request: RequestDetail }) {
  const last = request.last_approved;
  if (last === undefined)
    return request.approval === undefined ? null : (
      <Card id="changes" title="What changed since the last approved one">
        <p>No request for this entitlement was approved before this one, so there is nothing to compare it with.</p>
      </Card>
    );
  const { changes, request_id: before, compare_url: compare } = last;
  return (
    <Card id="changes" title="What changed since the last approved one" aside={<When last={last} />}>
      {changes.length === 0 ? (
        <p>
          Nothing of what is compared: commit, branch or tag, workflow file, environment, event, who started it, policy.
        </p>
      ) : (
        <Differences changes={changes} />
      )}
      <p class="actions">
        <Link class="row-link" to={requestAddress(before)}>
          The last approved request
        </Link>
        {compare !== undefined && <Elsewhere to={compare}>Compare the commits</Elsewhere>}
      </p>
    </Card>
  );
}

function When({ last: { at, names } }: { readonly last: LastApproved }) {
  return (
    <>
      <Time at={at} />
      {names.map((name, index) => (
        <>
          {index === 0 ? ', by ' : ' and '}
          <Person name={name} />
        </>
      ))}
    </>
  );
}

function Differences({ changes }: { readonly changes: LastApproved['changes'] }) {
  return (
    <>
      <Table
        caption="What changed, then and now"
        kind="compared"
        columns={['Line', 'Then', 'Now']}
        rows={changes.map(({ what, before, now }) => ({
          key: what,
          cells: [what, <Value key="then" text={before} />, <Value key="now" text={now} />],
        }))}
      />
      <p class="hint">Lines that are the same are left out.</p>
    </>
  );
}

/** A commit is a hash, and says nothing; whatever else a job named is quoted. */
function Value({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return <span class="hint">not shown</span>;
  if (/^[0-9a-f]{40}$/.test(text)) return <code>{text.slice(0, 12)}</code>;
  return /^\d+$/.test(text) ? <Exact text={text} /> : <Said text={text} whole />;
}
