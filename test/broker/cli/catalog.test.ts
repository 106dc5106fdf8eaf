import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readArguments } from '../../../broker/cli/arguments.ts';
import { catalog, command } from '../../../broker/cli/catalog.ts';
import { recordedIo } from '../../support/command-line.ts';
import { temporaryDirectory } from '../../support/config-file.ts';

const PERMITTED = {
  ...{ scope: 'shop/preview', decision: 'permit', reasons: [], title: 'Publish a preview', kind: 'jwt', ttl: 600 },
  ...{
    gives: 'a JWT for https://previews.example.com',
    risk: 'low',
    risk_figure: { score: 25, level: 'low', factors: [] },
  },
  ...{
    revocation: 'at-expiry',
    lifetime: 'dies 10 min after it was issued, and cannot be revoked before',
    terms: ['a review every 90d by acme/security'],
  },
};
const REFUSED = {
  scope: 'shop/deploy',
  decision: 'deny',
  reasons: [{ code: 'POLICY_NO_MATCH', message: 'The first rule wants more.' }],
  more_reasons: 2,
};
const page = (entitlements: readonly object[], next: string | null = null) => ({ entitlements, refused: [], next });

interface Reply {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** A runner and a broker in one: numbered subject tokens, and `replies` in turn. */
async function run(replies: readonly Reply[], words: readonly string[] = [], environment?: Record<string, string>) {
  const asked: (string | undefined)[] = [];
  let tokens = 0;
  const answer = ({ url = '', headers }: IncomingMessage): Reply => {
    if (url.startsWith('/idtoken')) {
      tokens += 1;
      return { body: { value: `token-${tokens}` } };
    }
    asked.push(`${url} ${headers.authorization}`);
    return replies[asked.length - 1] ?? { status: 500, body: {} };
  };
  const server = createServer((incoming, outgoing) => {
    const { status = 200, body, headers = {} } = answer(incoming);
    outgoing.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const runner = { ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/idtoken?v=1`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner' };
  const io = recordedIo(environment ?? runner);
  const waited: number[] = [];
  const context = readArguments(command, ['--broker-url', url, ...words], io);
  const code = await catalog(context, { fetch, wait: async (milliseconds) => void waited.push(milliseconds) });
  return { code, asked, waited, ...io.written };
}

describe('buildpass catalog', () => {
  it('prints a line an entitlement, what it gives and how it ends, and what would be missing', async () => {
    const { code, asked, out } = await run([{ body: page([PERMITTED, REFUSED]) }]);
    expect([code, asked]).toEqual([0, ['/v1/catalog Bearer token-1']]);
    expect(out.split('\n')).toEqual([
      'yes  shop/preview  10m  risk 25 (low)  a JWT for https://previews.example.com',
      '     Publish a preview',
      '     dies 10 min after it was issued, and cannot be revoked before; a review every 90d by acme/security',
      'no   shop/deploy',
      '     POLICY_NO_MATCH: The first rule wants more.',
      '     and 2 more',
      '',
    ]);
  });

  it('follows the pages, each with a fresh token, and gives programs all in one', async () => {
    const { code, asked, out } = await run(
      [{ body: page([REFUSED], 'shop/deploy') }, { body: page([PERMITTED]) }],
      ['--json'],
    );
    expect([code, asked]).toEqual([
      0,
      ['/v1/catalog Bearer token-1', '/v1/catalog?after=shop%2Fdeploy Bearer token-2'],
    ]);
    expect(JSON.parse(out)).toEqual(page([REFUSED, PERMITTED]));
  });

  it('names what follows where the token works only once', async () => {
    const file = join(await temporaryDirectory(), 'token');
    await writeFile(file, 'from-a-file\n');
    const { code, asked, out } = await run(
      [{ body: page([REFUSED], 'shop/deploy') }],
      ['--subject-token-file', file],
      {},
    );
    expect([code, asked]).toEqual([0, ['/v1/catalog Bearer from-a-file']]);
    expect(out).toContain('There are more, after shop/deploy: ask again with a fresh token.');
  });

  it('says that there is nothing, and what is refused whole', async () => {
    expect((await run([{ body: page([]) }])).out).toMatch(/^Nothing: no policy lists the repository/);
    const moved = { ...page([]), refused: [{ project: 'shop', reasons: [{ code: 'REPOSITORY_MOVED' }] }] };
    expect((await run([{ body: moved }])).out).toBe('shop: refused whatever is asked for\n     REPOSITORY_MOVED\n');
  });

  it('waits as long as it is told, and asks again with a fresh token', async () => {
    const busy = {
      status: 503,
      body: { code: 'PAUSED', detail: 'Issuing is paused.' },
      headers: { 'retry-after': '7' },
    };
    const { code, asked, waited } = await run([busy, { body: page([]) }]);
    expect([code, asked.length, waited]).toEqual([0, 2, [7_000]]);
    const given = await run([busy, busy, busy]);
    expect([given.code, given.err]).toEqual([1, 'Not answered (PAUSED): Issuing is paused.\n']);
  });

  it.each([
    ['a refusal', { status: 401, body: { code: 'TOKEN_REPLAYED', detail: 'Used before.' } }, 'TOKEN_REPLAYED'],
    ['no catalog', { body: { entitlements: 'all' } }, 'UNREADABLE'],
    ['no JSON', { body: '<html>' }, 'UNREADABLE'],
  ])('exits 1 for %s', async (_what, reply, expected) => {
    const text = await run([reply]);
    expect([text.code, text.out, text.err]).toEqual([1, '', expect.stringContaining(`(${expected})`)]);
    expect(JSON.parse((await run([reply], ['--json'])).out)).toMatchObject({ code: expected });
  });

  it('says that nobody is there', async () => {
    const file = join(await temporaryDirectory(), 'token');
    await writeFile(file, 'x');
    const words = ['--broker-url', 'http://127.0.0.1:9', '--subject-token-file', file];
    const io = recordedIo();
    expect(await catalog(readArguments(command, words, io), { fetch, wait: async () => undefined })).toBe(1);
    expect(io.written.err).toMatch(/^Not answered \(UNREACHABLE\): /);
  });

  it('prints nothing that a terminal or a runner would obey', async () => {
    const evil = { ...REFUSED, reasons: [{ code: 'X', message: '\u001b[2J\n::stop-commands::x ##[add-mask]y' }] };
    for (const words of [[], ['--json']]) {
      const { out } = await run([{ body: page([evil]) }], words);
      expect(out).toContain('stop-commands');
      expect(out).not.toContain('\u001b');
      expect(out).not.toMatch(/^\s*::|##\[/m);
    }
  });

  it('wants a broker, and a token from somewhere', async () => {
    await expect(run([], [], {})).rejects.toThrow('the runner gives this job no OIDC token');
    const context = readArguments(command, ['--broker-url', 'http://broker.example.com'], recordedIo());
    await expect(catalog(context, { fetch, wait: async () => undefined })).rejects.toThrow('--broker-url: ');
  });
});
