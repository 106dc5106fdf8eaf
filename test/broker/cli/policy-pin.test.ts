import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../../broker/main.ts';
import { createAuthority } from '../../support/certificates.ts';
import { type Ran, recordedIo } from '../../support/command-line.ts';
import { temporaryDirectory, VALID_CONFIG } from '../../support/config-file.ts';
import { type GithubApi, type GithubApiOptions, startGithubApi, TOKEN } from '../../support/github-api-double.ts';
import { serveOnLoopback } from '../../support/upstream-server.ts';

const SHOP = `project: shop # the web shop
owner: acme/platform
repositories:
  - { name: acme/shop } # the id decides
entitlements:
  preview:
    risk: low
    credential: { kind: jwt, audience: https://previews.example.com }
    ttl: 10m
    allow: [ { branch: main } ]
`;
const ORGANIZATION = `teams:
  acme/platform: { github: "4710" }
  acme/security:
projects:
  shop:
    owner: acme/platform
    may-offer:
      - { kind: jwt, audiences: [https://previews.example.com] }
      - { kind: github-token, repositories: [ { name: acme/libs } ], permissions: { contents: read } }
`;
const KNOWN: GithubApiOptions = {
  repositories: { 'acme/shop': 2001, 'acme/libs': 2002, 'acme/web': 2050 },
  teams: { 'acme/platform': 4710, 'acme/security': 4712 },
  accounts: { acme: 1001 },
};

interface Placed {
  readonly directory: string;
  readonly read: (file?: string) => Promise<string>;
  readonly run: (...words: string[]) => Promise<Ran>;
  readonly api: GithubApi;
}

async function place(shop = SHOP, known: GithubApiOptions = KNOWN, organization = ORGANIZATION): Promise<Placed> {
  const api = await startGithubApi(known);
  const directory = join(await temporaryDirectory(), 'policies');
  await mkdir(directory);
  await writeFile(join(directory, 'shop.yaml'), shop);
  await writeFile(join(directory, '_organization.yaml'), organization);
  const run = async (...words: string[]): Promise<Ran> => {
    const io = recordedIo({ GITHUB_TOKEN: TOKEN, GITHUB_API_URL: api.url });
    const code = await main(['policy', 'pin', directory, ...words], io);
    const clean = (text: string) => text.replaceAll(`${directory}/`, '').replaceAll(api.url, 'API');
    expect(io.written.out + io.written.err).not.toContain(TOKEN);
    return { code, out: clean(io.written.out), err: clean(io.written.err) };
  };
  return { directory, api, run, read: (file = 'shop.yaml') => readFile(join(directory, file), 'utf8') };
}

describe('buildpass policy pin', () => {
  it('says which ids are missing, writes nothing, and exits 1', async () => {
    const { run, read, api } = await place();
    expect(await run()).toEqual({
      code: 1,
      err: '',
      out: [
        '_organization.yaml:3:3: would write "4712" for the team acme/security',
        '_organization.yaml:9:47: would write "2002" for the repository acme/libs',
        'shop.yaml:4:5: would write "2001" for the repository acme/shop',
        '3 ids to write: --write does.',
        '',
      ].join('\n'),
    });
    expect([await read(), await read('_organization.yaml')]).toEqual([SHOP, ORGANIZATION]);
    expect(api.asked).toEqual([
      'GET /orgs/acme/teams/platform',
      'GET /orgs/acme/teams/security',
      'GET /repos/acme/libs',
      'GET /repos/acme/shop',
    ]);
  });

  it('writes them with --write, leaves the rest as it is, and the directory then loads', async () => {
    const { run, read, directory } = await place();
    expect(await run('--write')).toMatchObject({ code: 0, out: expect.stringContaining('Wrote 3 ids.') as string });
    expect(await read()).toBe(SHOP.replace('acme/shop }', 'acme/shop, id: "2001" }'));
    expect(await read('_organization.yaml')).toBe(
      ORGANIZATION.replace('acme/security:', 'acme/security: { github: "4712" }').replace(
        'acme/libs }',
        'acme/libs, id: "2002" }',
      ),
    );
    expect(await run()).toMatchObject({ code: 0, out: 'All 4 ids right.\n' });
    expect(await main(['policy', 'check', directory], recordedIo())).toBe(0);
  });

  it('never replaces an id: where the name is another’s now it says both, and writes nothing at all', async () => {
    const drifted = SHOP.replace('acme/shop }', 'acme/shop, id: "2050" }');
    const { run, read } = await place(drifted);
    const { code, out } = await run('--write');
    expect(code).toBe(1);
    expect(out).toContain(
      'shop.yaml:4:5: REFUSED: the file says 2050, and acme/shop now belongs to the id 2001; 2050 is acme/web. Neither is changed: correct the name if it was renamed, or take the id out if the other one is meant\n',
    );
    expect(out).toContain('1 name in doubt, 2 ids to write: nothing was written.\n');
    expect([await read(), await read('_organization.yaml')]).toEqual([drifted, ORGANIZATION]);
  });

  it('follows no redirect of a renamed repository, but says where it leads', async () => {
    const known = { ...KNOWN, renamed: { 'acme/old': 2001 } };
    const named = (entry: string) => place(SHOP.replace('acme/shop }', entry), known);
    expect((await (await named('acme/old }')).run()).out).toContain(
      'REFUSED: acme/old was renamed and is acme/shop (id 2001) now: write its present name, if that is what is meant',
    );
    expect((await (await named('acme/old, id: "2001" }')).run()).out).toContain(
      'note: acme/old is called acme/shop now: the id is right and decides, correct the name',
    );
    expect((await (await named('acme/old, id: "9" }')).run()).out).toContain(
      'REFUSED: the file says 9, and acme/old leads to acme/shop, which has the id 2001; this token sees no repository 9.',
    );
  });

  it('puts an id that is written as a number in quotes', async () => {
    const { run, read } = await place(SHOP.replace('acme/shop }', 'acme/shop, id: 2001 }'));
    expect((await run('--write')).code).toBe(0);
    expect(await read()).toContain('{ name: acme/shop, id: "2001" }');
  });

  it.each<[what: string, status: number, headers: Record<string, string>, sentence: string]>([
    [
      'a wrong token',
      401,
      {},
      'GitHub does not take the token in GITHUB_TOKEN (401): it is wrong, has ended or was revoked; make a new one',
    ],
    [
      'a used up limit',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795345200' },
      "GitHub's rate limit is used up (403) until 2026-11-22T11:00:00.000Z",
    ],
    [
      'a second limit',
      403,
      { 'retry-after': '60' },
      "GitHub's rate limit is used up (403): it asks to wait 60 seconds",
    ],
    ['too many requests', 429, {}, "GitHub's rate limit is used up (429): try again in some minutes"],
    [
      'single sign-on',
      403,
      { 'x-github-sso': 'required; url=https://github.com/x' },
      'the organization wants the token in GITHUB_TOKEN authorized for its single sign-on (403)',
    ],
    ['trouble', 502, {}, 'API is in trouble (status 502): try again later'],
    [
      'something else',
      200,
      {},
      "what answers is not GitHub's API: `id` or `slug` of its answer is not what GitHub sends",
    ],
  ])('stops at once for %s, in one sentence', async (_what, ...[status, headers, sentence]) => {
    const { run, api, read } = await place(SHOP, {
      answer: (response) => void response.writeHead(status, headers).end('{}'),
    });
    const { code, err, out } = await run('--write');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`nothing was written, as GitHub could not be asked: ${sentence}`);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(api.asked).toHaveLength(1);
    expect(await read()).toBe(SHOP);
  });

  it('goes on after a name that is not there, or that the token may not read', async () => {
    const missing = await (await place(SHOP.replace('acme/shop', 'acme/shpo'))).run('--write');
    expect([missing.code, missing.out]).toEqual([
      1,
      expect.stringContaining('REFUSED: acme/shpo is not there, or this token cannot see it (404)'),
    ]);
    const { run } = await place(SHOP, { answer: (response) => void response.writeHead(403).end('{}') });
    expect((await run()).out).toContain(
      'acme/platform may not be read with this token (403): a team also needs `read:org`',
    );
  });

  it('asks nothing for a name that is none', async () => {
    const { run, api } = await place(SHOP.replace('acme/shop', '"../user"'), KNOWN, 'teams: {}\nprojects: {}\n');
    expect((await run()).out).toContain('REFUSED: "../user" is not the name of a repository, written owner/name');
    expect(api.asked).toEqual([]);
  });

  it('looks at the owners of a configuration that does not load for want of them, and takes its directory', async () => {
    const { directory, read, run, api } = await place();
    const config = join(directory, '../buildpass.yaml');
    await writeFile(config, VALID_CONFIG.replace('acme: "1001"', 'acme'));
    expect((await run('--config', config, '--write')).code).toBe(0);
    expect(await read('../buildpass.yaml')).toBe(VALID_CONFIG);
    const io = recordedIo({ GITHUB_TOKEN: TOKEN, GITHUB_API_URL: api.url });
    expect([await main(['policy', 'pin', '--config', config], io), io.written.out]).toEqual([0, 'All 5 ids right.\n']);
  });

  it('asks one GitHub, and says what is another’s', async () => {
    const { run } = await place(SHOP.replace('acme/shop }', 'acme/shop }\n  - { name: acme/inside, issuer: ghes }'));
    expect((await run()).out).toContain(
      'shop.yaml:5:5: acme/inside was not asked for: it is of the issuer ghes; ask its API with --issuer ghes --api-url URL',
    );
    expect((await run('--issuer', 'ghes')).out).toContain('REFUSED: acme/inside is not there');
  });

  it('asks a GitHub Enterprise Server inside, by the authorities of a file and no others', async () => {
    const [own, other] = [createAuthority(), createAuthority('Another authority')];
    const { run, directory } = await place(SHOP, { ...KNOWN, enterprise: own.serverTls() });
    const file = async (name: string, text: string) => {
      const path = join(directory, '..', name);
      await writeFile(path, text);
      return path;
    };
    const [right, wrong, empty] = [await file('a.pem', own.pem), await file('b.pem', other.pem), await file('c', '')];
    const inside = ['--private-network', '--ca-file'];
    expect(await run(...inside, right)).toMatchObject({ code: 1, out: expect.stringContaining('3 ids to write') });
    const untrusted = expect.stringMatching(/could not be asked: .*if its certificate .* `--ca-file`/) as string;
    expect(await run(...inside, wrong)).toMatchObject({ code: 1, err: untrusted });
    expect(await run('--private-network')).toMatchObject({ code: 1, err: untrusted });
    expect((await run('--ca-file', right)).err).toContain('only `--private-network` allows that');
    expect(await run(...inside, empty)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--ca-file: ".*" holds no certificate/) as string,
    });
  });

  it('goes through the proxy that the environment names', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(String(request.url));
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const { port } = await serveOnLoopback(proxy);
    const { directory } = await place();
    const io = recordedIo({ GITHUB_TOKEN: TOKEN, HTTPS_PROXY: `http://127.0.0.1:${port}` });
    const words = ['policy', 'pin', directory, '--api-url', 'https://ghes.example.com/api/v3'];
    expect([await main(words, io), tunnels]).toEqual([1, ['ghes.example.com:443']]);
  });

  it('answers programs in one line of JSON', async () => {
    const { code, out } = await (await place()).run('--json');
    expect([code, JSON.parse(out)]).toMatchObject([
      1,
      {
        ok: false,
        written: 0,
        names: [
          { kind: 'team', name: 'acme/platform', written_id: '4710', state: 'well' },
          { kind: 'team', name: 'acme/security', state: 'fill', id: '4712' },
          { kind: 'repository', name: 'acme/libs' },
          { kind: 'repository', name: 'acme/shop', file: 'shop.yaml', line: 4, state: 'fill', id: '2001' },
        ],
        skipped: [],
      },
    ]);
  });

  it('is used wrongly without a token, with an address that is none, and on files that are no YAML', async () => {
    const { directory, run } = await place('project: &a shop');
    const without = recordedIo();
    expect(await main(['policy', 'pin', directory], without)).toBe(2);
    expect(without.written.err).toContain('GITHUB_TOKEN is missing');
    expect(await run('--api-url', 'http://api.example.com')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not the address of an API') as string,
    });
    expect(await run()).toMatchObject({
      code: 2,
      err: expect.stringContaining('the anchor &a is not allowed') as string,
    });
  });
});
