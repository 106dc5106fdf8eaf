// The three facts that decide most verdicts: what moved since the last approved one, whether the workflow file did, and what part
// you have in it. Each is a fact from the claims or the log, never an opinion.
import type { ComponentChildren } from 'preact';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { anyOf, plural } from '../data/request-words.ts';
import { Icon } from '../parts/marks.tsx';
import { Time } from '../parts/times.tsx';

export function GlanceStrip({ request }: { readonly request: RequestDetail }) {
  return (
    <ul class="glance" aria-label="At a glance">
      <Moved request={request} />
      <Workflow request={request} />
      <YourPart request={request} />
    </ul>
  );
}

interface GlanceProps {
  readonly fine: boolean;
  readonly fact: string;
  readonly children: ComponentChildren;
}

function Glance({ fine, fact, children }: GlanceProps) {
  return (
    <li class={fine ? 'issued' : 'waiting'}>
      <Icon name={fine ? 'tick' : 'warning'} />
      <div>
        <strong>{fact}</strong>
        <p>{children}</p>
      </div>
    </li>
  );
}

function Moved({ request: { last_approved: last } }: { readonly request: RequestDetail }) {
  if (last === undefined)
    return (
      <Glance fine={false} fact="Nothing to compare with">
        None of these was approved before
      </Glance>
    );
  const count = last.changed.length;
  return (
    <Glance fine={count === 0} fact={movedWords(last.changed)}>
      Since <Time at={last.at} />. <a href="#changes">{count === 0 ? 'Compare' : 'What changed'}</a>
    </Glance>
  );
}

function movedWords([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'The same as last time';
  return others.length === 0 ? `${first} changed` : `${plural(others.length + 1, 'line')} changed`;
}

const WORKFLOW_FILE = 'The workflow file';

function Workflow({ request: { last_approved: last } }: { readonly request: RequestDetail }) {
  if (last === undefined)
    return (
      <Glance fine={false} fact="Workflow file not seen before">
        Read it at this commit
      </Glance>
    );
  const same = !last.changed.includes(WORKFLOW_FILE);
  return (
    <Glance fine={same} fact={same ? 'Same workflow file' : 'Another workflow file'}>
      {same ? 'By its path; its text may have changed with the commit' : 'Than the last approved one'}
    </Glance>
  );
}

function YourPart({ request: { yours, approval, job } }: { readonly request: RequestDetail }) {
  if (yours)
    return (
      <Glance fine={false} fact="You asked for it yourself">
        {approval?.self_allowed === true ? 'The policy allows that, and the log will say so' : 'Somebody else decides'}
      </Glance>
    );
  if (approval?.you.may === true)
    return (
      <Glance fine fact="You have no part in it">
        You did not start the job
      </Glance>
    );
  return (
    <Glance fine={false} fact="You don’t decide this">
      {anyOf(approval?.by ?? [])} does; started by an account of {job.issuer}
    </Glance>
  );
}
