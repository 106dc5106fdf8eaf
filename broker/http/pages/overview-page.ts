// The demo's first page: which requests came, what was decided, and what the log says.

import { counted, grouped } from '../../../shared/number-words.ts';
import type { Millis } from '../../clock.ts';
import type { DemoCommands } from './demo-commands.ts';
import { entryWords } from './entry-words.ts';
import { card, command, type Page } from './frame.ts';
import { type Html, html } from './html.ts';
import type { LogEntry } from './log-entry.ts';
import type { Overview, RequestView } from './read-requests.ts';
import { requestWords } from './request-words.ts';
import { exact, said } from './said.ts';
import { quiet } from './states.ts';
import { table } from './table.ts';
import { time, timeAndAge } from './times.ts';

export function overviewPage(overview: Overview, { now, commands }: { now: Millis; commands: DemoCommands }): Page {
  const { requests, logSize } = overview;
  const lead =
    requests.length === 0
      ? NO_LEAD
      : html`${counted(requests.length, 'request', 'requests')}${overview.moreRequests && ', the newest,'} and ${counted(logSize, 'log entry', 'log entries')}. Open a request to see why it was decided so, and what to change.`;
  const main = html`<h1>What this broker decided</h1>
<p class="lead">${lead}</p>
${card({ id: 'requests', title: 'Requests', body: requests.length === 0 ? NO_REQUESTS : requestTable(requests, now) })}
${card({ id: 'log', title: 'Log', body: logSize === 0 ? NO_ENTRIES : html`${logTable(overview, now)}${older(overview, commands)}` })}
${card({ id: 'verify', title: 'Check it yourself', body: verify(commands) })}`;
  return { title: 'Requests and log', main, madeAt: now };
}

const NO_LEAD = html`Requests of jobs, why they were decided so, and the log of it all.`;
const NO_REQUESTS = html`<p><strong>No job has asked yet.</strong> Requests show up here with what was decided about them, newest first. <code>npm start</code> runs three example jobs that ask; load this page again once it says that they ran.</p>`;
const NO_ENTRIES = html`<p><strong>The log has no entries yet.</strong> Its first ones say which keys the broker made and which policies it loaded.</p>`;
const verify = (commands: DemoCommands): Html =>
  html`<p>This page shows what the store says; it proves nothing. This command hashes every entry again, and names each one that was changed:</p>${command(commands.verify)}`;

function requestTable(requests: readonly RequestView[], now: Millis): Html {
  return table({
    caption: 'Requests, newest first',
    kind: 'requests',
    columns: ['Entitlement', 'State', 'Job', 'Asked', 'Outcome'],
    rows: requests.map((request) => requestRow(request, now)),
  });
}

function requestRow(request: RequestView, now: Millis): Html[] {
  const { subject } = request;
  const { states, outcome } = requestWords(request, now);
  // The date and the state make the link's name differ from its neighbours' for who hears links alone.
  const heard = html`<span class="heard">, ${states.map(({ word }) => word).join(', ')}, asked ${time(request.createdAt, now)}</span>`;
  return [
    html`<a class="row-link" href="/demo/requests/${encodeURIComponent(request.id)}"><code>${request.scope}</code>${heard}</a>`,
    html`${states.slice(0, 2).map(quiet)}`,
    html`${exact(subject.repository)}<br>${said(refOf(subject.ref))} <span class="hint">${exact(subject.eventName)}</span>`,
    html`${timeAndAge(request.createdAt, now)}`,
    outcome,
  ];
}

const refOf = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, '');

const logTable = ({ entries }: Overview, now: Millis): Html =>
  table({
    caption: 'Log entries, newest first',
    kind: 'log',
    columns: ['Index', 'Time', 'What', 'Kind', 'Entitlement', 'Who or what'],
    rows: entries.map((entry) => entryRow(entry, now)),
  });

function older({ entries, logSize }: Overview, { show }: DemoCommands): Html | undefined {
  if (entries.length === logSize) return undefined;
  return html`<p class="hint">The newest ${grouped(entries.length)} of ${grouped(logSize)}. More: <code>${show} --last ${logSize}</code></p>`;
}

function entryRow(entry: LogEntry, now: Millis): Html[] {
  const { state, what, who } = entryWords(entry, now);
  return [
    indexLink(entry),
    time(entry.time, now),
    quiet({ name: state, word: what }),
    html`<code class="kind">${entry.type}</code>`,
    entry.scope === undefined ? html`<span class="hint">none</span>` : html`<code>${entry.scope}</code>`,
    who,
  ];
}

/** To its place in the life of its request, where it belongs to one. */
function indexLink({ index, requestId }: LogEntry): Html {
  if (requestId === undefined) return html`${grouped(index)}`;
  return html`<a class="row-link" href="/demo/requests/${encodeURIComponent(requestId)}#log-${index}">${grouped(index)}</a>`;
}
