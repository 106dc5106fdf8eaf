// Every kind of thing that lies in a vault, and every way in which it is not what the policy says.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Credential } from '../../../broker/model.ts';
import { UpstreamRefused } from '../../../broker/providers/provider.ts';
import { describeProvider } from '../../conformance/provider.ts';
import { startVaultWorld, type VaultWorld, type VaultWorldOptions } from '../../support/vault-world.ts';

const DATABASE = { path: 'database/creds/shop', values: { user: 'username', password: 'password' } };
const CERTIFICATE = {
  path: 'pki/issue/web',
  request: { common_name: 'preview.example.com' },
  values: { certificate: 'certificate', key: 'private_key' },
};
const SSH = {
  path: 'ssh/issue/deploy',
  request: { key_type: 'ed25519' },
  values: { key: 'private_key', cert: 'signed_key' },
};
const STATIC = { path: 'kv/data/shop' };

describeProvider('vault-secret', async () => {
  const { provider, double } = await startVaultWorld();
  return {
    ...{ provider, double },
    parameters: { upstream: 'vault-prod', role: 'shop', ...DATABASE },
    values: ['password', 'user'],
  };
});

async function start(options?: VaultWorldOptions): Promise<VaultWorld> {
  const world = await startVaultWorld(options);
  onTestFinished(world.close);
  return world;
}

const tokenIn = ({ revocationHandle }: Credential): string => JSON.parse(revocationHandle?.reveal() ?? '{}').token;

const revealed = ({ values }: Credential) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.reveal()]));

async function refusal(issuing: Promise<unknown>): Promise<string> {
  const error: unknown = await issuing.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UpstreamRefused);
  return (error as Error).message;
}

describe('a value that never dies', () => {
  it('says where it is kept instead of a fingerprint, and leaves no login behind', async () => {
    const { issue, double } = await start();
    const credential = await issue(STATIC, { ttl: 'never' });
    expect(revealed(credential)).toEqual({ 'api-key': 'a-static-value' });
    expect(credential).toMatchObject({
      upstreamExpiresAt: null,
      revocation: 'none',
      keptAt: { path: 'kv/data/shop', version: '3' },
    });
    expect(credential.revocationHandle).toBeUndefined();
    expect([double.live(), double.complaints]).toEqual([[], []]);
  });

  it('of the first version of KV has no version to name, and is none by what is written in it', async () => {
    const { issue } = await start();
    const credential = await issue({ path: 'old/shop' }, { ttl: 'never' });
    expect(credential).toMatchObject({ revocation: 'none', keptAt: { path: 'old/shop', version: 'unversioned' } });
    expect(await refusal(issue({ path: 'old/shop' }))).toContain('it never dies');
  });

  it('is not handed out where the policy gives it an end', async () => {
    const { issue, double } = await start();
    expect(await refusal(issue(STATIC))).toBe(
      'The vault "vault-prod" has something at "kv/data/shop", but it never dies: the policy must say `ttl: never`, and the guardrails allow that in `allow-static`',
    );
    expect(double.live()).toEqual([]);
  });

  it('takes numbers and yes or no as text', async () => {
    const { issue } = await start();
    const credential = await issue({ ...STATIC, values: { port: 'port', on: 'on' } }, { ttl: 'never' });
    expect(revealed(credential)).toEqual({ port: '5432', on: 'true' });
  });

  it.each([
    ['password', 'it has no field "password"'],
    ['toString', 'it has no field "toString"'],
    ['none', 'its field "none" is empty'],
    ['binary', 'its field "binary" is binary, and no text'],
    ['list', 'its field "list" is a list or a map, and no text'],
  ])('without a usable %s is refused, naming the field', async (field, problem) => {
    const { issue } = await start();
    expect(await refusal(issue({ ...STATIC, values: { 'api-key': field } }, { ttl: 'never' }))).toContain(problem);
  });

  it('is never the login of the broker, whatever lies around it', async () => {
    const echo = {
      get key() {
        return `Bearer ${world.double.live()[0]}`;
      },
    };
    const world: VaultWorld = await start({ vault: { engines: { kv1: { 'old/shop': echo } } } });
    expect(await refusal(world.issue({ path: 'old/shop' }, { ttl: 'never' }))).toContain(
      'its field "key" holds the login of the broker',
    );
    expect(world.double.live()).toEqual([]);
  });

  it('is handed out although its login could not be ended, which is a warning', async () => {
    const { issue, double, warnings } = await start({ role: { withoutDefault: true } });
    await issue(STATIC, { ttl: 'never' });
    expect(double.live()).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('a login at a vault could not be ended')]);
  });

  it('is never what a request makes', async () => {
    const { issue, double } = await start();
    expect(await refusal(issue(CERTIFICATE, { ttl: 'never' }))).toContain('must end, and the policy says `ttl: never`');
    expect(double.requests).toEqual([]);
  });
});

describe('a lease', () => {
  it('ends when the vault says, and is ended with the login that made it', async () => {
    const { issue, double } = await start();
    const credential = await issue(DATABASE);
    expect(credential.upstreamExpiresAt).toBeCloseTo(Date.now() + 900_000, -4);
    expect(credential.revocation).toBeUndefined();
    expect(credential.details).toEqual({ upstream: 'vault-prod' });
    expect(credential.provenance).toEqual({ system: 'vault-prod', id: double.audited[0] });
    expect(double.live()).toEqual([tokenIn(credential)]);
  });

  it('ends with its login where that is earlier', async () => {
    const { issue } = await start({ role: { tokenTtl: 120 } });
    expect((await issue(DATABASE)).upstreamExpiresAt).toBeCloseTo(Date.now() + 120_000, -4);
  });

  it('is withheld where the policy says that nothing ends, and can be revoked', async () => {
    const { issue } = await start();
    const credential = await issue(DATABASE, { ttl: 'never' });
    expect(credential.excess).toContain('it ends: the policy must say when, by a `ttl`');
    expect(credential.revocationHandle).toBeDefined();
  });

  it.each<[string, VaultWorldOptions['role']]>([
    ['may not end itself', { withoutDefault: true }],
    ['is a batch token', { tokenType: 'batch' }],
    ['is counted', { uses: 3 }],
  ])('of a policy that says never, made with a login that %s, is not called revocable', async (_what, role) => {
    const { issue } = await start({ role: role ?? {} });
    const credential = await issue(DATABASE, { ttl: 'never' });
    expect(credential).toMatchObject({ revocation: 'at-expiry', excess: expect.stringContaining('it ends') });
    expect(credential.revocationHandle).toBeUndefined();
    expect(credential.upstreamExpiresAt).toBeCloseTo(Date.now() + 900_000, -4);
  });

  it('is withheld where a field is missing, and can be revoked', async () => {
    const { issue } = await start();
    const credential = await issue({ ...DATABASE, values: { user: 'username', password: 'pass' } });
    expect(credential.excess).toBe('of what the vault has at "database/creds/shop", it has no field "pass"');
    expect(credential.revocationHandle).toBeDefined();
  });

  it('of no length is withheld, and can be revoked for as long as its login lives', async () => {
    const { issue } = await start({ vault: { engines: { database: { 'database/creds/shop': 0 } } } });
    const credential = await issue(DATABASE);
    expect(credential.excess).toContain('it is a lease of no length');
    expect(credential.upstreamExpiresAt).toBeCloseTo(Date.now() + 3_600_000, -4);
  });

  it.each<[string, VaultWorldOptions['role'], string]>([
    ['may not end itself', { withoutDefault: true }, 'its tokens may not revoke themselves'],
    ['is a batch token', { tokenType: 'batch' }, 'it gives batch tokens'],
    ['is counted', { uses: 3 }, 'it limits the uses of a token'],
    ['never ends', { tokenTtl: 0 }, 'its tokens live without end'],
    ['outlives every lease', { tokenTtl: 3_000_000 }, 'its tokens live without end or longer than 32 days'],
  ])('is not made with a login that %s', async (_what, role, problem) => {
    const { issue, double } = await start({ role: role ?? {} });
    expect(await refusal(issue(DATABASE))).toContain(problem);
    expect(double.requests).not.toContain('GET /v1/database/creds/shop');
  });

  it('that nobody knows the answer of ends with its login all the same', async () => {
    const { issue, double } = await start();
    double.mood = 'truncated';
    double.moodFrom = ({ path }) => path.startsWith('/v1/database');
    await expect(issue(DATABASE)).rejects.not.toBeInstanceOf(UpstreamRefused);
    expect(double.live()).toEqual([]);
    expect(double.revoked).toEqual(double.issued);
  });
});

describe('what is made for a request', () => {
  it('is asked to live as long as was granted, and dies by itself', async () => {
    const { issue, double } = await start();
    const credential = await issue(CERTIFICATE, { ttl: 600 });
    expect(credential).toMatchObject({ revocation: 'at-expiry' });
    expect(credential.upstreamExpiresAt).toBeCloseTo(Date.now() + 600_000, -4);
    expect([double.live(), double.complaints, credential.revocationHandle]).toEqual([[], [], undefined]);
  });

  it('as an SSH certificate dies when its own dates say', async () => {
    const { issue } = await start();
    const credential = await issue(SSH, { ttl: 600 });
    expect(credential).toMatchObject({ revocation: 'at-expiry' });
    expect(credential.upstreamExpiresAt).toBeCloseTo(Date.now() + 600_000, -4);
  });

  it('with a lease can be revoked', async () => {
    const { issue } = await start();
    const credential = await issue({ ...CERTIFICATE, path: 'pki/issue/leased' });
    expect([credential.revocation, credential.revocationHandle?.length]).toEqual([undefined, expect.any(Number)]);
  });

  it('is refused in the words of the vault', async () => {
    const { issue } = await start();
    const message = await refusal(issue({ ...CERTIFICATE, request: { common_name: 'evil.test' } }));
    expect(message).toContain('refused (400): "common name evil.test not allowed by this role"');
  });
});

describe('a no of the vault says what to do', () => {
  const POLICY = 'a policy of the role "shop" must say path "kv/data/other" { capabilities = ["read"] }';
  it.each<[string, VaultWorldOptions, object, string]>([
    ['a role that is missing', {}, { role: 'shopp' }, 'role "shopp" could not be found'],
    [
      'another audience',
      { upstream: { audience: 'vault-test' } },
      {},
      'at auth/jwt must be a JWT auth method, and its role "shop" must bind the audience "vault-test" and the subject "project:shop:entitlement:deploy"',
    ],
    ['another subject', { role: { subject: 'project:shop:entitlement:other' } }, {}, 'invalid subject (sub) claim'],
    [
      'a mount that is not there',
      { upstream: { authMount: 'ci/jwt' } },
      {},
      '"permission denied"; at auth/ci/jwt must be a JWT auth method, and its role "shop" must',
    ],
    ['a namespace that is not there', { upstream: { namespace: 'team-a' } }, {}, 'namespace not found'],
    ['a path that is not allowed', {}, { path: 'kv/data/other' }, POLICY],
    ['a value that was deleted', {}, { path: 'kv/data/gone' }, 'that is what it says of "kv/data/gone"'],
  ])('%s', async (...[, options, parameters, words]) => {
    const { issue } = await start(options);
    expect(await refusal(issue({ ...STATIC, ...parameters }, { ttl: 'never' }))).toContain(words);
  });

  it('a role that may do anything', async () => {
    const { issue, double } = await start();
    double.mood = 'wider';
    expect(await refusal(issue(DATABASE))).toContain('it gives the policy "root", which may do anything: take it away');
    expect(double.live()).toEqual([]);
  });

  it.each(['breaks', 'no-json', 'empty', 'truncated'] as const)(
    'a login that %s issued nothing for certain',
    async (mood) => {
      const { issue, double } = await start();
      double.mood = mood;
      double.moodFrom = () => true;
      expect(await refusal(issue(DATABASE))).toContain('may be sealed or standing by');
    },
  );
});

describe('no secret', () => {
  it.each<[string, object]>([
    ['something wrapped', { wrap_info: { token: 'hvs.wrapping', ttl: 300 }, data: null }],
    ['a token', { auth: { client_token: 'hvs.another', policies: ['root'] }, data: null }],
  ])('is %s: it is refused, and the login ended', async (_what, body) => {
    const vault = { engines: { odd: { 'kv/data/shop': body } } };
    const { issue, double } = await start({ vault });
    expect(await refusal(issue(STATIC, { ttl: 'never' }))).toBe(
      'The vault "vault-prod" answered at "kv/data/shop" with a token or something wrapped, and no secret',
    );
    expect(double.live()).toEqual([]);
  });
});

describe('where a vault is set up otherwise', () => {
  it('its mount and its namespace are asked', async () => {
    const place = { mount: 'ci/jwt', namespace: 'team-a' };
    const { issue, double } = await start({ vault: place, upstream: { authMount: 'ci/jwt', namespace: 'team-a' } });
    await issue(DATABASE);
    expect([double.requests[0], double.complaints]).toEqual(['POST /v1/auth/ci/jwt/login', []]);
  });
});
