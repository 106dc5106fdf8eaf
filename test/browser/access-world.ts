// What the stories of people of security in a browser share: jobs with what can be revoked, and what a page says was done.
import type { Locator, Page } from 'playwright-core';
import { revocable } from '../support/revocable-policies.ts';
import { newSecret } from '../support/test-broker.ts';
import { PortalWorld } from './portal-world.ts';

interface Issued {
  readonly lease: string;
  readonly request: string;
  readonly secret: string;
}

export class AccessWorld {
  readonly portal: PortalWorld;

  private constructor(portal: PortalWorld) {
    this.portal = portal;
  }

  static async open(): Promise<AccessWorld> {
    return new AccessWorld(await PortalWorld.open(revocable()));
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

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();
export const heading = (page: Page, name: string): Locator => page.getByRole('heading', { name, exact: true });
export const row = (page: Page, run: string): Locator => page.getByRole('row').filter({ hasText: `Run ${run}` });
export const focused = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement.id || document.activeElement.textContent');
