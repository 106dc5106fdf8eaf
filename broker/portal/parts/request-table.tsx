// Requests as a table.
import type { RequestSummary } from '../../../shared/people-api.ts';
import { refWords, stateOf } from '../data/request-words.ts';
import { requestAddress } from '../route.ts';
import { Link } from './link.tsx';
import { Quiet } from './marks.tsx';
import { Exact, Said } from './said.tsx';
import { Table } from './table.tsx';
import { Time } from './times.tsx';

interface Props {
  readonly caption: string;
  readonly requests: readonly RequestSummary[];
}

const COLUMNS = ['What', 'State', 'Job', 'Started by', 'When'];

export function RequestTable({ caption, requests }: Props) {
  return (
    <div class="card table-card">
      <Table
        caption={caption}
        kind="requests people"
        columns={COLUMNS}
        rows={requests.map((request) => ({ key: request.id, cells: cellsOf(request) }))}
      />
    </div>
  );
}

function cellsOf(request: RequestSummary) {
  const { id, title, project, entitlement, job } = request;
  return [
    <>
      <Link class="row-link" to={requestAddress(id)}>
        {title}
      </Link>
      <code class="hint">
        {project}/{entitlement}
      </code>
    </>,
    <Quiet key="state" {...stateOf(request)} />,
    <>
      <Exact text={job.repository} /> <Said text={refWords(job.ref).name} short />
    </>,
    <Exact key="actor" text={job.actor} />,
    <Time key="when" at={request.asked_at} />,
  ];
}
