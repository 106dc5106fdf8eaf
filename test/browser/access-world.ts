// What the stories of people of security in a browser share: jobs with what can be revoked, and what a page says was done.
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { revocable } from '../support/revocable-policies.ts';
import { newSecret } from '../support/test-broker.ts';
import { PortalWorld } from './portal-world.ts';

interface Issued {
  readonly lease: string;
  readonly request: string;
  readonly secret: string;
}

class AccessWorld {
  #portal: PortalWorld | undefined;

  async open(): Promise<void> {
    this.#portal = await PortalWorld.open(revocable());
  }

  get portal(): PortalWorld {
    if (this.#portal === undefined) throw new Error('open it first');
    return this.#portal;
  }

  /** A job gets what another system revokes. */
  async issue(run: string, claims: object = {}): Promise<Issued> {
    const secret = newSecret();
    const job = { actor_id: '9001', actor: 'robin', run_id: run, ...claims };
    const { status, body } = await this.portal.story.broker.ask({ scope: 'shop/upstream', secret, claims: job });
    if (status !== 200) throw new Error(`not issued: ${status} ${JSON.stringify(body)}`);
    return { lease: body.lease_id, request: body.request_id, secret };
  }

  /** A page of somebody who has shown just now that it is them. */
  async proven(name: string, path: string): Promise<Page> {
    const page = await this.portal.visit(name, '/sign-in');
    await page.request.get(`${this.portal.url}/sign-in/demo?step-up=1`);
    await page.goto(`${this.portal.url}${path}`);
    return page;
  }

  /** What the broker answered, and the entry that it names. */
  async answerOf(page: Page): Promise<{ text: string; type: string | undefined }> {
    await heading(page, 'What the broker says').waitFor();
    const text = await page.getByRole('dialog').innerText();
    const index = Number(/In the log at ([\d,]+)\./.exec(text)?.[1]?.replaceAll(',', ''));
    return { text, type: (await this.portal.story.broker.entries())[index]?.type };
  }

  async leave(): Promise<void> {
    await this.portal.leave();
    this.portal.story.broker.provider.revokeFails = false;
  }
}

/** For all tests of a file: none of them leaves a page open, or one that complained. */
export function openAccessWorld(): AccessWorld {
  const world = new AccessWorld();
  beforeAll(() => world.open());
  afterEach(async () => {
    await world.leave();
    expect(world.portal.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => world.portal.close());
  return world;
}

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();
export const heading = (page: Page, name: string): Locator => page.getByRole('heading', { name, exact: true });
export const row = (page: Page, run: string): Locator => page.getByRole('row').filter({ hasText: `Run ${run}` });
export const focused = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement.id || document.activeElement.textContent');
