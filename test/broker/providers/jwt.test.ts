import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemEntropy } from '../../../broker/clock.ts';
import { keyEncryptionKey, openSigningKeys, type SigningKeys } from '../../../broker/keys/signing-keys.ts';
import type { Credential, Grant } from '../../../broker/model.ts';
import { type JwtParameters, jwtProvider } from '../../../broker/providers/jwt.ts';
import { describeLocalProvider } from '../../conformance/provider.ts';
import { buildKeyRows } from '../../support/build-keys.ts';
import { buildSubject } from '../../support/build-subject.ts';

const ISSUER = 'https://keys.example.com';
const AUDIENCE = 'https://previews.example.com';
/** with a fraction, which a NumericDate of ours never has */
const NOW = 1_795_341_600_987;

let keys: SigningKeys;
beforeAll(() => {
  const sealing = keyEncryptionKey(Buffer.alloc(32), systemEntropy);
  keys = openSigningKeys(buildKeyRows(sealing, 0), sealing);
});

const grant = (changes: Partial<Grant> = {}): Grant => ({
  id: 'grt_1',
  issuanceId: 'iss_1',
  requestId: 'req_1',
  leaseId: 'lse_1',
  subject: buildSubject({ environment: 'production' }),
  project: 'shop',
  entitlement: 'publish-preview',
  rule: 0,
  policyDigest: 'digest',
  ttl: 600,
  assurance: 'automated',
  approvals: [],
  approvedBy: [],
  issuedAt: NOW,
  ...changes,
});

async function issue(changes: Partial<Grant> = {}, parameters: Partial<JwtParameters> = {}): Promise<Credential> {
  const provider = jwtProvider({ issuer: ISSUER, keys });
  return provider.issue(grant(changes), { audience: AUDIENCE, ...parameters }, new AbortController().signal);
}

async function claims(changes: Partial<Grant> = {}, parameters: Partial<JwtParameters> = {}): Promise<JWTPayload> {
  return decodeJwt((await issue(changes, parameters)).accessToken.reveal());
}

describeLocalProvider('jwt', async () => ({
  provider: jwtProvider({ issuer: ISSUER, keys }),
  parameters: { audience: AUDIENCE },
  values: ['token'],
}));

describe('the token', () => {
  it('has every claim of the contract, and no other', async () => {
    expect(await claims()).toEqual({
      iss: ISSUER,
      sub: 'project:shop:entitlement:publish-preview',
      aud: AUDIENCE,
      iat: 1_795_341_600,
      nbf: 1_795_341_600,
      exp: 1_795_342_200,
      jti: 'iss_1',
      client_id: 'shop/publish-preview',
      issuer_name: 'github',
      repository: 'acme/shop',
      repository_id: '2001',
      ref: 'refs/heads/main',
      sha: '1f0c9d5e3b7a48260a9f4e21c6d8b7350e9a4c12',
      environment: 'production',
      run_id: '15987654321',
      run_attempt: '1',
      check_run_id: '50123456789',
      assurance: 'automated',
    });
  });

  it('leaves out what the job does not have', async () => {
    const subject = buildSubject({ environment: undefined, checkRunId: undefined });
    const token = await claims({ subject });
    for (const name of ['environment', 'check_run_id', 'approved_by']) expect(token).not.toHaveProperty(name);
  });

  it('names who approved it', async () => {
    expect(await claims({ assurance: 'approved', approvedBy: ['prn_1', 'prn_2'] })).toMatchObject({
      assurance: 'approved',
      approved_by: ['prn_1', 'prn_2'],
    });
  });

  it.each([60, 600, 86_400])('ends %i s after it was issued, to the second', async (ttl) => {
    const { iat = 0, exp = 0 } = await claims({ ttl });
    expect([exp - iat, (await issue({ ttl })).upstreamExpiresAt]).toEqual([ttl, exp * 1000]);
  });

  it('has a subject that every cloud takes whole, even of the longest names', async () => {
    const [project, entitlement] = ['p'.repeat(40), 'e'.repeat(40)];
    expect((await claims({ project, entitlement })).sub).toHaveLength(101);
  });
});

describe('the claims of a policy', () => {
  it('stand beside ours', async () => {
    expect(await claims({}, { claims: { action: 'deploy' } })).toMatchObject({ action: 'deploy', aud: AUDIENCE });
  });

  it('set none of ours, not even one that this job does not have', async () => {
    const ours = await claims({ subject: buildSubject() });
    const names = [...Object.keys(ours), 'environment', 'approved_by', 'check_run_id'];
    const forged = Object.fromEntries(names.map((name) => [name, 'forged']));
    expect(await claims({ subject: buildSubject() }, { claims: forged })).toEqual(ours);
  });
});

describe('the signature', () => {
  it.each(['ES256', 'RS256'] as const)(
    'is %s where the policy says so, by the key that is named',
    async (algorithm) => {
      const token = (await issue({}, { algorithm })).accessToken.reveal();
      const key = keys.credential(algorithm);
      expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm, typ: 'at+jwt', kid: key.id });
      const currentDate = new Date(NOW);
      const verified = await jwtVerify(token, key.publicKey, {
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: 'at+jwt',
        currentDate,
      });
      expect(verified.payload.jti).toBe('iss_1');
    },
  );

  it('is ES256 unless it says otherwise', async () => {
    expect(decodeProtectedHeader((await issue()).accessToken.reveal()).alg).toBe('ES256');
  });
});

describe('the credential', () => {
  it('is one bearer token, by its own name too', async () => {
    const { accessToken, tokenType, issuedTokenType, values } = await issue();
    expect([tokenType, issuedTokenType]).toEqual(['Bearer', 'urn:ietf:params:oauth:token-type:access_token']);
    expect(Object.entries(values).map(([name, value]) => [name, value.reveal()])).toEqual([
      ['token', accessToken.reveal()],
    ]);
  });

  it.each([
    ['without an audience: a token of ours needs one audience', {}, { audience: '' }],
    ['that never ends: a jwt needs an end', { ttl: 'never' as const }, {}],
  ])('is not made %s', async (what, changes, parameters) => {
    await expect(issue(changes, parameters)).rejects.toThrow(what.split(': ')[1] ?? '');
  });
});
