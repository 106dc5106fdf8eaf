// What every page stands in: the head, the bar, in the demo its banner, and the foot. No script and no style in the markup.
import type { Millis } from '../../clock.ts';
import { type Html, html } from './html.ts';
import { mark, sprite } from './icons.ts';
import { wholeTime } from './times.ts';

export interface Site {
  /** where the pages are, for the foot */
  readonly host: string;
  readonly styleSheet: string;
  readonly icon: string;
  readonly demo: boolean;
}

export interface Page {
  /** what the browser's tab says */
  readonly title: string;
  readonly main: Html;
  /** undefined for a page without times */
  readonly madeAt: Millis | undefined;
}

export function framed(site: Site, { title, main, madeAt }: Page): string {
  const times =
    madeAt !== undefined &&
    html`<span>Times in UTC. Made at ${wholeTime(madeAt)}; it does not update by itself.</span>`;
  const body = html`<a class="skip" href="#main">Skip to the content</a>
<header>
${site.demo && DEMO_BANNER}
<div class="bar"><div class="width"><a class="home" href="/">${mark}Buildpass</a></div></div>
</header>
<main id="main" class="width" tabindex="-1">
${main}
</main>
<footer class="width"><span>${site.host}</span>${times}</footer>`;
  return whole(site, { title: `${title} · Buildpass`, body, script: undefined });
}

/** The page in which the portal's script draws all others; it says nothing, whoever asks. */
export const portalPage = (site: Site, script: string): string =>
  whole(site, {
    title: 'Buildpass',
    script,
    body: html`${site.demo && DEMO_BANNER}
<div id="portal"></div>
<noscript><p class="width no-script">These pages need JavaScript, which this browser does not run: allow it for ${site.host}, or decide with another browser.</p></noscript>`,
  });

interface Document {
  readonly title: string;
  readonly body: Html;
  readonly script: string | undefined;
}

function whole(site: Site, { title, body, script }: Document): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${site.styleSheet}">
<link rel="icon" type="image/svg+xml" href="${site.icon}">
${script !== undefined && html`<script type="module" src="${script}"></script>`}
</head>
<body>
${sprite}
${body}
</body>
</html>
`;
  return page.toString();
}

const DEMO_BANNER = html`<p class="demo"><strong>Demo.</strong> A demo issuer and example policies, on this machine only. Nothing here opens a real door. <a href="/demo">All requests and the log</a> are shown without signing in.</p>`;

/** A block with a heading; `id` names both. */
export const card = ({ id, title, body }: { id: string; title: string; body: Html }): Html =>
  html`<section class="card" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;

/** A command to type, as it is typed; no line breaks inside a word of it, where an option could be misread. */
export const command = (text: string): Html =>
  html`<pre class="command"><code>${text.split(' ').map((word, index) => html`${index > 0 && ' '}<span>${word}</span>`)}</code></pre>`;

export interface Fact {
  readonly name: string;
  /** left out where there is nothing to say */
  readonly value: Html | false;
}

export const facts = (all: readonly Fact[]): Html =>
  html`<dl class="facts">${all.map(({ name, value }) => value !== false && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
