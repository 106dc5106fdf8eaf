// Each type of log entry in words: its state, what happened, who did it, and what more there is to say on the rail.
// A type without words here does not compile. What an entry says of a lease is true whenever the page is read.

import { afterlifeOf } from '../../../shared/afterlife.ts';
import { shortDigest } from '../../../shared/number-words.ts';
import { ordinal } from '../../../shared/ordinal.ts';
import type { Millis } from '../../clock.ts';
import type { EntryFields, EntryType } from '../../log/entry.ts';
import { ACCESS_WORDS } from './access-words.ts';
import { DECOY_WORDS } from './decoy-words.ts';
import { type Html, html } from './html.ts';
import { KEY_WORDS } from './key-words.ts';
import type { LogEntry } from './log-entry.ts';
import { PEOPLE_WORDS } from './people-words.ts';
import { exact, said } from './said.ts';
import { time } from './times.ts';
import type { EntryWords } from './worded-entry.ts';

export function entryWords({ known }: LogEntry, now: Millis): EntryWords {
  if (known === undefined) return UNREADABLE;
  const words = WORDS[known.type] as (fields: unknown, now: Millis) => EntryWords;
  return words(known.fields, now);
}

const UNREADABLE: EntryWords = {
  state: 'unknown',
  what: 'Unreadable',
  who: html`unknown`,
  detail: html`This entry does not have the form of its type. <code>log verify</code> says whether it was changed.`,
};

const BROKER = html`the broker`;
const OPERATOR = html`an operator`;
const POLICIES = html`the policy directory`;
const jobOf = (run: string): Html => html`a job of run ${exact(run)}`;
const codes = (all: readonly string[]): Html =>
  html`${[...new Set(all)].map((code, index) => html`${index > 0 && ', '}<code>${code}</code>`)}`;

type Words = { readonly [T in EntryType]: (fields: EntryFields<T>, now: Millis) => EntryWords };

const WORDS: Words = {
  'request.pending': asked,
  'request.withdrawn': ({ by }) => ({ state: 'withdrawn', what: 'Withdrawn', who: WITHDRAWERS[by] }),
  'approval.verdict': verdict,
  'approval.expired': () => ({ state: 'lapsed', what: 'Nobody decided in time', who: BROKER }),
  'approval.void': ({ because }) => ({
    state: 'withdrawn',
    what: 'Approval void',
    who: BROKER,
    detail: html`The cause: ${because}.`,
  }),
  'break-glass.invoked': ({ team, self, number, notify }) => ({
    state: 'permitted',
    what: self ? 'Break-glass by who asked' : 'Break-glass',
    who: html`a member of ${exact(team)}`,
    detail: html`Time ${number} in its incident; ${exact(notify.join(', '))} told. It is shut after the incident until it was reviewed.`,
  }),
  'break-glass.reviewed': ({ as, invocations }) => ({
    state: 'noted',
    what: 'Break-glass reviewed',
    who: as === 'security' ? html`a member of security` : html`a member of the project’s owner`,
    detail: html`It was invoked ${invocations === 1 ? 'once' : html`${invocations} times`} in that incident, and may be invoked again.`,
  }),
  'request.decided': (fields) => (fields.decision === 'permit' ? permitted(fields) : refused(fields)),
  'request.misused': ({ code, run_id: run }) => ({
    state: 'refused',
    what: 'Misuse refused',
    who: html`${jobOf(run)}, <code>${code}</code>`,
    detail: MISUSES[code],
  }),
  'request.replayed': ({ run_id: run }) => ({
    state: 'refused',
    what: 'Replay refused',
    who: html`a token of run ${exact(run)}`,
    detail: html`A subject token works once; this one had been used.`,
  }),
  'issuance.started': ({ run_id: run, kind }) => ({
    state: 'permitted',
    what: 'Issuance started',
    who: jobOf(run),
    detail: html`Credential of kind <code>${kind}</code>.`,
  }),
  'issuance.succeeded': issued,
  'issuance.failed': ({ reason }) => ({
    state: 'failed',
    what: 'Not issued',
    who: BROKER,
    detail: html`The cause: ${reason}.`,
  }),
  'issuance.unknown': ({ reason, may_live_until: until }, now) => ({
    state: 'unknown',
    what: 'Outcome unknown',
    who: BROKER,
    detail: html`The cause: ${reason}. Nothing was handed to the job.${unknownUntil(until, now)}`,
  }),
  'issuance.withheld': ({ reason, revocation }) => ({
    state: 'failed',
    what: 'Withheld',
    who: BROKER,
    detail: html`The cause: ${reason}. The credential was handed to nobody${
      revocation === 'immediate' ? ', and is to be revoked' : '; nobody can revoke it'
    }.`,
  }),
  'issuance.redelivered': () => ({
    state: 'issued',
    what: 'Same answer given again',
    who: html`the same request`,
    detail: html`The job asked again with the same secret. Nothing new was issued.`,
  }),
  'lease.returned': returned,
  'lease.expired': () => ({ state: 'dies', what: 'Lease ended', who: html`its own end` }),
  'lease.revoked': () => ({
    state: 'revoked',
    what: 'Revoked',
    who: BROKER,
    detail: html`The system that issued it took the revocation.`,
  }),
  'lease.revocation_failed': ({ attempt, next_attempt_at: next }, now) => ({
    state: 'failed',
    what: 'Could not be revoked',
    who: html`${BROKER}, attempt ${attempt}`,
    detail: html`Next try at ${time(Date.parse(next), now)}.`,
  }),
  'lease.ended': ended,
  'grant.ended': ({ because }) => ({
    state: 'lapsed',
    what: 'Ended while it was issued',
    who: because === 'job-ended' ? html`the end of its job` : html`an order of revocation`,
    detail: html`What was being made is handed to nobody. The job may ask again, which is decided anew.`,
  }),
  'lease.died': ({ attempts }) => ({
    state: 'dies',
    what: 'Died unrevoked',
    who: html`its own end`,
    detail: html`Nobody confirmed that it was revoked, in ${attempts} ${attempts === 1 ? 'try' : 'tries'}. It cannot be used any more.`,
  }),
  ...ACCESS_WORDS,
  ...DECOY_WORDS,
  'policy.staged': ({ documents }) => ({
    state: 'noted',
    what: 'Policies staged',
    who: POLICIES,
    detail: html`${documents.length} ${documents.length === 1 ? 'file is' : 'files are'} kept ahead of a large change. What comes into force has entries of its own.`,
  }),
  'policy.changed': ({ file, policy_digest: digest, previous_digest: previous }) => ({
    state: 'noted',
    what: changeOf('Policy', digest, previous),
    who: html`${POLICIES}, ${said(file)}`,
  }),
  'policy.refused': () => ({ state: 'refused', what: 'New policies refused', who: POLICIES }),
  'organization.changed': organizationChanged,
  ...KEY_WORDS,
  ...PEOPLE_WORDS,
  'entry.erased': ({ erased_index: index, fields }) => ({
    state: 'noted',
    what: 'Personal fields erased',
    who: html`${BROKER}, in entry ${index}: ${exact(fields.join(', '))}`,
  }),
};

const WITHDRAWERS: Readonly<Record<EntryFields<'request.withdrawn'>['by'], Html>> = {
  job: html`the job`,
  requester: html`who asked`,
  'newer-request': html`the same job, which asked again`,
};

function asked(
  { run_id: run, by, needed, expires_at: ends, break_glass: invokers }: EntryFields<'request.pending'>,
  now: Millis,
): EntryWords {
  const until = time(Date.parse(ends), now);
  const way = invokers !== undefined && html` Break-glass: 1 of ${exact(invokers.join(', '))}.`;
  if (by.length === 0)
    return { state: 'waiting', what: 'Waiting for break-glass', who: jobOf(run), detail: html`Until ${until}.${way}` };
  const detail = html`${needed} of ${exact(by.join(', '))} until ${until}.${way}`;
  return { state: 'waiting', what: 'Waiting for approval', who: jobOf(run), detail };
}

function verdict({ verdict: said, team, self, approval }: EntryFields<'approval.verdict'>): EntryWords {
  const who = html`a member of ${exact(team)}`;
  if (said === 'reject') return { state: 'rejected', what: 'Rejected', who };
  const what = self ? 'Approved by who asked' : 'Approved';
  return {
    state: 'approved',
    what,
    who,
    detail: html`${approval === 'pending' ? 'More must agree.' : 'The job may go on.'}`,
  };
}

const MISUSES: Readonly<Record<EntryFields<'request.misused'>['code'], Html>> = {
  REQUEST_MISMATCH: html`The secret of this request came back with another scope, ttl, reason or ticket. Nothing was answered from it.`,
  REQUEST_OF_ANOTHER_JOB: html`Another job presented the secret of this request. Nothing was answered from it, and nothing in it changed.`,
};

function permitted(fields: EntryFields<'request.decided'>): EntryWords {
  const { run_id: run, rule, policy_digest: digest, renews } = fields;
  const first = renews !== undefined && html` The same job had ${exact(renews)} first, and people agreed to that.`;
  const detail = html`${rule === undefined ? 'A' : `The ${ordinal(rule)}`} rule holds, in the policy <code>${shortDigest(digest)}</code>.${first}`;
  return { state: 'permitted', what: renews === undefined ? 'Permitted' : 'Renewed', who: jobOf(run), detail };
}

function refused({ run_id: run, reasons = [], policy_digest: digest }: EntryFields<'request.decided'>): EntryWords {
  const why = codes(reasons.map(({ code }) => code));
  const detail = html`${why}, by the policy <code>${shortDigest(digest)}</code>. Nothing was issued.`;
  return { state: 'refused', what: 'Refused', who: html`${jobOf(run)}, ${why}`, detail };
}

/** What nobody holds nobody can take back. */
function unknownUntil(until: string | null | undefined, now: Millis): Html {
  if (until === undefined) return html``;
  if (until === null) return html` If it was made all the same, it lives until somebody ends it there.`;
  return html` Whether it was made is unknown; if it was, it has died by ${time(Date.parse(until), now)}.`;
}

function issued(fields: EntryFields<'issuance.succeeded'>, now: Millis): EntryWords {
  const { kind, ends_at: end, fingerprint, assurance, run_id: run } = fields;
  const until = end === null ? html`without an end` : html`until ${time(Date.parse(end), now)}`;
  const print = fingerprint !== undefined && html` Fingerprint <code>${shortDigest(fingerprint)}</code>.`;
  const afterlife = afterlifeOf(kind);
  const detail = html`A <code>${kind}</code>, ${until}${afterlife !== undefined && html`; ${afterlife}`}.${print}`;
  return { state: 'issued', what: `Issued, ${assurance}`, who: jobOf(run), detail };
}

function returned(fields: EntryFields<'lease.returned'>, now: Millis): EntryWords {
  const who = fields.by === 'token' ? html`somebody who showed the token` : html`the job`;
  return { state: 'returned', what: 'Lease returned', who, detail: afterwards(fields, now) };
}

function ended(fields: EntryFields<'lease.ended'>, now: Millis): EntryWords {
  const { because, key_id: key } = fields;
  const withdrawn = html`The key ${exact(key ?? '')} was withdrawn. ${afterwards(fields, now)}`;
  if (because === 'key-compromised')
    return { state: 'withdrawn', what: 'Lease ended: its key leaked', who: OPERATOR, detail: withdrawn };
  const who = because === 'job-ended' ? html`the end of its job` : html`an order of revocation`;
  return { state: 'lapsed', what: 'Lease ended early', who, detail: afterwards(fields, now) };
}

type Over = Pick<EntryFields<'lease.returned'>, 'revocation' | 'upstream_expires_at'>;

const afterwards = ({ revocation, upstream_expires_at: end }: Over, now: Millis): Html =>
  revocation === 'immediate'
    ? html`The broker asks the other side to revoke it; an entry says so once that is confirmed.`
    : stillUsable(end === null ? undefined : Date.parse(end), now);

function organizationChanged(fields: EntryFields<'organization.changed'>): EntryWords {
  const { file, organization_digest: digest, previous_digest: previous, loosened = [], tightened = [] } = fields;
  const others = fields.otherwise ?? [];
  const list = (what: string, all: readonly string[]): Html | false =>
    all.length > 0 && html`${what}: ${all.map((one, index) => html`${index > 0 && '; '}${said(one)}`)}. `;
  const told = loosened.length + tightened.length + others.length > 0;
  return {
    state: 'noted',
    what: `${changeOf('Organization', digest, previous)}${loosened.length > 0 ? ', loosened' : ''}`,
    who: html`${POLICIES}, ${said(file)}`,
    ...(told && {
      detail: html`${list('Loosened', loosened)}${list('Tightened', tightened)}${list('Otherwise', others)}`,
    }),
  };
}

/** True whenever it is read: before the end, and long after it. */
function stillUsable(end: Millis | undefined, now: Millis): Html {
  if (end === undefined) return html`Nobody can revoke it, and it never dies.`;
  const can = end > now ? 'can' : 'could';
  return html`Nobody ${can} revoke it: it ${can} be used until ${time(end, now)}.`;
}

function changeOf(what: string, digest: string | null, previous: string | null): string {
  if (digest === null) return `${what} removed`;
  return previous === null ? `${what} loaded` : `${what} changed`;
}
