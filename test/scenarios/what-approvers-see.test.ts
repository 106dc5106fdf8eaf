import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { peopleCatalogSchema } from '../../shared/catalog.ts';
import { requestDetailSchema, requestListSchema } from '../../shared/people-api.ts';
import { ApprovalStory, SHOP } from '../support/approval-story.ts';
import { PersonBrowser } from '../support/person-browser.ts';

let story: ApprovalStory;

beforeEach(async () => {
  story = await ApprovalStory.start();
});
afterEach(() => story.close());

const detail = async (name: string, id: string) =>
  requestDetailSchema.parse((await (await story.person(name)).get(`/v1/requests/${id}`)).body);

describe('one request, as an approver reads it', () => {
  it('says what it gives, who answers for it, what the rule wants, and whether it is theirs', async () => {
    const job = await story.ask('deploy');
    expect(await detail('Alex', job.id)).toMatchObject({
      ...{ gives: 'a JWT for https://deploy.example.com', owner: 'octo-org/platform', revocation: 'at-expiry' },
      ...{ rule: 0, yours: false, progress: { approved: 0, needed: 1 } },
      conditions: [
        { condition: 'branch', expected: 'main' },
        { condition: 'event', expected: 'push or workflow_dispatch' },
      ],
    });
    expect(await detail('Robin', job.id)).toMatchObject({ yours: true });
  });

  it('says what changed since the last approved one, with both values and who approved that', async () => {
    const before = await story.ask('deploy', { sha: 'b'.repeat(40) });
    await story.decide('Alex', before, 'approve');
    await before.collect();
    story.pass(60_000);
    const { last_approved: last } = await detail('Kim', (await story.ask('deploy', { sha: 'c'.repeat(40) })).id);
    expect(last).toMatchObject({
      ...{ request_id: before.id, names: ['Alex'], changed: ['The commit'] },
      changes: [{ what: 'The commit', before: 'b'.repeat(40), now: 'c'.repeat(40) }],
    });
  });

  it('claims nothing about a rule that was changed since', async () => {
    const job = await story.ask('deploy');
    story.broker.writePolicy('shop.yaml', `# changed\n${SHOP}`);
    await story.broker.running.reload();
    const { rule, conditions } = await detail('Alex', job.id);
    expect([rule, conditions]).toEqual([0, undefined]);
  });

  it('that was refused says why', async () => {
    const { body } = await story.broker.ask({
      scope: 'shop/deploy',
      claims: { actor_id: '9001', ref: 'refs/heads/x' },
    });
    const { reasons } = await detail('Robin', body.request_id);
    expect(reasons).toMatchObject([{ code: 'POLICY_NO_MATCH', condition: 'branch', expected: 'main', got: 'x' }]);
  });

  it('that was issued says when the credential really dies', async () => {
    const job = await story.ask('deploy');
    await story.decide('Alex', job, 'approve');
    await job.collect();
    const { lease } = await detail('Alex', job.id);
    expect(lease).toMatchObject({ state: 'live', revocation: 'at-expiry', dies_at: lease?.ends_at });
  });

  it('counts who approved in the lists too', async () => {
    const job = await story.ask('two');
    await story.decide('Alex', job, 'approve');
    const { body } = await (await story.person('Kim')).get('/v1/requests?view=waiting');
    expect(requestListSchema.parse(body).requests).toMatchObject([{ progress: { approved: 1, needed: 2 } }]);
  });
});

describe('the catalog for people', () => {
  it('has every project with its terms, risk, who decides and what a job must be', async () => {
    const { body, status } = await (await story.person('Toni')).get('/v1/catalog');
    expect(status).toBe(200);
    const [shop] = peopleCatalogSchema.parse(body).projects;
    expect(shop).toMatchObject({
      name: 'shop',
      owner: 'octo-org/platform',
      repositories: [{ name: 'octo-org/octo-repo' }],
    });
    expect(shop?.entitlements.find(({ scope }) => scope === 'shop/two')).toMatchObject({
      ...{ title: 'Deploy the web shop', kind: 'jwt', risk: 'low', ttl: 300, revocation: 'at-expiry', lacks: [] },
      approval: { by: ['octo-org/releases'], needed: 2 },
      risk_figure: { score: expect.any(Number), factors: expect.any(Array) },
      rules: [[{ condition: 'branch', expected: 'main' }, expect.anything()]],
    });
  });

  it('is for nobody else, and a job is told what it was told before', async () => {
    expect((await new PersonBrowser(story.broker).get('/v1/catalog')).body).toMatchObject({
      code: 'AUTHORIZATION_MISSING',
    });
    expect((await story.broker.catalog()).body.entitlements).toHaveLength(6);
  });

  it('a token of a job that comes with somebody’s cookie is a job', async () => {
    const alex = await story.person('Alex');
    const headers = { authorization: `Bearer ${await story.broker.token()}` };
    expect((await alex.get('/v1/catalog', { headers })).body.entitlements).toHaveLength(6);
  });
});

describe('one’s own session', () => {
  it('names the provider at which to step up', async () => {
    const { body } = await (await story.person('Alex')).get('/v1/me');
    expect(body.session.provider).toBe('demo');
  });
});
