// Five hundred jobs wait at once: the list for people comes in pages, the one whose time ends first on top, and does not take the
// broker's thread for itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApprovalStory } from '../support/approval-story.ts';
import type { PersonBrowser } from '../support/person-browser.ts';

const JOBS = 500;
let story: ApprovalStory;
let asked: string[];
const decided = new Set<string>();
beforeAll(async () => {
  story = await ApprovalStory.start();
  asked = [];
  for (let job = 0; job < JOBS; job += 1) {
    const waiting = await story.ask('deploy', { run_id: String(70_000 + job) });
    asked.push(waiting.id);
    // Three end at the same moment: a page may end between them.
    if (job % 3 === 2) story.pass(1_000);
  }
}, 120_000);
afterAll(() => story.close());

interface Page {
  readonly requests: readonly { readonly id: string; readonly expires_at: string }[];
  readonly next?: string;
}
const page = async (person: PersonBrowser, before?: string): Promise<Page> =>
  (await person.get(`/v1/requests?${new URLSearchParams({ view: 'waiting', ...(before && { before }) })}`)).body;

describe('what waits for somebody', () => {
  it('comes in pages, each once and in order, until there is no more', async () => {
    const alex = await story.person('Alex');
    const [found, ends]: [string[], string[]] = [[], []];
    for (let before: string | undefined, pages = 0; pages === 0 || before !== undefined; pages += 1) {
      const { requests, next } = await page(alex, before);
      expect(requests.length).toBeLessThanOrEqual(50);
      found.push(...requests.map(({ id }) => id));
      ends.push(...requests.map((one) => one.expires_at));
      before = next;
    }
    expect(found.toSorted()).toEqual(asked.filter((id) => !decided.has(id)).toSorted());
    expect(ends).toEqual(ends.toSorted());
  });

  it('goes on behind a page whose last one was decided meanwhile', async () => {
    const alex = await story.person('Alex');
    const { requests, next } = await page(alex);
    const last = requests.at(-1)?.id ?? '';
    const behind = (await page(alex, next)).requests[0]?.id;
    const { body } = await alex.get(`/v1/requests/${last}`);
    const verdict = { verdict: 'reject', reason: 'No.', binding: body.approval.binding };
    expect((await alex.post(`/v1/requests/${last}/verdicts`, verdict)).status).toBe(200);
    decided.add(last);
    expect((await page(alex, next)).requests[0]?.id).toBe(behind);
  });

  it('is nothing for who may decide none of it', async () => {
    for (const name of ['Robin', 'Toni', 'Sam']) {
      const { requests } = await page(await story.person(name));
      expect([name, requests]).toEqual([name, []]);
    }
  });

  it('refuses a place that no answer named', async () => {
    const alex = await story.person('Alex');
    const { status, body } = await alex.get('/v1/requests?view=waiting&before=nonsense');
    expect([status, body.code]).toEqual([400, 'PARAMETER_INVALID']);
  });
});
