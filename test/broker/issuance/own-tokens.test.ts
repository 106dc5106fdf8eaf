import { describe, expect, it } from 'vitest';
import { endOwnToken, introspect } from '../../../broker/issuance/own-tokens.ts';
import { signJws } from '../../../broker/keys/sign-jws.ts';
import type { LocalKey } from '../../../broker/keys/signing-keys.ts';
import type { LeaseRow } from '../../../broker/store/leases.ts';
import { buildKeys } from '../../support/build-grant.ts';
import { MINUTE, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';

const [ISSUER, AUDIENCE] = ['https://buildpass.example.com', 'https://previews.example.com'];
const CLAIMS = { iss: ISSUER, aud: AUDIENCE, jti: 'iss_00001', exp: (NOW + 10 * MINUTE) / 1000 };

interface Options {
  readonly typ?: string;
  readonly claims?: object;
  readonly lease?: Partial<LeaseRow>;
}

async function withToken({ typ = 'at+jwt', claims = {}, lease = {} }: Options = {}) {
  const world = await openIssuanceWorld();
  await world.lease({ lease });
  const keys = buildKeys();
  const key = keys.credential('ES256') as LocalKey & { algorithm: 'ES256' };
  const token = await signJws(key, { typ, kid: key.id }, { ...CLAIMS, ...claims });
  const deps = { ...world.deps, keys, issuer: ISSUER };
  return { world, token, deps, said: (audience = AUDIENCE) => introspect(deps, token, audience) };
}

/** Whatever somebody shows that is not what a job was given. */
const NO_TOKENS: [string, Options][] = [
  ['of another type', { typ: 'JWT' }],
  ['of another issuer', { claims: { iss: 'https://other.example.com' } }],
  ['that names no issuance', { claims: { jti: undefined } }],
  ['that names an issuance that there is not', { claims: { jti: 'iss_00002' } }],
];

describe('a token of ours', () => {
  it('is live for those it was made for, while its lease is', async () => {
    const { said } = await withToken();
    expect(await said()).toEqual(CLAIMS);
    expect(await said('https://deploy.example.com')).toBeUndefined();
  });

  it.each<[string, Options]>([
    ...NO_TOKENS,
    ['whose lease has ended', { lease: { state: 'returned' } }],
    ['whose own end has come', { claims: { exp: NOW / 1000 } }],
  ])('%s is not', async (_what, options) => {
    expect(await (await withToken(options)).said()).toBeUndefined();
  });

  it('is live until its own end has come', async () => {
    const { world, said } = await withToken({ lease: { ends_at: NOW + 60 * MINUTE } });
    world.time.now = NOW + 10 * MINUTE - 1;
    expect(await said()).toEqual(CLAIMS);
    world.time.now += 1;
    expect(await said()).toBeUndefined();
  });

  it('is ended by whoever shows it', async () => {
    const { world, token, deps } = await withToken();
    await endOwnToken(deps, token);
    expect((await world.find('lse_00001'))?.state).toBe('returned');
    expect(await world.entries()).toMatchObject([{ type: 'lease.returned', by: 'token' }]);
  });

  it.each(NO_TOKENS)('%s ends nothing', async (_what, options) => {
    const { world, token, deps } = await withToken(options);
    await endOwnToken(deps, token);
    await endOwnToken(deps, 'nonsense');
    expect([(await world.find('lse_00001'))?.state, await world.entries()]).toEqual(['live', []]);
  });
});
