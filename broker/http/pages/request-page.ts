// One request: what became of it, what to change, what was compared, everything that the log says of it, and the job.

import { counted } from '../../../shared/number-words.ts';
import { age, span } from '../../../shared/time-words.ts';
import type { Millis } from '../../clock.ts';
import type { DemoCommands } from './demo-commands.ts';
import { card, command, facts, type Page } from './frame.ts';
import { type Html, html } from './html.ts';
import { lifetimeOf } from './lease-words.ts';
import { fieldsOf } from './log-entry.ts';
import { rail } from './rail.ts';
import type { RequestView } from './read-requests.ts';
import { refusalCards } from './refusal-cards.ts';
import { type RequestWords, requestWords } from './request-words.ts';
import { exact, said, saidBlock, saidWhole } from './said.ts';
import { tag } from './states.ts';
import { time, wholeTime } from './times.ts';

export function requestPage(request: RequestView, { now, commands }: { now: Millis; commands: DemoCommands }): Page {
  const words = requestWords(request, now);
  const main = html`<nav class="crumbs" aria-label="Where you are"><a href="/demo">All requests</a></nav>
${head(request, words, now)}
<div class="columns"><div class="main-column">
${request.refusal !== undefined && refusalCards(request.refusal)}
${request.lease !== undefined && given(request, words, now)}
${card({ id: 'happened', title: 'What happened', body: rail(request.entries, { dies: words.life?.dies, now }) })}
</div><div class="side-column">
${card({ id: 'job', title: 'The job', body: job(request) })}
${card({ id: 'asked', title: 'What it asked', body: asked(request) })}
${card({ id: 'verify', title: 'Check it yourself', body: verify(commands, request.id) })}
</div></div>`;
  return { title: `${words.states[0]?.word ?? 'Request'}: ${request.scope}`, main, madeAt: now };
}

function head({ id, createdAt, repeats }: RequestView, { states, title, outcome }: RequestWords, now: Millis): Html {
  const again = repeats > 0 && html` · asked ${counted(repeats, 'more time', 'more times')}, refused alike`;
  return html`<div class="head"><p class="tags">${states.map(tag)} <span class="hint">Request <code>${id}</code> · ${age(createdAt, now)}, ${wholeTime(createdAt)}${again}</span></p>
<h1>${title}</h1>
<p class="lead">${outcome}</p></div>`;
}

function given({ lease, entries, policyDigest }: RequestView, { life }: RequestWords, now: Millis): Html | undefined {
  if (lease === undefined || life === undefined) return undefined;
  const entry = fieldsOf(entries, 'issuance.succeeded');
  const long =
    lease.ends_at === null ? html`Without an end` : html`${lifetimeOf(lease)}, until ${time(lease.ends_at, now)}`;
  const body = facts([
    { name: 'Credential', value: html`A <code>${lease.kind}</code>` },
    { name: 'For how long', value: long },
    { name: 'Revocable', value: life.revocable },
    {
      name: 'Assurance',
      value:
        entry !== undefined &&
        html`${entry.assurance}${entry.assurance === 'automated' && html` <span class="hint">the policy asks nobody</span>`}`,
    },
    { name: 'By rule', value: entry !== undefined && html`${entry.rule}, of the policy <code>${policyDigest}</code>` },
    { name: 'Issuance', value: html`<code>${lease.issuance_id}</code>` },
    {
      name: 'Fingerprint',
      value:
        entry?.fingerprint !== undefined &&
        html`<code>${entry.fingerprint}</code> <span class="hint">SHA-256 of the credential</span>`,
    },
  ]);
  return card({ id: 'given', title: life.over ? 'What it gave' : 'What it gives', body });
}

function job({ subject }: RequestView): Html {
  return facts([
    {
      name: 'Repository',
      value: html`${exact(subject.repository)} <span class="hint">id ${exact(subject.repositoryId)}</span>`,
    },
    { name: 'Ref', value: saidWhole(subject.ref) },
    { name: 'Commit', value: html`<code>${subject.sha.slice(0, 12)}</code>` },
    { name: 'Event', value: exact(subject.eventName) },
    { name: 'Workflow', value: saidWhole(subject.workflowRef) },
    {
      name: 'Environment',
      value: subject.environment === undefined ? html`<span class="hint">none</span>` : said(subject.environment),
    },
    { name: 'Run', value: html`${exact(subject.runId)}, attempt ${exact(subject.runAttempt)}` },
    { name: 'Runner', value: subject.runnerEnvironment !== undefined && exact(subject.runnerEnvironment) },
    {
      name: 'Requester',
      value: html`${said(subject.actor)} <span class="hint">id ${exact(subject.actorId)} at ${exact(subject.issuer)}</span>`,
    },
  ]);
}

function asked({ scope, asked: { ttl, reason, ticket } }: RequestView): Html {
  return facts([
    { name: 'Entitlement', value: html`<code>${scope}</code>` },
    { name: 'Lifetime', value: ttl === null ? html`as the entitlement says` : html`${span(ttl * 1000)}` },
    {
      name: 'Reason',
      value:
        reason === null ? html`<span class="hint">none given</span>` : saidBlock(reason, 'As written in the workflow'),
    },
    { name: 'Ticket', value: ticket !== null && said(ticket) },
  ]);
}

const verify = (commands: DemoCommands, id: string): Html =>
  html`<p>This page shows what the store says; it proves nothing. The first command hashes every entry again, the second shows those of this request:</p>${command(commands.verify)}${command(commands.showRequest(id))}`;
