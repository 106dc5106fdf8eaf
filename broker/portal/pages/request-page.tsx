// One request with everything that an approver needs, and afterwards how it came to be. What was asked stands above what is
// around it; the verdict stands beside it, and on a phone below it with a way there at the bottom of the screen.
import { useEffect, useRef } from 'preact/hooks';
import type { RequestDetail } from '../../../shared/people-api.ts';
import { age } from '../../../shared/time-words.ts';
import { useTimes } from '../clock.ts';
import { usePolled } from '../data/polled.ts';
import { anyOf, leaseState, OUTCOMES, plural, stateOfDetail } from '../data/request-words.ts';
import { useSession, useTitle } from '../data/session.ts';
import { Stale } from '../parts/late.tsx';
import { Link } from '../parts/link.tsx';
import { Risk, Tag } from '../parts/marks.tsx';
import { UnreadPage } from '../parts/problem-note.tsx';
import { Exact } from '../parts/said.tsx';
import { leftWords, Time } from '../parts/times.tsx';
import { AlsoAsked } from '../request/also-asked.tsx';
import { BreakGlassPanel } from '../request/break-glass-panel.tsx';
import { ChangesCard } from '../request/changes-card.tsx';
import { GlanceStrip } from '../request/glance-strip.tsx';
import { LeaseCard } from '../request/lease-card.tsx';
import { Pass } from '../request/pass.tsx';
import { RefusalCard } from '../request/refusal-card.tsx';
import { TimelineCard } from '../request/timeline-card.tsx';
import { VerdictPanel } from '../request/verdict-panel.tsx';
import { WhyCard } from '../request/why-card.tsx';

const OPEN_SECONDS = 3;
const OVER_SECONDS = 15;

export function RequestPage({ id }: { readonly id: string }) {
  const path = `/v1/requests/${encodeURIComponent(id)}`;
  const over = useRef(false);
  const polled = usePolled<RequestDetail>(path, over.current ? OVER_SECONDS : OPEN_SECONDS);
  const { body, problem, staleSince, refresh, take } = polled;
  over.current = body !== undefined && !UNDER_WAY.includes(body.state);
  useTitle(body === undefined ? 'Request' : `${stateOfDetail(body).word}: ${body.title}`);
  useNews(body);
  if (body === undefined) return <UnreadPage problem={problem} refresh={refresh} />;
  const pending = body.state === 'pending';
  return (
    <>
      {body.approval !== undefined && (
        <a class="skip" href="#verdict">
          Skip to the verdict
        </a>
      )}
      <Head request={body} />
      <Stale since={staleSince} failing={problem !== undefined} />
      <div class="columns">
        <div class="main-column">
          {pending && <GlanceStrip request={body} />}
          {body.reasons !== undefined && <RefusalCard request={body} reasons={body.reasons} />}
          {!pending && <TimelineCard request={body} />}
          <Pass request={body} />
          <ChangesCard request={body} />
          <WhyCard request={body} />
          <AlsoAsked request={body} />
          {pending && <TimelineCard request={body} />}
        </div>
        <div class="side-column">
          {body.approval !== undefined && (
            <>
              <VerdictPanel request={body} approval={body.approval} onAnswer={take} onChanged={refresh} />
              <BreakGlassPanel request={body} approval={body.approval} onAnswer={take} onChanged={refresh} />
            </>
          )}
          <LeaseCard request={body} />
        </div>
      </div>
      {body.approval?.you.may === true && <BottomBar request={body} ends={body.approval.expires_at} />}
    </>
  );
}

const UNDER_WAY: readonly RequestDetail['state'][] = ['pending', 'approved', 'granted', 'issuing'];

/** What changed while somebody looks is said; nothing is moved. */
function useNews(request: RequestDetail | undefined): void {
  const { announce } = useSession();
  const word = request === undefined ? undefined : `${stateOfDetail(request).word}. ${OUTCOMES[request.state]}`;
  const before = useRef(word);
  useEffect(() => {
    if (before.current !== undefined && word !== undefined && before.current !== word) announce(word);
    before.current = word;
  }, [word, announce]);
}

function Head({ request }: { readonly request: RequestDetail }) {
  const { id, project, entitlement, title, risk, asked_at: asked, yours } = request;
  const times = useTimes();
  const lease = leaseState(request, times.now);
  return (
    <>
      <nav class="crumbs" aria-label="Where you are">
        <Link to={yours ? '/requests' : '/'}>{yours ? 'Yours' : 'Home'}</Link> / {project} / {entitlement}
      </nav>
      <div class="head">
        <p class="tags">
          <Tag {...stateOfDetail(request)} />
          {lease !== undefined && <Tag {...lease} />}
          <Risk risk={risk} />
          <span class="hint">
            Request <code>{id}</code> · asked <Time at={asked} />
          </span>
        </p>
        <h1>{title}</h1>
        <p class="lead">
          <Lead request={request} />
        </p>
      </div>
    </>
  );
}

/** Who wants what, and why you are asked; or what came of it. */
function Lead({ request }: { readonly request: RequestDetail }) {
  const { job, approval, state } = request;
  const who = (
    <>
      A job of <Exact text={job.repository} />, started by <Exact text={job.actor} />,
    </>
  );
  if (state !== 'pending' || approval === undefined)
    return (
      <>
        {who} asked for this. {OUTCOMES[state]}
      </>
    );
  if (approval.by.length === 0) return <>{who} asks for this. Its policy has break-glass alone: nobody approves it.</>;
  const left = approval.needed - approval.verdicts.filter(({ verdict }) => verdict === 'approve').length;
  return (
    <>
      {who} asks for this. The policy wants {plural(left, 'more approval', 'more approvals')} of{' '}
      <strong>{anyOf(approval.by)}</strong>
      {approval.you.may ? ', and you are one of them.' : '.'}
    </>
  );
}

/** On a phone the verdict comes last: this leads to it, and says how long there is. */
function BottomBar({ request, ends }: { readonly request: RequestDetail; readonly ends: string }) {
  const times = useTimes();
  const { progress } = request;
  const decide = (): void => {
    document.getElementById('verdict-panel')?.scrollIntoView();
    document.getElementById('verdict-reason')?.focus({ preventScroll: true });
  };
  return (
    <div class="bottom-bar">
      <span>
        <strong>{leftWords(ends, times)}</strong>
        <span class="hint">
          {progress === undefined
            ? age(Date.parse(request.asked_at), times.now, true)
            : `${progress.approved} of ${plural(progress.needed, 'approval')}`}
        </span>
      </span>
      <button type="button" class="button" onClick={decide}>
        Decide
      </button>
    </div>
  );
}
