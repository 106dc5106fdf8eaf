// When somebody's account was taken over, security looks at what they approved, and ends what should not be.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApprovalStory } from '../support/approval-story.ts';
import { buildpass } from '../support/command-line.ts';

let story: ApprovalStory;
beforeAll(async () => {
  story = await ApprovalStory.start();
});
afterAll(() => story.close());

async function approved(by: string, runId: string): Promise<string> {
  const job = await story.ask('deploy', { run_id: runId });
  await story.decide(by, job, 'approve');
  return (await job.collect()).body.lease_id;
}

const principalOf = async (name: string): Promise<string> =>
  (await (await story.person(name)).get('/v1/me')).body.principal;

async function listed(query: string): Promise<readonly string[]> {
  const { body } = await (await story.person('Sam')).get(`/v1/leases?${query}`);
  return body.leases.map(({ id }: { id: string }) => id);
}

describe('leases by who approved', () => {
  it('are those that this person let through, and no other', async () => {
    const [byAlex, byKim] = [await approved('Alex', '1'), await approved('Kim', '2')];
    const [alex, kim, robin] = [await principalOf('Alex'), await principalOf('Kim'), await principalOf('Robin')];
    expect(await listed(`approved-by=${alex}&entitlement=shop/deploy`)).toEqual([byAlex]);
    expect(await listed(`approved-by=${kim}&entitlement=shop/deploy&state=live`)).toEqual([byKim]);
    expect(await listed(`approved-by=${kim}&lease=${byAlex}`)).toEqual([]);
    // Who asked is nobody who approved.
    expect(await listed(`approved-by=${robin}`)).toEqual([]);
    const { file } = story.broker.config;
    const narrowed = ['--approved-by', alex, '--entitlement', 'shop/deploy', '--json'];
    const { out } = await buildpass('leases', 'list', ...narrowed, '--config', file);
    expect(JSON.parse(out).leases.map(({ id }: { id: string }) => id)).toEqual([byAlex]);
  });

  it('are those of everybody who did, where several must', async () => {
    const job = await story.ask('two', { run_id: '3' });
    await story.decide('Alex', job, 'approve');
    await story.decide('Kim', job, 'approve');
    const { lease_id } = (await job.collect()).body;
    for (const name of ['Alex', 'Kim'])
      expect(await listed(`approved-by=${await principalOf(name)}&entitlement=shop/two`)).toEqual([lease_id]);
  });
});
