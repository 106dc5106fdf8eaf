import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { describeProvider } from '../../conformance/provider.ts';
import type { Knowledge } from '../../support/github-knowledge.ts';
import {
  leaseOf,
  openTokenWorld,
  PARAMETERS,
  startTokenWorld,
  type TokenWorld,
} from '../../support/github-token-world.ts';

describeProvider('github-token', async () => {
  const world = await startTokenWorld();
  // Later than GitHub's servers need to learn of a token from each other.
  const { double } = world;
  const { revoked } = double;
  return {
    ...world,
    provider: {
      ...world.provider,
      revoke: (lease, signal) => {
        if (revoked.length > 0) world.pass(60_000);
        return world.provider.revoke?.(lease, signal) ?? Promise.resolve();
      },
    },
  };
});

let world: TokenWorld;

async function start(knows: Partial<Knowledge> = {}): Promise<TokenWorld> {
  world = await openTokenWorld(knows);
  return world;
}

const failure = (parameters?: object): Promise<Error> =>
  world.issue(parameters).then(
    () => new Error('it was issued'),
    (error: Error) => error,
  );

const two = { ...PARAMETERS, repositories: [...PARAMETERS.repositories, { name: 'octo-org/other', id: '777' }] };

describe('a token of GitHub', () => {
  it('is asked for by ids, with every permission by name', async () => {
    const { api, issue } = await start({
      otherRepositories: [{ id: 777, full_name: 'octo-org/other', installed: 'here' }],
    });
    await issue(two);
    expect(api.handedOut).toEqual([
      { repositories: [456789, 777], permissions: { contents: 'read', packages: 'write' } },
    ]);
  });

  it('says where it comes from, and how GitHub’s audit log names it', async () => {
    const { issue } = await start();
    const { details, provenance, accessToken, revocationHandle } = await issue();
    expect(details).toEqual({ installation_id: '87654321', app_slug: 'octo-broker' });
    const hashed = createHash('sha256').update(accessToken.reveal()).digest('base64');
    expect(provenance).toEqual({ system: expect.stringMatching(/^127\.0\.0\.1:\d+$/), id: hashed });
    const handle = JSON.parse(revocationHandle?.reveal() ?? '');
    expect(handle).toEqual({ madeAt: `http://${provenance?.system}`, token: accessToken.reveal() });
    expect(accessToken.length).toBeGreaterThan(450);
  });

  it('is another one for each of many that ask at once', async () => {
    const { issue } = await start();
    const all = await Promise.all(Array.from({ length: 10 }, () => issue()));
    expect(new Set(all.map(({ accessToken }) => accessToken.fingerprint())).size).toBe(10);
  });

  it('is of a repository that was renamed, by its id', async () => {
    const { api, issue } = await start({
      renamedFrom: 'octo-org/octo-repo',
      repository: { id: 456789, full_name: 'octo-org/new' },
    });
    await issue();
    expect(api.requests[1]).toBe('GET /repositories/456789/installation');
  });

  it('may read the metadata, asked for or not', async () => {
    const { issue } = await start();
    const permissions = { metadata: 'read', contents: 'read' };
    expect((await issue({ ...PARAMETERS, permissions })).excess).toBeUndefined();
  });
});

describe('a token that is not what was asked for', () => {
  it.each<[Knowledge['wider'], string]>([
    ['permission', 'GitHub gave it other permissions than those asked for'],
    ['level', 'GitHub gave it other permissions than those asked for'],
    ['repository', 'GitHub made it for other repositories than those asked for'],
    ['everything', 'GitHub made it for every repository of the installation'],
    ['unsaid', 'GitHub did not say what it is for'],
  ])('is not handed out, and can be given back: %s', async (wider, excess) => {
    const { api, issue, provider } = await start({ wider });
    api.server.mood = 'wider';
    const credential = await issue();
    expect(credential.excess).toBe(excess);
    await provider.revoke?.(leaseOf(provider, credential), new AbortController().signal);
    expect(api.revoked).toEqual(api.tokens);
  });

  it('is not handed out where it lives on', async () => {
    const { api, issue } = await start();
    api.server.mood = 'longer';
    expect((await issue()).excess).toBe('GitHub made it live longer than an hour');
  });
});

describe('a refusal says what is missing, and who can change it', () => {
  it.each<[string, { knows: Partial<Knowledge>; parameters: object; message: string }]>([
    [
      'the App is not installed',
      {
        knows: { installed: false },
        parameters: PARAMETERS,
        message: 'the GitHub App is not installed on "octo-org": have its owner install it there',
      },
    ],
    [
      'the repository is not among those it is installed for',
      {
        knows: { otherRepositories: [{ id: 777, full_name: 'octo-org/other', installed: 'nowhere' }] },
        parameters: { ...PARAMETERS, repositories: [{ name: 'octo-org/other', id: '777' }] },
        message:
          '"octo-org/other" is not among the repositories of the installation of the GitHub App: have an owner of "octo-org" add it there, or look whether it still exists',
      },
    ],
    [
      'one of several is not',
      {
        knows: { otherRepositories: [{ id: 777, full_name: 'octo-org/other', installed: 'nowhere' }] },
        parameters: two,
        message:
          '"octo-org/other" is not among the repositories of the installation of the GitHub App that "octo-org/octo-repo" belongs to, and a token is of one: have an owner add what is missing, or ask for those of each owner apart',
      },
    ],
    [
      'one of several is of another installation',
      {
        knows: { otherRepositories: [{ id: 777, full_name: 'octo-org/other', installed: 'elsewhere' }] },
        parameters: two,
        message:
          '"octo-org/other" is not among the repositories of the installation of the GitHub App that "octo-org/octo-repo" belongs to, and a token is of one: have an owner add what is missing, or ask for those of each owner apart',
      },
    ],
    [
      'the installation is suspended',
      {
        knows: { suspendedAt: '2026-11-22T10:00:00Z' },
        parameters: PARAMETERS,
        message: 'the GitHub App is suspended on "octo-org/octo-repo": have its owner lift that',
      },
    ],
    [
      'a permission',
      {
        knows: { permissions: { metadata: 'read', contents: 'read' } },
        parameters: PARAMETERS,
        message:
          'the GitHub App was given no `packages` there, and `packages: write` is asked for: add that to the permissions of the App, and have an owner of the organization accept it',
      },
    ],
    [
      'more of a permission',
      {
        knows: { permissions: { metadata: 'read', contents: 'read', packages: 'read' } },
        parameters: PARAMETERS,
        message:
          'the GitHub App was given `packages: read` there, and `packages: write` is asked for: add that to the permissions of the App, and have an owner of the organization accept it',
      },
    ],
    [
      'that GitHub says nothing',
      {
        knows: { appTrouble: [403, { message: 'Although you appear to have the correct authorization, no.' }] },
        parameters: PARAMETERS,
        message:
          'GitHub does not say whether its App is installed on "octo-org/octo-repo" (status 403): look whether the App may use that',
      },
    ],
  ])('%s', async (_what, { knows, parameters, message }) => {
    await start(knows);
    expect(await failure(parameters)).toMatchObject({ name: 'UpstreamRefused', message });
  });

  it('when GitHub takes more requests, where its rate limit is used up', async () => {
    await start({ appTrouble: [403, { message: 'API rate limit exceeded' }, { 'retry-after': '120' }] });
    const error = await failure();
    expect(error).toMatchObject({ name: 'UpstreamRefused', retryAfter: 120 });
    expect(error.message).toMatch(
      /^GitHub takes no more requests of this App until 20\S+Z \(its rate limit is used up\)/,
    );
  });

  it('that nothing was made where GitHub was down before anything was asked for', async () => {
    const { api } = await start();
    api.server.moodFrom = () => true;
    api.server.mood = 'breaks';
    expect(await failure()).toMatchObject({
      name: 'UpstreamRefused',
      message: 'GitHub gives no clear answer where its App is installed: ask again in a moment',
    });
  });

  it('that a repository went to another owner, where all that the owner has is meant', async () => {
    await start({ permissions: { metadata: 'read', members: 'read' } });
    const asked = { ...PARAMETERS, permissions: { members: 'read' } };
    expect((await failure({ ...asked, owner: 'other-org' })).message).toMatch(
      /^"octo-org\/octo-repo" belongs to "octo-org" by now, and permissions over all that "other-org" has are asked for/,
    );
    expect((await failure({ ...asked, owner: 'Octo-Org' })).message).toBe('it was issued');
  });

  it('that a key of another App is none', async () => {
    await start({ appTrouble: [401, { message: 'Integration not found' }] });
    expect((await failure()).message).toContain('GitHub does not take the key of the App "1234567"');
  });

  it('nothing of an empty list, which GitHub takes for everything', async () => {
    const { api } = await start();
    expect(await failure({ ...PARAMETERS, permissions: {} })).toBeInstanceOf(TypeError);
    expect(await failure({ ...PARAMETERS, repositories: [] })).toBeInstanceOf(TypeError);
    expect(api.requests).toEqual([]);
  });
});

describe('the end of a token', () => {
  const end = async (): Promise<unknown> => {
    const { provider, issue, api } = world;
    const lease = leaseOf(provider, await issue());
    api.revokeTokens();
    return () => provider.revoke?.(lease, new AbortController().signal);
  };

  it('is believed where GitHub does not know it any more', async () => {
    await start();
    const revoke = (await end()) as () => Promise<void>;
    world.pass(60_000);
    await expect(revoke()).resolves.toBeUndefined();
  });

  it('is not believed of one so young that GitHub may not know it yet', async () => {
    await start();
    const revoke = (await end()) as () => Promise<void>;
    await expect(revoke()).rejects.toThrow('GitHub answered 401 to the revocation of a token that is ');
  });

  it('is not believed where somebody before GitHub says so', async () => {
    const { provider, issue, api } = await start();
    const lease = leaseOf(provider, await issue());
    world.pass(60_000);
    api.knows.trouble = [401, { message: 'Sign in to the proxy' }];
    await expect(provider.revoke?.(lease, new AbortController().signal)).rejects.toThrow('GitHub answered 401');
  });

  it('is not believed where the address is none of GitHub’s', async () => {
    const { provider, issue, api } = await start();
    const lease = leaseOf(provider, await issue());
    world.pass(60_000);
    api.knows.trouble = [404, { message: 'Not Found' }];
    await expect(provider.revoke?.(lease, new AbortController().signal)).rejects.toThrow('GitHub answered 404');
  });

  it('is not asked for at another GitHub than the one that made it, which is not told the token', async () => {
    const { provider, issue, api } = await start();
    const lease = leaseOf(provider, await issue());
    const other = await openTokenWorld();
    other.pass(60_000);
    await expect(other.provider.revoke?.(lease, new AbortController().signal)).rejects.toThrow(
      `the token was made at ${new URL(api.url).origin}, and github.api-url leads to ${new URL(other.api.url).origin} now`,
    );
    expect(other.api.requests).toEqual([]);
    await provider.revoke?.(lease, new AbortController().signal);
    expect(api.revoked).toEqual(api.tokens);
  });

  it('of which an earlier version did not write where it was made is believed where GitHub takes it alone', async () => {
    const { provider, issue, api } = await start();
    const credential = await issue();
    const lease = { ...leaseOf(provider, credential), revocationHandle: credential.accessToken };
    await provider.revoke?.(lease, new AbortController().signal);
    expect(api.revoked).toEqual(api.tokens);
    world.pass(60_000);
    await expect(provider.revoke?.(lease, new AbortController().signal)).rejects.toThrow('GitHub answered 401');
  });
});
