// The demo's page where nothing is to be shown.
import type { Page } from './frame.ts';
import { html } from './html.ts';

export const NO_SUCH_REQUEST: Page = {
  title: 'No such request',
  madeAt: undefined,
  main: html`<h1>There is no such request here</h1>
<p class="lead">The link may be cut off, or belong to another broker. Copy it again from where it was printed, or look at the requests that there are.</p>
<p><a class="row-link" href="/demo">All requests</a></p>`,
};
