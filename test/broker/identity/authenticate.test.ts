import { createHmac } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAuthenticate, ownerRefusal } from '../../../broker/identity/authenticate.ts';
import { parseClaims } from '../../../broker/identity/github-claims.ts';
import { createTrustedIssuers } from '../../../broker/identity/trusted-issuers.ts';
import { pushToMain } from '../../support/github-claims.ts';
import { type GithubIssuerOptions, startGithubIssuer } from '../../support/github-issuer.ts';
import { authenticateFor, BROKER_URL, SILENT, trusted } from '../../support/github-trust.ts';

async function start(options: GithubIssuerOptions = {}) {
  const github = await startGithubIssuer({ ...options, claims: { aud: BROKER_URL, ...options.claims } });
  onTestFinished(() => github.close());
  return { github, authenticate: authenticateFor([trusted(github.url)]) };
}

const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('authenticate', () => {
  test('a job’s token becomes its subject', async () => {
    const { github, authenticate } = await start();
    expect(await authenticate(await github.mint())).toMatchObject({
      issuer: 'github',
      repositoryId: '456789',
      ref: 'refs/heads/main',
      eventName: 'push',
    });
  });

  test('a token of the runner’s endpoint does too', async () => {
    const { github, authenticate } = await start();
    const { url, bearer } = github.tokenEndpointOf({ environment: 'production' });
    const response = await fetch(`${url}&audience=${encodeURIComponent(BROKER_URL)}`, {
      headers: { authorization: `bearer ${bearer}` },
    });
    const { value } = (await response.json()) as { value: string };
    expect(await authenticate(value)).toMatchObject({ environment: 'production' });
  });

  test('an issuer that is not on the list costs no request anywhere', async () => {
    const [{ github: stranger }, { github, authenticate }] = [await start(), await start()];
    await expect(authenticate(await stranger.mint())).rejects.toMatchObject({
      code: 'ISSUER_UNTRUSTED',
      message: expect.stringContaining(`This broker does not trust the issuer "${stranger.url}".`),
    });
    expect([stranger.requests, github.requests]).toEqual([[], []]);
  });

  test.for([
    ['a slash more', (url: string) => `${url}/`],
    ['an enterprise of its own', (url: string) => `${url}/octo-enterprise`],
    ['other case', (url: string) => url.toUpperCase()],
    ['a space before', (url: string) => ` ${url}`],
  ] as const)('a near miss of a trusted issuer is not trusted: %s', async ([, near]) => {
    const { github, authenticate } = await start();
    await expect(authenticate(await github.mint({ iss: near(github.url) }))).rejects.toMatchObject({
      code: 'ISSUER_UNTRUSTED',
    });
    expect(github.requests).toEqual([]);
  });

  test('a token whose issuer is not a text costs no request either', async () => {
    const { github, authenticate } = await start();
    await expect(authenticate(await github.mint({ iss: [github.url] }))).rejects.toMatchObject({
      code: 'TOKEN_MALFORMED',
      message: expect.stringContaining('"iss"'),
    });
    expect(github.requests).toEqual([]);
  });

  test('two issuers with the same repository id are kept apart', async () => {
    const [{ github }, { github: ghes }] = [await start(), await start({ path: '/_services/token' })];
    const authenticate = authenticateFor([trusted(github.url), trusted(ghes.url, { name: 'ghes' })]);
    const subjects = [await authenticate(await github.mint()), await authenticate(await ghes.mint())];
    expect(subjects.map(({ issuer, repositoryId }) => [issuer, repositoryId])).toEqual([
      ['github', '456789'],
      ['ghes', '456789'],
    ]);
  });

  test('one issuer can’t speak for another', async () => {
    const [{ github }, { github: ghes }] = [await start(), await start()];
    const authenticate = authenticateFor([trusted(github.url), trusted(ghes.url, { name: 'ghes' })]);
    await expect(authenticate(await ghes.mint({ iss: github.url }))).rejects.toMatchObject({
      code: 'TOKEN_SIGNATURE_INVALID',
    });
    await expect(
      authenticate(await ghes.mint({ iss: github.url }, { kid: github.header()['kid'] })),
    ).rejects.toMatchObject({
      code: 'TOKEN_SIGNATURE_INVALID',
      message: expect.stringContaining(
        `The token's signature does not hold under the key "${github.header()['kid']}" of "${github.url}"`,
      ),
    });
  });

  test('a changed claim breaks the signature, and the change is not believed', async () => {
    const { github, authenticate } = await start();
    const [header, payload = '', signature] = (await github.mint()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = `${header}.${b64({ ...claims, aud: 'https://elsewhere.example', exp: 1 })}.${signature}`;
    await expect(authenticate(forged)).rejects.toMatchObject({ code: 'TOKEN_SIGNATURE_INVALID' });
  });

  test('a public key is no HMAC secret, and no signature is none', async () => {
    const { github, authenticate } = await start();
    const payload = (await github.mint()).split('.')[1];
    const keys = await (await fetch(`${github.url}/.well-known/jwks`)).text();
    const signed = `${b64({ ...github.header(), alg: 'HS256' })}.${payload}`;
    const forged = [
      `${signed}.${createHmac('sha256', keys).update(signed).digest('base64url')}`,
      `${b64({ ...github.header(), alg: 'none' })}.${payload}.`,
    ];
    for (const token of forged) await expect(authenticate(token)).rejects.toMatchObject({ code: 'TOKEN_MALFORMED' });
  });

  test.for([
    ['https://github.com/octo-org', '"https://github.com/octo-org"'],
    [`${BROKER_URL}/`, `"${BROKER_URL}/"`],
    [[BROKER_URL], `["${BROKER_URL}"]`],
    [[BROKER_URL, 'https://elsewhere.example'], `["${BROKER_URL}","https://elsewhere.example"]`],
    ['', '""'],
    [null, 'null'],
  ])('a token for %j is refused', async ([aud, shown]) => {
    const { github, authenticate } = await start();
    await expect(authenticate(await github.mint({ aud }))).rejects.toMatchObject({
      code: 'AUDIENCE_MISMATCH',
      message: `The token was made for ${shown}; this broker accepts only "${BROKER_URL}". Set the action's \`audience\` input to "${BROKER_URL}" or leave it out.`,
    });
  });

  test('a token for nobody is refused', async () => {
    const { github, authenticate } = await start();
    await expect(authenticate(await github.mint({ aud: undefined }))).rejects.toMatchObject({
      code: 'TOKEN_MALFORMED',
      message: expect.stringContaining('no claim "aud"'),
    });
  });

  test.for([
    ['TOKEN_EXPIRED', { exp: -60, iat: -300 }],
    ['TOKEN_TOO_OLD', { exp: 3600, iat: -700 }],
    ['TOKEN_NOT_YET_VALID', { exp: 3600, iat: 60 }],
    ['TOKEN_MALFORMED', { exp: 90_000, iat: 0 }],
  ] as const)('%s is found by the broker’s clock: %j', async ([code, offsets]) => {
    const now = 1_795_341_600;
    const { github } = await start({ now: () => now * 1000 });
    const authenticate = authenticateFor([trusted(github.url)], () => now * 1000);
    const times = { exp: now + offsets.exp, iat: now + offsets.iat, nbf: now + offsets.iat };
    await expect(authenticate(await github.mint(times))).rejects.toMatchObject({ code });
  });

  test('what is too large, oddly headed or said twice is refused without asking anybody', async () => {
    const { github, authenticate } = await start();
    const header = JSON.stringify(github.header());
    const tokens = [
      await github.mint({ padding: 'x'.repeat(16 * 1024) }),
      await github.mint({}, { jku: `${github.url}/.well-known/jwks` }),
      await github.mint({}, { crit: ['b64'], b64: false }),
      await github.mintRaw(header, `{"iss":"${github.url}","iss":"${github.url}"}`),
      await github.mintRaw(header, Uint8Array.of(0x7b, 0xff, 0x7d)),
    ];
    for (const token of tokens) await expect(authenticate(token)).rejects.toMatchObject({ code: 'TOKEN_MALFORMED' });
    expect(github.requests).toEqual([]);
  });

  test('a claim that GitHub always sends may not be missing', async () => {
    const { github, authenticate } = await start();
    await expect(authenticate(await github.mint({ repository_id: undefined }))).rejects.toMatchObject({
      code: 'TOKEN_MALFORMED',
      message: expect.stringContaining('The token has no claim "repository_id", which GitHub always sends.'),
    });
  });

  test('after a rotation the new key is taken, and a withdrawn one no longer', async () => {
    const state = { now: Date.now() };
    const { github } = await start({ now: () => state.now });
    const authenticate = authenticateFor([trusted(github.url)], () => state.now);
    await authenticate(await github.mint());
    const old = await github.mint();
    await github.rotate({ withdraw: true });
    state.now += 31_000;
    await expect(authenticate(await github.mint())).resolves.toBeDefined();
    await expect(authenticate(old)).rejects.toMatchObject({
      code: 'TOKEN_SIGNATURE_INVALID',
      message: expect.stringContaining('has no key'),
    });
  });

  test('without an audience nothing starts', () => {
    const clock = { now: () => 0 };
    const trustedIssuers = createTrustedIssuers({
      issuers: [trusted('https://issuer.example')],
      clock,
      logger: SILENT,
    });
    expect(() => createAuthenticate({ audience: '', trustedIssuers, clock })).toThrow(
      expect.objectContaining({
        name: 'StartRefused',
        message: '`url` is empty: it is the only audience that tokens may be made for',
      }),
    );
  });
});

describe('owners', () => {
  const subject = parseClaims(pushToMain({ issuer: 'https://issuer.example', now: 1_795_341_600_000 }), 'github');
  const github = trusted('https://issuer.example');

  test('the owner’s id opens the way, under whatever name it is listed', () => {
    expect(ownerRefusal([{ ...github, owners: { 'old-name': '123456' } }], subject)).toBeUndefined();
  });

  test.for([
    ['the same name with another id', [{ ...github, owners: { 'octo-org': '7' } }]],
    ['the same id at another issuer', [{ ...github, name: 'ghes' }]],
    ['an issuer that is gone', []],
  ] as const)('%s does not', ([, issuers]) => {
    expect(ownerRefusal(issuers, subject)).toMatchObject({
      code: 'OWNER_NOT_ALLOWED',
      message:
        'This broker does not serve repositories of "octo-org" (owner id "123456"). Whoever runs it can list that owner under `issuers.github.owners`.',
    });
  });
});
