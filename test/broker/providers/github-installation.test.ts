import { describe, expect, it } from 'vitest';
import { buildGrant } from '../../support/build-grant.ts';
import type { Knowledge } from '../../support/github-knowledge.ts';
import { openTokenWorld, PARAMETERS, type TokenWorld } from '../../support/github-token-world.ts';

let world: TokenWorld;

async function start(knows: Partial<Knowledge> = {}): Promise<TokenWorld> {
  world = await openTokenWorld(knows);
  return world;
}

describe('the installation', () => {
  const OTHER = { id: 777, full_name: 'octo-org/other' };
  const OF_OTHER = { ...PARAMETERS, repositories: [{ name: OTHER.full_name, id: '777' }] };
  const looks = (): number => world.api.requests.filter((one) => one.startsWith('GET ')).length;

  it('is looked for once a minute, however many tokens come from it, and whoever asks at once', async () => {
    const { issue, pass } = await start();
    await Promise.all(Array.from({ length: 5 }, () => issue()));
    pass(59_000);
    await issue();
    expect(looks()).toBe(1);
    pass(2_000);
    await issue();
    expect(looks()).toBe(2);
  });

  it('is looked for again by those who waited, where the time of who looked was over first', async () => {
    const { api, provider } = await start();
    const within = ({ signal }: AbortController) => provider.issue(buildGrant(), PARAMETERS, signal);
    Object.assign(api.server, { mood: 'hangs', moodFrom: () => true });
    const [first, second] = [new AbortController(), new AbortController()];
    const looking = within(first);
    const refused = expect(looking).rejects.toThrow('gives no clear answer where its App is installed');
    await api.server.hanging;
    const waiting = within(second);
    api.server.mood = 'well';
    first.abort();
    await refused;
    expect((await waiting).excess).toBeUndefined();
    expect(api.server.requests.filter((one) => one.startsWith('GET '))).toHaveLength(2);
  });

  it('is that of where a repository is now, where it moved since', async () => {
    const { api, issue } = await start({ otherRepositories: [{ ...OTHER, installed: 'here' }] });
    expect((await issue(OF_OTHER)).details).toMatchObject({ installation_id: '87654321' });
    api.knows.otherRepositories = [{ ...OTHER, installed: 'elsewhere' }];
    expect((await issue(OF_OTHER)).details).toMatchObject({ installation_id: '87654322' });
    expect((await issue(OF_OTHER)).details).toMatchObject({ installation_id: '87654322' });
    expect(looks()).toBe(2);
  });

  it('has a permission that was accepted since', async () => {
    const { api, issue } = await start({ permissions: { metadata: 'read', contents: 'read' } });
    await issue({ ...PARAMETERS, permissions: { contents: 'read' } });
    api.knows.permissions = { metadata: 'read', contents: 'read', packages: 'write' };
    expect((await issue()).excess).toBeUndefined();
  });

  it.each<[string, Partial<Knowledge>, string]>([
    [
      'taken away',
      { installed: false },
      'the GitHub App is not installed on "octo-org": have its owner install it there',
    ],
    [
      'suspended',
      { suspendedAt: '2026-11-22T10:00:00Z' },
      'the GitHub App is suspended on "octo-org/octo-repo": have its owner lift that',
    ],
  ])('is none where it was %s since, in the words of a first look', async (_, knows, message) => {
    const { api, issue } = await start();
    await issue();
    Object.assign(api.knows, knows);
    for (const _ of ['once', 'again']) await expect(issue()).rejects.toThrow(message);
  });

  it('is not looked for again where GitHub takes no more requests', async () => {
    const { api, issue } = await start();
    await issue();
    api.knows.appTrouble = [403, { message: 'API rate limit exceeded' }, { 'retry-after': '120' }];
    await expect(issue()).rejects.toMatchObject({ retryAfter: 120 });
    expect(looks()).toBe(1);
  });
});
