// A job gets a token of GitHub for another repository, uses it, and gives it back; and what becomes of it otherwise.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHOP, startTokenStory, type TokenStory } from '../support/github-token-story.ts';
import { newSecret } from '../support/test-broker.ts';

let story: TokenStory;
beforeEach(async () => {
  story = await startTokenStory();
});
afterEach(() => story.close());

const ask = (scope = 'shop/read-libs', more = {}) => story.broker.ask({ scope, ...more });
const MINUTES = 60_000;

describe('a job', () => {
  it('gets a token for what its policy says, and for nothing else', async () => {
    const { status, body } = await ask();
    expect({ status, ...body }).toMatchObject({
      status: 200,
      token_type: 'Bearer',
      issued_token_type: 'urn:buildpass:token-type:github-token',
      details: { installation_id: '87654321', app_slug: 'octo-broker' },
    });
    expect(body.credential).toEqual({ token: body.access_token });
    expect(body.expires_in).toBeGreaterThan(590);
    expect(story.api.handedOut).toEqual([{ repositories: [2002], permissions: { contents: 'read' } }]);
    expect([story.api.reads(body.access_token, 2002), story.api.reads(body.access_token, 456789)]).toEqual([
      true,
      false,
    ]);
  });

  it('gets one for its own repository without an offer', async () => {
    expect((await ask('shop/tag')).status).toBe(200);
    expect(story.api.handedOut).toEqual([{ repositories: [456789], permissions: { contents: 'write' } }]);
  });

  it('finds it in the log, and in that of GitHub', async () => {
    const { body } = await ask();
    const hash = createHash('sha256').update(body.access_token);
    const [entry] = await story.broker.entries('issuance.succeeded');
    expect(entry).toMatchObject({
      kind: 'github-token',
      revocation: 'immediate',
      fingerprint: hash.copy().digest('hex'),
      provenance: { system: new URL(story.api.url).host, id: hash.digest('base64') },
    });
    const lives = Date.parse(String(entry?.['upstream_expires_at'])) - Date.parse(String(entry?.['ends_at']));
    expect(Math.round(lives / MINUTES)).toBe(50);
  });

  it('that asks twice gets two, so that returning one leaves the other', async () => {
    const secret = newSecret();
    const [one, other] = [await ask('shop/read-libs', { secret }), await ask()];
    await story.broker.returnLease(one.body.lease_id, secret);
    await story.broker.running.runBackground();
    expect(story.api.revoked).toEqual([one.body.access_token]);
    expect(story.api.reads(other.body.access_token, 2002)).toBe(true);
    expect(await story.broker.entries('lease.revoked')).toMatchObject([{ lease_id: one.body.lease_id }]);
  });
});

describe('a token that is not given back', () => {
  it('is revoked at its end, which is before GitHub’s', async () => {
    const { body } = await ask();
    story.pass(11 * MINUTES);
    await story.broker.running.runBackground();
    await story.broker.running.runBackground();
    expect(story.api.revoked).toEqual([body.access_token]);
  });

  it('is tried again while GitHub is down, and not called revoked before', async () => {
    const { body } = await ask();
    story.pass(11 * MINUTES);
    story.api.server.mood = 'breaks';
    await story.broker.running.runBackground();
    await story.broker.running.runBackground();
    expect(await story.broker.entries('lease.revoked')).toEqual([]);
    expect(await story.broker.entries('lease.revocation_failed')).toHaveLength(1);
    story.api.server.mood = 'well';
    story.pass(1 * MINUTES);
    await story.broker.running.runBackground();
    expect(story.api.revoked).toEqual([body.access_token]);
  });
});

describe('a refusal of GitHub', () => {
  it('tells the job what to do', async () => {
    story.api.knows.otherRepositories = [{ id: 2002, full_name: 'octo-org/libs', installed: 'nowhere' }];
    const { status, body } = await ask();
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'UPSTREAM_FAILED' });
    expect(body.error_description).toContain(
      'The system that issues this credential refused: "octo-org/libs" is not among the repositories of the installation of the GitHub App: have an owner of "octo-org" add it there',
    );
    expect(await story.broker.entries('issuance.failed')).toHaveLength(1);
  });

  it('tells a job of a public repository nothing of that', async () => {
    story.api.knows.installed = false;
    const { body } = await ask('shop/tag', { claims: { repository_visibility: 'public' } });
    expect(body.error_description).toBe('The system that issues this credential refused.');
  });

  it('says when to come back, where the rate limit is used up', async () => {
    story.api.knows.appTrouble = [429, { message: 'slow down' }, { 'retry-after': '90' }];
    const { headers, body } = await ask();
    expect(headers.get('retry-after')).toBe('90');
    expect(body.error_description).toContain('GitHub takes no more requests of this App until');
  });

  it('that is none leaves it open, and says until when', async () => {
    story.api.server.moodFrom = ({ method }) => method === 'POST';
    story.api.server.mood = 'truncated';
    expect((await ask()).body.code).toBe('UPSTREAM_FAILED');
    const [entry] = await story.broker.entries('issuance.unknown');
    const left = Date.parse(String(entry?.['may_live_until'])) - Date.parse(String(entry?.time));
    expect(Math.round(left / MINUTES)).toBe(61);
  });
});

describe('more than was asked for', () => {
  it.each(['permission', 'repository', 'everything', 'unsaid', 'ended'] as const)(
    'is given back at once: %s',
    async (wider) => {
      story.api.knows.wider = wider;
      story.api.server.mood = 'wider';
      const { body } = await ask();
      expect(body.error_description).toMatch(/^The credential was not handed out: GitHub /);
      expect(body.access_token).toBeUndefined();
      await story.broker.running.runBackground();
      expect(story.api.revoked).toEqual(story.api.tokens);
      expect(await story.broker.entries('issuance.withheld')).toHaveLength(1);
    },
  );
});

describe('a policy', () => {
  it.each<[what: string, change: readonly [from: string, to: string], problem: string]>([
    ['nothing', ['{ contents: read }', '{}'], 'is empty, which GitHub takes for everything'],
    [
      'more than is offered',
      ['contents: read', 'contents: write'],
      '"octo-org/libs" with contents: write is not offered',
    ],
    ['more of its own repository than its jobs have', ['contents: write', 'secrets: write'], 'secrets: write is more'],
  ])('that asks for %s stays out of force', async (_what, change, problem) => {
    story.broker.writePolicy('shop.yaml', SHOP.replace(...change));
    const reloaded = await story.broker.running.reload();
    expect(JSON.stringify(reloaded).replaceAll('\\"', '"')).toContain(problem);
    expect((await ask()).status).toBe(200);
  });
});
