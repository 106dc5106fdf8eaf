// What a relying party asks about a token of ours (RFC 7662), and who ends one by showing it (RFC 7009): by a client that we did
// not write.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterEach, describe, expect, it } from 'vitest';
import { systemEntropy } from '../../broker/clock.ts';
import { readEncryptionKey } from '../../broker/config.ts';
import { signJws } from '../../broker/keys/sign-jws.ts';
import { keyEncryptionKey, type LocalKey, openSigningKeys } from '../../broker/keys/signing-keys.ts';
import type { SigningKeyRow } from '../../broker/store/signing-keys.ts';
import { rowsBeside } from '../support/beside-broker.ts';
import { buildpass, type Ran } from '../support/command-line.ts';
import { HOUR } from '../support/rotation-story.ts';
import { TestBroker, type TestBrokerOptions } from '../support/test-broker.ts';

const SECRET = 'relying-party-secret-of-40-characters-xx';
const PREVIEWS = { name: 'previews', audience: 'https://previews.example.com' };
const OTHER = { name: 'deploys', audience: 'https://deploy.example.com' };

const partiesWith =
  (secret: string): NonNullable<TestBrokerOptions['relyingParties']> =>
  (directory) => {
    const secretFile = join(directory, 'previews.secret');
    writeFileSync(secretFile, `${secret}\n`, { mode: 0o600 });
    return [PREVIEWS, OTHER].map((party) => ({ ...party, secretFile }));
  };
const relyingParties = partiesWith(SECRET);

let broker: TestBroker;
let now: number;
afterEach(() => broker.close());

async function start(options: TestBrokerOptions = {}): Promise<void> {
  now = Date.parse('2026-11-30T10:00:00Z');
  const clock = { now: () => now };
  broker = await TestBroker.start({ clock, relyingParties, background: 'by-hand', ...options });
}

const insecure = { [oauth.allowInsecureRequests]: true };
const server = (): oauth.AuthorizationServer => ({
  issuer: broker.origin,
  introspection_endpoint: `${broker.origin}/oauth/introspect`,
  revocation_endpoint: `${broker.origin}/oauth/revoke`,
});

async function introspect(token: string, name = PREVIEWS.name): Promise<oauth.IntrospectionResponse> {
  const client = { client_id: name };
  const response = await oauth.introspectionRequest(server(), client, oauth.ClientSecretBasic(SECRET), token, insecure);
  return oauth.processIntrospectionResponse(server(), client, response);
}

async function revoke(token: string): Promise<void> {
  const client = { client_id: 'anybody' };
  await oauth.processRevocationResponse(await oauth.revocationRequest(server(), client, oauth.None(), token, insecure));
}

/** What whoever has a copy of the private half makes of a token that was issued. */
async function forged(token: string, changed: object): Promise<string> {
  const rows = rowsBeside(broker, 'SELECT * FROM signing_keys') as unknown as SigningKeyRow[];
  const sealing = keyEncryptionKey(await readEncryptionKey(broker.config.keys.encryptionKeyFile), systemEntropy);
  const { id, privateKey } = openSigningKeys(rows, sealing).credential('ES256') as LocalKey;
  const payload = { ...decodeJwt(token), ...changed };
  return signJws({ algorithm: 'ES256', privateKey }, { typ: 'at+jwt', kid: id }, payload);
}

const keys = (...words: string[]): Promise<Ran> => buildpass('keys', ...words, '--config', broker.config.file);

const asBasic = (name: string, secret: string): RequestInit => ({
  headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
});

describe('introspection', () => {
  it('says what stands in a live token', async () => {
    await start();
    const { body } = await broker.ask();
    expect(await introspect(body.access_token)).toMatchObject({
      active: true,
      token_type: 'Bearer',
      iss: broker.config.issuer,
      aud: PREVIEWS.audience,
      jti: body.issuance_id,
      client_id: 'shop/publish-preview',
      repository_id: '456789',
    });
  });

  it('knows a token that was returned, which its signature does not', async () => {
    await start();
    const { body } = await broker.ask({ secret: 's'.repeat(43) });
    await broker.returnLease(body.lease_id, 's'.repeat(43));
    expect(await introspect(body.access_token)).toEqual({ active: false });
  });

  it('knows a token that has expired', async () => {
    await start();
    const { body } = await broker.ask();
    now += 600_000;
    expect(await introspect(body.access_token)).toEqual({ active: false });
  });

  it('knows the tokens of a key that was replaced, and none of one that was withdrawn', async () => {
    await start();
    await keys('rotate');
    now += HOUR - 1;
    const { body } = await broker.ask();
    const { kid } = decodeProtectedHeader(body.access_token);
    now += 1;
    await broker.running.runBackground();
    expect(decodeProtectedHeader((await broker.ask()).body.access_token).kid).not.toBe(kid);
    expect(await introspect(body.access_token)).toMatchObject({ active: true });
    expect((await keys('rotate', `--compromised=${kid}`, '--reason', 'it leaked')).code).toBe(0);
    expect(await introspect(body.access_token)).toEqual({ active: false });
  });

  it('takes what the broker never issued for no token of ours, though one of its keys signed it', async () => {
    await start();
    const { body } = await broker.ask();
    const token = await forged(body.access_token, { repository: 'octo-org/crown-jewels' });
    expect(await introspect(token)).toEqual({ active: false });
    await revoke(token);
    expect(await introspect(body.access_token)).toMatchObject({ active: true });
  });

  it('says nothing of a token for somebody else', async () => {
    await start();
    const { body } = await broker.ask();
    expect(await introspect(body.access_token, OTHER.name)).toEqual({ active: false });
  });

  it.each([
    ['no token at all', () => 'nonsense'],
    [
      'a token with another payload',
      (token: string) => token.replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
    ],
    ['a second spelling of its signature', (token: string) => `${token}=`],
    [
      'a key that nobody has',
      (token: string) => token.replace(/^[^.]+/, Buffer.from('{"alg":"ES256","kid":"x"}').toString('base64url')),
    ],
    [
      'no signature',
      (token: string) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`,
    ],
    ['16 KiB and more', (token: string) => `${token}${'A'.repeat(16_384)}`],
  ])('takes %s for no token of ours', async (_what, changed) => {
    await start();
    const { body } = await broker.ask();
    expect(await introspect(changed(body.access_token))).toEqual({ active: false });
  });

  it.each([
    ['a wrong secret', asBasic('previews', 'x'.repeat(40))],
    ['an unknown name', asBasic('nobody', SECRET)],
    ['a name of every object', asBasic('constructor', SECRET)],
    ['no authorization', {}],
    ['what is no Basic', { headers: { authorization: `Bearer ${SECRET}` } }],
  ])('answers nobody with %s', async (_what, init: RequestInit) => {
    await start();
    const { body: issued } = await broker.ask();
    const form = new URLSearchParams({ token: issued.access_token });
    const answer = await broker.fetch('/oauth/introspect', { ...init, method: 'POST', body: form });
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ error: 'invalid_client', code: 'CLIENT_UNKNOWN' });
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="buildpass"');
  });

  it.each([
    ['as it is', (text: string) => text],
    ['percent-encoded', encodeURIComponent],
  ])('takes a secret of any signs %s', async (_what, sent) => {
    const secret = 'q+/%41:8 =='.repeat(4);
    await start({ relyingParties: partiesWith(secret) });
    const { body } = await broker.ask();
    const form = new URLSearchParams({ token: body.access_token });
    const answer = await broker.fetch('/oauth/introspect', {
      ...asBasic('previews', sent(secret)),
      method: 'POST',
      body: form,
    });
    expect([answer.status, answer.body]).toMatchObject([200, { active: true }]);
  });

  it('says what is missing from an ask', async () => {
    await start();
    const answer = await broker.fetch('/oauth/introspect', {
      ...asBasic('previews', SECRET),
      method: 'POST',
      body: new URLSearchParams({ token_type_hint: 'access_token' }),
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: 'invalid_request', code: 'PARAMETER_INVALID' });
  });
});

describe('revocation', () => {
  it('ends a token by showing it, on record', async () => {
    await start();
    const { body } = await broker.ask();
    await revoke(body.access_token);
    expect(await introspect(body.access_token)).toEqual({ active: false });
    const [returned] = await broker.entries('lease.returned');
    expect(returned).toMatchObject({ lease_id: body.lease_id, revocation: 'at-expiry', by: 'token' });
  });

  it('once: the second time nothing is left to end', async () => {
    await start();
    const { body } = await broker.ask();
    await revoke(body.access_token);
    await revoke(body.access_token);
    expect(await broker.entries('lease.returned')).toHaveLength(1);
  });

  it('ends a token that was signed while the issuer had another name, and calls it live no more', async () => {
    await start();
    const { body } = await broker.ask();
    Object.assign(broker.config, { issuer: 'https://tokens.example.com' });
    await broker.restart();
    expect(await introspect(body.access_token)).toEqual({ active: false });
    await revoke(body.access_token);
    expect(await broker.entries('lease.returned')).toMatchObject([{ lease_id: body.lease_id, by: 'token' }]);
  });

  it('does not say whether a token was one of ours (RFC 7009 §2.2)', async () => {
    await start();
    await revoke('nonsense');
    expect(await broker.entries('lease.returned')).toEqual([]);
  });
});

describe('the metadata', () => {
  it('leads to both', async () => {
    await start();
    const { body } = await broker.fetch('/.well-known/oauth-authorization-server');
    expect(body).toMatchObject({
      introspection_endpoint: `${broker.config.url}/oauth/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
      revocation_endpoint: `${broker.config.url}/oauth/revoke`,
      revocation_endpoint_auth_methods_supported: ['none'],
    });
  });
});
