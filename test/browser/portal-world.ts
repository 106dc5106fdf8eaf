// A broker with jobs that wait for people, and people who open its pages in a real browser, each in a context of their own.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { ApprovalStory } from '../support/approval-story.ts';
import { freePort } from '../support/free-port.ts';
import type { TestBrokerOptions } from '../support/test-broker.ts';
import { launchBrowser } from './browser.ts';

/** In a page, before its own script. */
const COUNTS_ASKS = `{
  const [ask, later] = [fetch, setTimeout];
  globalThis.underWay = 0;
  globalThis.fetch = async (...words) => {
    underWay += 1;
    try {
      const answer = await ask(...words);
      await answer.clone().arrayBuffer();
      return answer;
    } finally {
      later(() => (underWay -= 1));
    }
  };
}`;

/** What is drawn may ask for more, a moment after it is drawn. */
const UNTIL_CALM = `(async () => {
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  for (let calm = 0; calm < 3; calm = underWay === 0 ? calm + 1 : 0) await drawn();
  await document.fonts.ready;
})()`;

/** Nothing that the page asked for is under way any more. */
export const isCalm = (page: Page): Promise<void> => page.evaluate(UNTIL_CALM);

export class PortalWorld {
  readonly story: ApprovalStory;
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  /** what the browser complained of: the content policy, and errors of the script */
  readonly complaints: string[] = [];
  #told: RegExp | undefined;

  private constructor(story: ApprovalStory, browser: Browser) {
    this.story = story;
    this.#browser = browser;
  }

  static async open(options: TestBrokerOptions = {}): Promise<PortalWorld> {
    const port = await freePort();
    const [story, browser] = await Promise.all([
      // The clock of the machine, since the browser has no other.
      ApprovalStory.start({
        ...{ url: `http://localhost:${port}`, listen: { port }, clock: { now: () => Date.now() } },
        ...options,
      }),
      launchBrowser(),
    ]);
    return new PortalWorld(story, browser);
  }

  get url(): string {
    return this.story.broker.config.url;
  }

  /** A page of somebody who is signed in, at an address of the portal; of nobody where `name` is undefined. */
  async visit(name: string | undefined, path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.#newPage(options);
    if (name !== undefined) await page.request.get(this.story.broker.running.demoLink(name), { maxRedirects: 0 });
    await page.goto(`${this.url}${path}`);
    return page;
  }

  /** The same with all that it shows: nothing is under way any more, nor comes of what was answered. */
  async visitWhole(name: string | undefined, path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.visit(name, path, options);
    await isCalm(page);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  async #newPage(options: BrowserContextOptions): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    this.#contexts.push(context);
    await context.addInitScript(COUNTS_ASKS);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      // A refusal of the broker is no complaint.
      const known = /status of 4\d\d/.test(text) || this.#told?.test(text) === true;
      if (message.type() === 'error' && !known) this.complaints.push(text);
    });
    return page;
  }

  /** The rest of the test makes the browser say this, some time before its pages are closed. */
  makesItSay(what: RegExp): void {
    this.#told = what;
  }

  /** Closes the pages of one test. */
  async leave(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    this.#told = undefined;
  }

  async close(): Promise<void> {
    await this.leave();
    await this.#browser.close();
    await this.story.close();
  }
}
