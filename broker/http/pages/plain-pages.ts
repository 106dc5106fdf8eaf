// Pages with nothing to show: the one page of a real broker, which has none for people yet, and "no such request".
import { card, command, type Page } from './frame.ts';
import { html } from './html.ts';

/** The same for every address: it says nothing about any request, not even whether there is one. */
export const NO_PAGES_YET: Page = {
  title: 'No pages for people yet',
  madeAt: undefined,
  main: html`<h1>This version has no pages for people yet</h1>
<p class="lead">Buildpass gives CI jobs short-lived credentials, and writes down why. Nobody can sign in here yet, so this page is the same for every link.</p>
<div class="pair">
${card({
  id: 'job',
  title: 'If you came from a job',
  body: html`<p>The log of the job says what was decided and, where that was no, what to change. For a public repository it gives a code only; ask the people who run this broker for the rest.</p>`,
})}
${card({
  id: 'run',
  title: 'If you run this broker',
  body: html`<p>This shows what the issuance log has about a request. <code>ID</code> is the end of the link, <code>req_…</code></p>${command('buildpass log show --request ID')}`,
})}
</div>`,
};

export const NO_SUCH_REQUEST: Page = {
  title: 'No such request',
  madeAt: undefined,
  main: html`<h1>There is no such request here</h1>
<p class="lead">The link may be cut off, or belong to another broker. Copy it again from where it was printed, or look at the requests that there are.</p>
<p><a class="row-link" href="/">All requests</a></p>`,
};
