// A fact that cannot be had: what the broker is told to do is said, and what passes by itself is put off. Nothing is ever guessed.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLAIMS, type FactStory, resetApi, startFactStory } from '../support/fact-story.ts';
import { type Answer, TestBroker } from '../support/test-broker.ts';

let story: FactStory;
beforeAll(async () => {
  story = await startFactStory();
});
afterAll(() => story.close());
beforeEach(() => {
  story.pass(3_600_000);
  resetApi(story.api);
  story.api.knows.teams['123456/4713'] = { 9001: 'active' };
});

const ask = (claims: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  story.broker.ask({ scope: 'shop/team', claims: { ...CLAIMS, ...claims } });

describe('what an operator or an owner must do', () => {
  it.each([
    ['the App is not installed', { installed: false }, 'have its owner install it there'],
    ['the installation is suspended', { suspendedAt: '2026-11-01T00:00:00Z' }, 'have its owner lift that'],
    ['it may not read members', { permissions: { actions: 'read' } }, 'Members: read'],
    ['it may not read runs', { permissions: { members: 'read' } }, 'Actions: read'],
    ['the repository is somebody else’s', { owner: { id: 666, login: 'octo-org' } }, 'belongs to somebody else'],
    ['GitHub knows no such run', { runs: [] }, 'look whether it is there'],
    ['nobody has the account', { accounts: [] }, 'does not show the account'],
  ])('%s', async (_name, change, next) => {
    Object.assign(story.api.knows, change);
    const { status, body } = await ask();
    expect({ status, ...body.reasons[0] }).toMatchObject({ status: 400, code: 'FACT_UNAVAILABLE' });
    expect(body.error_description).toContain(next);
    expect(story.broker.logLines.at(-1)).toBeDefined();
  });

  it('is done without a restart', async () => {
    story.api.knows.installed = false;
    expect((await ask()).status).toBe(400);
    story.api.knows.installed = true;
    story.pass(31_000);
    expect((await ask()).status).toBe(200);
  });

  it('tells a job of a public repository no more than the code', async () => {
    story.api.knows.installed = false;
    const { body } = await ask({ repository_visibility: 'public' });
    expect(body.reasons).toEqual([{ code: 'FACT_UNAVAILABLE' }]);
  });
});

describe('what passes by itself', () => {
  it.each([
    ['is down', [502, { message: 'Server Error' }] as const],
    ['answers nonsense', [200, { id: 'x' }] as const],
  ])('GitHub %s: the job is told to come back, and nothing is on record', async (_name, [status, body]) => {
    story.api.knows.lies = true;
    const before = (await story.broker.entries()).length;
    story.api.knows.trouble = [status, body];
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ error: 'temporarily_unavailable', code: 'FACT_UNREACHABLE' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await story.broker.entries()).length).toBe(before);
    delete story.api.knows.trouble;
    expect((await ask()).status).toBe(200);
  });

  it('an answer that is too long is none', async () => {
    story.api.knows.padding = 600_000;
    expect((await ask()).body).toMatchObject({ code: 'FACT_UNREACHABLE' });
  });

  it('an ask that needs no fact goes on meanwhile', async () => {
    story.api.knows.trouble = [502, {}];
    expect((await story.broker.ask({ scope: 'shop/plain', claims: CLAIMS })).status).toBe(200);
  });

  it('a token that was taken back is replaced', async () => {
    expect((await ask()).status).toBe(200);
    story.api.revokeTokens();
    story.pass(31_000);
    expect((await ask()).status).toBe(200);
  });
});

describe('the rate limit of GitHub', () => {
  const limited = (headers: Readonly<Record<string, string>>): void => {
    story.api.knows.trouble = [403, { message: 'API rate limit exceeded' }, headers];
  };

  it('that ends soon puts off, and nobody asks before', async () => {
    limited({ 'retry-after': '30' });
    const { status, headers } = await ask();
    expect({ status, after: headers.get('retry-after') }).toEqual({ status: 503, after: '30' });
    const { length } = story.api.requests;
    delete story.api.knows.trouble;
    await ask();
    expect(story.api.requests).toHaveLength(length);
    story.pass(31_000);
    expect((await ask()).status).toBe(200);
  });

  it('that ends late refuses, with the time, and warns the operator', async () => {
    limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(story.now() / 1000) + 6000) });
    const { body } = await ask();
    expect(body.reasons[0]).toMatchObject({ code: 'FACT_UNAVAILABLE' });
    expect(body.error_description).toMatch(/until 2026-11-\d\dT/);
    expect(story.broker.logLines.some((line) => line.includes('its rate limit is used up'))).toBe(true);
    story.pass(7_200_000);
  });
});

describe('a broker', () => {
  it('never writes the App’s key or a token of it', async () => {
    await ask();
    const lines = story.broker.logLines.join('\n');
    const secrets = [...story.api.tokens, 'BEGIN RSA'];
    expect(secrets.filter((secret) => lines.includes(secret))).toEqual([]);
  });

  it('without an App refuses, and says what to configure', async () => {
    const policies = { 'shop.yaml': SHOP, '_organization.yaml': ORGANIZATION };
    const broker = await TestBroker.start({ policies });
    const { body } = await broker.ask({ scope: 'shop/team' });
    expect(body.reasons[0]).toMatchObject({ code: 'FACT_UNAVAILABLE', condition: 'requester' });
    expect(body.error_description).toContain('no GitHub App is configured here (`github` in the configuration');
    await broker.close();
  });

  it('with the App of another GitHub refuses, and says which it knows', async () => {
    const other = await startFactStory({ app: (directory) => story.api.app(directory, ['ghes']) });
    const { body } = await other.broker.ask({ scope: 'shop/team', claims: CLAIMS });
    expect(body.error_description).toContain('which knows no jobs of the issuer `github`');
    await other.close();
  });
});

const ORGANIZATION = `
teams: { octo-org/platform: { github: "4710" } }
projects: { shop: { owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://deploy.example.com ] } ] } }
`;
const SHOP = `
project: shop
owner: octo-org/platform
repositories: [ { name: octo-org/octo-repo, id: "456789" } ]
entitlements:
  team:
    title: Deploy the web shop
    risk: low
    credential: { kind: jwt, audience: https://deploy.example.com }
    ttl: 5m
    allow: [ { branch: main, requester: octo-org/platform } ]
`;
