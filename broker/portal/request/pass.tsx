// The pass: from which job to which credential, for how long and how often; below it the exact lines, and on a stub the digest
// that binds them. On the stub stands what a verdict is about, and nothing else is.
import { useState } from 'preact/hooks';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { begun, inFours, plural, refWords, ttlWords } from '../data/request-words.ts';
import { type Fact, Facts } from '../parts/card.tsx';
import { Elsewhere } from '../parts/link.tsx';
import { Exact, Said, SaidBlock } from '../parts/said.tsx';

export function Pass({ request }: { readonly request: RequestDetail }) {
  const { approval, state } = request;
  const title = state === 'pending' && approval?.you.may === true ? 'What you’d approve' : 'What was asked';
  return (
    <section class="block" aria-labelledby="pass">
      <div class="block-head">
        <h2 id="pass">{title}</h2>
        {approval !== undefined && <span class="hint">exactly this, and nothing else</span>}
      </div>
      <div class="pass">
        <Trip request={request} />
        <div class="pass-facts">
          <h3>What it gives</h3>
          <Facts all={gives(request)} />
          <h3>Where it runs</h3>
          <Facts all={where(request)} />
          <h3>Who asks, and why</h3>
          <Facts all={whoAndWhy(request)} />
        </div>
        {approval !== undefined && <Stub binding={approval.binding} covers={approval.covers} />}
      </div>
    </section>
  );
}

function Trip({ request }: { readonly request: RequestDetail }) {
  const { job, approval, kind, ttl } = request;
  const ref = refWords(job.ref);
  const often = approval === undefined || approval.issuances === 1 ? 'once' : `${approval.issuances} times`;
  return (
    <div class="trip">
      <div>
        <span class="hint">From a job of</span>
        <p class="trip-end">
          <Exact text={job.repository} />
        </p>
        <p>
          commit <code>{job.sha.slice(0, 7)}</code> on {ref.kind} <Said text={ref.name} short />
        </p>
      </div>
      <div class="trip-way">
        <strong>
          {ttlWords(ttl)}, {often}
        </strong>
        <svg class="trip-arrow" height="8" aria-hidden="true">
          <line x1="0" y1="4" x2="100%" y2="4" />
          <svg x="100%" aria-hidden="true">
            <path d="m-7-4 6 4-6 4" transform="translate(0 4)" />
          </svg>
        </svg>
        {job.environment === undefined ? (
          <span class="hint">no environment</span>
        ) : (
          <Said text={job.environment} short />
        )}
      </div>
      <div>
        <span class="hint">To</span>
        <p class="trip-end">{kind ?? 'a credential'}</p>
        <p>
          <code>
            {request.project}/{request.entitlement}
          </code>
        </p>
      </div>
    </div>
  );
}

function gives({ gives, kind, description, ttl, approval, revocation, owner }: RequestDetail): readonly Fact[] {
  const count = approval?.issuances ?? 1;
  return [
    { name: 'Credential', value: gives === undefined ? (kind ?? 'not in the policy any more') : begun(gives) },
    { name: 'Lets the job', value: description },
    {
      name: 'For how long',
      value: (
        <>
          {ttlWords(ttl)}, issued {count === 1 ? 'once' : plural(count, 'time')}
          {revocation !== undefined && <span class="hint"> {REVOCATIONS[revocation]}</span>}
        </>
      ),
    },
    { name: 'Answers for it', value: owner },
  ];
}

const REVOCATIONS = {
  immediate: 'can be revoked sooner',
  'at-expiry': 'can’t be revoked sooner',
  none: 'can’t be revoked',
} as const;

function where({ job }: RequestDetail): readonly Fact[] {
  const ref = refWords(job.ref);
  return [
    { name: 'Repository', value: <Linked to={job.repository_url} text={job.repository} /> },
    {
      name: 'Commit',
      value: (
        <>
          <Linked to={job.commit_url} text={job.sha} /> on {ref.kind} <Said text={ref.name} whole />
        </>
      ),
    },
    {
      name: 'Workflow',
      value: (
        <>
          <Said text={job.workflow_ref} whole /> <span class="hint">started by the event</span>{' '}
          <Exact text={job.event_name} />
        </>
      ),
    },
    {
      name: 'Run',
      value: (
        <>
          <Linked to={job.run_url} text={job.run_id} />, attempt <Exact text={job.run_attempt} />
        </>
      ),
    },
    {
      name: 'Environment',
      value: job.environment === undefined ? <span class="hint">none</span> : <Said text={job.environment} whole />,
    },
  ];
}

function whoAndWhy({ job, reason, ticket, assisted_by: assistedBy, yours }: RequestDetail): readonly Fact[] {
  return [
    {
      name: 'Started by',
      value: (
        <>
          <Exact text={job.actor} /> <span class="hint">id</span> <Exact text={job.actor_id} />{' '}
          <span class="hint">at {job.issuer}</span>
          {yours && <strong>, which is you</strong>}
        </>
      ),
    },
    {
      name: 'Started again by',
      value: job.triggering_actor !== undefined && (
        <>
          <Exact text={job.triggering_actor} /> <span class="hint">id</span>{' '}
          <Exact text={job.triggering_actor_id ?? ''} /> <span class="hint">at {job.issuer}</span>
        </>
      ),
    },
    { name: 'Written by', value: job.commit_author !== undefined && <Authors job={job} /> },
    { name: 'Policy changed by', value: job.policy_authors !== undefined && <PolicyAuthors job={job} /> },
    {
      name: 'Reason',
      value:
        reason === undefined ? (
          <span class="hint">none given</span>
        ) : (
          <SaidBlock text={reason} caption="As written in the workflow" />
        ),
    },
    { name: 'Ticket', value: ticket === undefined ? undefined : <Said text={ticket} whole /> },
    { name: 'Assisted by', value: assistedBy === undefined ? undefined : <Said text={assistedBy} whole /> },
  ];
}

/** Who wrote the commit and, where that is somebody else, who committed it. */
function Authors({ job }: Pick<RequestDetail, 'job'>) {
  const { commit_author: author = '', commit_author_id: id = '', committer = '', committer_id: committerId = '' } = job;
  return (
    <>
      <Exact text={author} /> <span class="hint">id</span> <Exact text={id} />
      {committerId !== id && (
        <>
          <span class="hint">, committed by</span> <Exact text={committer} /> <span class="hint">id</span>{' '}
          <Exact text={committerId} />
        </>
      )}{' '}
      <span class="hint">at {job.issuer}</span>
    </>
  );
}

function PolicyAuthors({ job }: Pick<RequestDetail, 'job'>) {
  return (
    <>
      {(job.policy_authors ?? []).map(({ id, login }, at) => (
        <span key={id}>
          {at > 0 && ', '}
          <Exact text={login} /> <span class="hint">id</span> <Exact text={id} />
        </span>
      ))}{' '}
      <span class="hint">at {job.issuer}</span>
    </>
  );
}

/** What could say something stays a quotation, and is never a link. */
function Linked({ to, text }: { readonly to: string | undefined; readonly text: string }) {
  return to !== undefined && /^https?:\/\//.test(to) && /^[\w./-]{1,128}$/.test(text) ? (
    <Elsewhere to={to}>
      <code>{text}</code>
    </Elsewhere>
  ) : (
    <Exact text={text} />
  );
}

const COVERS = {
  job: 'An approval holds for these lines together and for this job',
  run: 'An approval holds for these lines together and for the jobs of this run',
  plan: 'An approval holds for these lines together and for this plan',
} as const;

function Stub({ binding, covers }: { readonly binding: string; readonly covers: keyof typeof COVERS }) {
  const [whole, setWhole] = useState(false);
  const fours = inFours(binding);
  return (
    <div class="stub">
      <p>
        <span class="stub-name">Binding</span>{' '}
        <code>{whole ? fours : `${fours.slice(0, 19)} … ${fours.slice(-4)}`}</code>{' '}
        <button type="button" class="plain" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Fewer digits' : 'All 64 digits'}
        </button>
      </p>
      <p class="hint">{COVERS[covers]}. If one of them changes, it is void, and people are asked again.</p>
    </div>
  );
}
