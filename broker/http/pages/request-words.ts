// A request in words: its states, what became of it in one sentence, and for a refusal the two values that differ.
import type { Millis } from '../../clock.ts';
import type { Reason } from '../../model.ts';
import { type Html, html } from './html.ts';
import { type Life, lifeOf, lifetimeOf } from './lease-words.ts';
import type { RequestView } from './read-requests.ts';
import { said, sentence } from './said.ts';
import type { State } from './states.ts';
import { time } from './times.ts';

export interface RequestWords {
  readonly states: readonly State[];
  readonly title: Html;
  /** whole sentences */
  readonly outcome: Html;
  readonly life: Life | undefined;
}

export function requestWords(request: RequestView, now: Millis): RequestWords {
  const scope = html`<code>${request.scope}</code>`;
  switch (request.state) {
    case 'denied':
      return without(
        { name: 'refused', word: 'Refused' },
        html`This job may not have ${scope}`,
        refusalOutcome(request),
      );
    case 'pending':
      return without(
        { name: 'waiting', word: 'Waiting' },
        html`This job waits for ${scope}`,
        html`People must approve it first.`,
      );
    case 'approved':
      return without(
        { name: 'approved', word: 'Approved' },
        html`This job may have ${scope}`,
        html`It was approved. Nothing is issued before the job collects it.`,
      );
    case 'rejected':
    case 'expired':
    case 'withdrawn':
    case 'void':
      return without(ENDED[request.state].state, html`This job did not get ${scope}`, ENDED[request.state].outcome);
    case 'granted':
      return granted(request, scope, now);
    case 'issuing':
      return without(
        { name: 'running', word: 'Being issued' },
        html`This job is getting ${scope}`,
        html`The system that issues it was asked and has not answered yet.`,
      );
    case 'issued':
      return issued(request, scope, now);
    case 'failed':
      return without(
        { name: 'failed', word: 'Not issued' },
        html`${scope} was permitted, and not issued`,
        html`The system that issues it refused, so the job got nothing. The job can ask again.`,
      );
    case 'unknown':
      return without(
        { name: 'unknown', word: 'Unknown' },
        html`Nobody knows whether ${scope} was issued`,
        html`The outcome was lost, and nothing was handed to the job. The job can ask anew.`,
      );
  }
}

const ENDED: Readonly<Record<'rejected' | 'expired' | 'withdrawn' | 'void', { state: State; outcome: Html }>> = {
  rejected: {
    state: { name: 'rejected', word: 'Rejected' },
    outcome: html`An approver said no. Nothing was issued; the job can ask anew.`,
  },
  expired: {
    state: { name: 'lapsed', word: 'Expired' },
    outcome: html`Nobody decided in time. Nothing was issued; the job can ask anew.`,
  },
  withdrawn: {
    state: { name: 'withdrawn', word: 'Withdrawn' },
    outcome: html`It was taken back before it was decided. Nothing was issued.`,
  },
  void: {
    state: { name: 'withdrawn', word: 'Void' },
    outcome: html`Its policy was changed while it waited, so what was asked is no longer what is allowed. The job can ask anew.`,
  },
};

const without = (state: State, title: Html, outcome: Html): RequestWords => ({
  states: [state],
  title,
  outcome,
  life: undefined,
});

function granted({ grant }: RequestView, scope: Html, now: Millis): RequestWords {
  if (grant !== undefined && grant.expires_at > now) {
    const outcome = html`The policy permits it. Nothing is issued yet; the grant lapses at ${time(grant.expires_at, now)}.`;
    return without({ name: 'permitted', word: 'Permitted' }, html`This job may have ${scope}`, outcome);
  }
  const outcome = html`The policy permitted it, and the grant lapsed before anything was issued. The job can ask again.`;
  return without({ name: 'lapsed', word: 'Lapsed' }, html`${scope} was permitted, and not issued`, outcome);
}

function issued({ lease, entries }: RequestView, scope: Html, now: Millis): RequestWords {
  const title = html`This job got ${scope}`;
  const issuedState: State = { name: 'issued', word: 'Issued' };
  if (lease === undefined) return without(issuedState, title, html`Its lease is not in the store any more.`);
  const life = lifeOf(lease, entries, now);
  const giveBack = entries.find(({ type }) => type === 'lease.returned');
  const returned: State[] = giveBack === undefined ? [] : [{ name: 'returned', word: 'Returned' }];
  const back = giveBack !== undefined && html`The job gave it back at ${time(giveBack.time, now)}. `;
  const lifetime = lifetimeOf(lease);
  const long = lifetime !== undefined && html` for ${lifetime}`;
  const outcome = html`A <code>${lease.kind}</code>${long}. ${back}${life.words}`;
  return { states: [issuedState, ...returned, life.state], title, outcome, life };
}

function refusalOutcome({ refusal }: RequestView): Html {
  const [first] = refusal?.reasons ?? [];
  return html`${first !== undefined && html`${difference(first)} `}Nothing was issued.`;
}

/** What the rule wants and what the job has, in one sentence; both in the words of whom they come from. */
function difference(reason: Reason): Html {
  const { condition, expected, got, code, message } = reason;
  if (condition === undefined || expected === undefined || reason.rule === undefined || code === 'FACT_UNAVAILABLE') {
    return sentence(message, got);
  }
  const has = got === undefined ? html`this job has none` : html`this job has ${said(got)}`;
  return html`The rule wants <strong>${condition}</strong> to be <code>${expected}</code>; ${has}.`;
}
