import { describe, expect, it } from 'vitest';
import { endOwnToken, introspect } from '../../../broker/issuance/own-tokens.ts';
import { recordSucceeded } from '../../../broker/issuance/steps.ts';
import { signJws } from '../../../broker/keys/sign-jws.ts';
import type { LocalKey } from '../../../broker/keys/signing-keys.ts';
import type { Credential } from '../../../broker/model.ts';
import { Secret } from '../../../shared/secret.ts';
import { buildKeys } from '../../support/build-grant.ts';
import { MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

const [ISSUER, AUDIENCE] = ['https://buildpass.example.com', 'https://previews.example.com'];
const CLAIMS = { iss: ISSUER, aud: AUDIENCE, jti: 'iss_00001', exp: (NOW + 10 * MINUTE) / 1000 };

interface Options {
  readonly typ?: string;
  readonly claims?: object;
  readonly endsAt?: number;
  readonly returned?: true;
  /** the log has another token as issued */
  readonly forged?: true;
}

async function withToken(options: Options = {}) {
  const { typ = 'at+jwt', claims = {}, endsAt: upstreamExpiresAt = NOW + 10 * MINUTE, returned, forged } = options;
  const world = await openIssuanceWorld();
  const issuing = await world.issuing();
  const keys = buildKeys();
  const key = keys.credential('ES256') as LocalKey & { algorithm: 'ES256' };
  const token = await signJws(key, { typ, kid: key.id }, { ...CLAIMS, ...claims });
  const credential: Credential = {
    accessToken: new Secret(forged === undefined ? token : `${token}, as it was issued`),
    ...{ tokenType: 'Bearer', issuedTokenType: 'jwt', values: {}, upstreamExpiresAt, revocation: 'at-expiry' },
  };
  await world.store.commit(async (tx) => {
    await recordSucceeded(world.deps, tx, { ...issuing, credential, answerKey: undefined });
    if (returned === true) await tx.leases.end('lse_00001', 'returned');
  });
  const deps = { ...world.deps, keys, issuer: ISSUER };
  return { world, token, deps, said: (audience = AUDIENCE) => introspect(deps, token, audience) };
}

/** Whatever somebody shows that is not what a job was given. */
const NO_TOKENS: [string, Options][] = [
  ['of another type', { typ: 'JWT' }],
  ['that names no issuance', { claims: { jti: undefined } }],
  ['that names an issuance that there is not', { claims: { jti: 'iss_00002' } }],
  ['that the log does not have as issued', { forged: true }],
];

describe('a token of ours', () => {
  it('is live for those it was made for, while its lease is', async () => {
    const { said } = await withToken();
    expect(await said()).toEqual(CLAIMS);
    expect(await said('https://deploy.example.com')).toBeUndefined();
  });

  it.each<[string, Options]>([
    ...NO_TOKENS,
    ['of another issuer', { claims: { iss: 'https://other.example.com' } }],
    ['whose lease has ended', { returned: true }],
    ['whose own end has come', { claims: { exp: NOW / 1000 } }],
  ])('%s is not', async (_what, options) => {
    expect(await (await withToken(options)).said()).toBeUndefined();
  });

  it('is live until its own end has come', async () => {
    const { world, said } = await withToken({ endsAt: NOW + 60 * MINUTE });
    world.time.now = NOW + 10 * MINUTE - 1;
    expect(await said()).toEqual(CLAIMS);
    world.time.now += 1;
    expect(await said()).toBeUndefined();
  });

  it('is ended by whoever shows it', async () => {
    const { world, token, deps } = await withToken();
    await endOwnToken(deps, token);
    expect((await world.find('lse_00001'))?.state).toBe('returned');
    expect(await world.entries('lease.returned')).toMatchObject([{ by: 'token' }]);
  });

  it.each(NO_TOKENS)('%s ends nothing', async (_what, options) => {
    const { world, token, deps } = await withToken(options);
    await endOwnToken(deps, token);
    await endOwnToken(deps, 'nonsense');
    const returned = await world.entries('lease.returned');
    expect([(await world.find('lse_00001'))?.state, returned]).toEqual(['live', []]);
  });
});
