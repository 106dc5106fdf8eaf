// What every provider must do, whatever it issues: one suite, run by each provider's own test. One that asks another system brings the
// double of that; one that signs by itself has no other side, and nothing of it to go wrong.
import { inspect } from 'node:util';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../broker/clock.ts';
import type { Credential, Lease } from '../../broker/model.ts';
import { credentialKinds } from '../../broker/providers/credential-kinds.ts';
import { type CredentialProvider, UpstreamRefused } from '../../broker/providers/provider.ts';
import { readCredential } from '../../shared/issued-credential.ts';
import { buildGrant } from '../support/build-grant.ts';
import type { MoodyServer, UpstreamMood } from '../support/moody-server.ts';
import { readSource } from '../support/source-tree.ts';

export interface ProviderDouble extends Pick<MoodyServer, 'mood' | 'followed' | 'hanging' | 'close'> {
  /** every secret that it handed out */
  readonly issued: string[];
  /** those of them that were given back to it */
  readonly revoked: string[];
  /** what the real side would not have taken */
  readonly complaints: string[];
}

/** All that there is to a provider that signs by itself. */
export interface LocalWorld {
  readonly provider: CredentialProvider;
  /** what the kind's `parse` makes of a policy */
  readonly parameters: unknown;
  /** names of the answer's `credential`, sorted */
  readonly values: readonly string[];
}

export interface ProviderWorld extends LocalWorld {
  readonly double: ProviderDouble;
  /** what the other side never says of what it gave, so that nobody can compare it; the page of the kind says so */
  readonly cannotCompare?: string;
}

/** Moods after which the other side may have acted. */
const UNCLEAR: readonly UpstreamMood[] = ['truncated', 'oversized', 'no-json', 'empty', 'breaks'];

export function describeProvider(kind: string, start: () => Promise<ProviderWorld>): void {
  let world: ProviderWorld | undefined;
  const open = async (mood: UpstreamMood = 'well'): Promise<ProviderWorld> => {
    world = await start();
    world.double.mood = mood;
    return world;
  };
  afterEach(() => {
    world?.double.close();
    world = undefined;
  });

  describe(`every provider: ${kind}`, () => {
    describeIssuing(kind, open);

    it('asks in a way that the other side takes', async () => {
      const { provider, double, parameters } = await open();
      await issue(provider, parameters);
      expect([provider.acts, double.complaints]).toEqual(['upstream', []]);
    });

    it('shows no secret of the other side among what is no secret', async () => {
      const { provider, double, parameters } = await open();
      const { details = {}, provenance = {}, keptAt = {} } = await issue(provider, parameters);
      expect(secretsIn(double, JSON.stringify([details, provenance, keptAt]))).toEqual([]);
    });

    it('says a definite no as one, on a line that fits a job’s log', async () => {
      const { provider, parameters } = await open('refuses');
      const error = await failure(provider, parameters);
      expect(error).toBeInstanceOf(UpstreamRefused);
      expect(error.message).toMatch(/^[^\p{Cc}]{10,500}$/u);
    });

    it.each(UNCLEAR)('guesses nothing from an answer that is %s', async (mood) => {
      const { provider, double, parameters } = await open(mood);
      const error = await failure(provider, parameters);
      expect(error).not.toBeInstanceOf(UpstreamRefused);
      expect(secretsIn(double, inspect(error, { depth: 10 }))).toEqual([]);
    });

    it.each<UpstreamMood>(['hangs', 'stalls'])('gives up when it is told to, of one that %s', async (mood) => {
      const { provider, double, parameters } = await open(mood);
      const giveUp = new AbortController();
      const issuing = provider.issue(buildGrant(), parameters, giveUp.signal);
      void double.hanging.then(() => giveUp.abort());
      await expect(issuing).rejects.not.toBeInstanceOf(UpstreamRefused);
    });

    it('follows no redirect', async () => {
      const { provider, double, parameters } = await open('redirects');
      await failure(provider, parameters);
      expect(double.followed()).toBe(0);
    });

    it('hides nothing of what it was given too much', async () => {
      const { provider, parameters, cannotCompare } = await open('wider');
      if (cannotCompare !== undefined)
        return expect(readSource(`docs/providers/${kind}.md`)).toContain(`cannot compare the ${cannotCompare}`);
      await expectNoticed(provider, parameters);
    });

    it('hides nothing of a life that is too long', async () => {
      const { provider, parameters } = await open('longer');
      await expectNoticed(provider, parameters);
    });

    it('revokes, and again without complaint, where that can be done', async () => {
      const { provider, double, parameters } = await open();
      if (provider.revoke === undefined) return expect(provider.revocation).not.toBe('immediate');
      const lease = leaseOf(provider, await issue(provider, parameters));
      await provider.revoke(lease, new AbortController().signal);
      expect(double.revoked).toEqual(double.issued);
      await provider.revoke(lease, new AbortController().signal);
      expect(double.complaints).toEqual([]);
    });

    it.each<UpstreamMood>(['breaks', 'redirects', 'hangs', 'stalls'])('says so where revoking %s', async (mood) => {
      const { provider, double, parameters } = await open();
      if (provider.revoke === undefined) return expect(provider.revocation).not.toBe('immediate');
      const lease = leaseOf(provider, await issue(provider, parameters));
      double.mood = mood;
      const giveUp = new AbortController();
      void double.hanging.then(() => giveUp.abort());
      const error: unknown = await provider.revoke(lease, giveUp.signal).then(
        () => 'revoked',
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(Error);
      expect(secretsIn(double, inspect(error, { depth: 10 }))).toEqual([]);
    });
  });
}

/** A provider that asks nobody: what it signs is all there is, and it ends with what was granted. */
export function describeLocalProvider(kind: string, start: () => Promise<LocalWorld>): void {
  describe(`every provider: ${kind}`, () => {
    describeIssuing(kind, start);

    it('asks nobody, and leaves nothing to revoke', async () => {
      const { provider, parameters } = await start();
      expect([provider.acts, provider.revoke]).toEqual(['locally', undefined]);
      expect(await issue(provider, parameters)).toMatchObject({ keyId: expect.any(String) });
      expect((await issue(provider, parameters)).revocationHandle).toBeUndefined();
    });

    it.each([60, 900])('ends the %i seconds of the ttl after it was granted, and says so', async (ttl) => {
      const { provider, parameters } = await start();
      const grant = buildGrant({ ttl });
      const credential = await provider.issue(grant, parameters, new AbortController().signal);
      const { iat = 0, exp = 0 } = decodeJwt(credential.accessToken.reveal());
      const at = Math.floor(grant.issuedAt / 1000);
      expect([iat, exp, credential.upstreamExpiresAt]).toEqual([at, at + ttl, (at + ttl) * 1000]);
    });

    it('makes nothing that has no end', async () => {
      const { provider, parameters } = await start();
      const never = provider.issue(buildGrant({ ttl: 'never' }), parameters, new AbortController().signal);
      await expect(never).rejects.toBeInstanceOf(TypeError);
    });

    it('makes the same within the commit that decides', async () => {
      const { provider, parameters } = await start();
      const grant = buildGrant();
      const made = [
        provider.issueNow?.(grant, parameters),
        await provider.issue(grant, parameters, new AbortController().signal),
      ].map((one) => ({ ...one, accessToken: decodeJwt(one?.accessToken.reveal() ?? ''), values: undefined }));
      expect(made[0]).toEqual(made[1]);
    });
  });
}

/** Whoever issues it. */
function describeIssuing(kind: string, open: () => Promise<LocalWorld>): void {
  it('is what its kind says of it', async () => {
    const { provider } = await open();
    const { lifetime, revocation } = credentialKinds([]).get(kind) ?? {};
    expect(provider).toMatchObject({ kind, lifetime, revocation });
    expect(provider.revoke !== undefined).toBe(revocation === 'immediate');
  });

  it('hands out what was asked for, with its end', async () => {
    const { provider, parameters, values } = await open();
    const credential = await issue(provider, parameters);
    expect(Object.keys(credential.values).sort()).toEqual(values);
    expect(credential.excess).toBeUndefined();
    expect(credential.upstreamExpiresAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(systemClock.now());
    expectOneCredential(credential);
  });

  it('answers what the action takes of this kind', async () => {
    const { provider, parameters } = await open();
    const { values, details, tokenType, issuedTokenType } = await issue(provider, parameters);
    const credential = Object.fromEntries(Object.entries(values).map(([name, secret]) => [name, secret.reveal()]));
    const answer = { token_type: tokenType, issued_token_type: issuedTokenType, credential };
    const read = readCredential({ ...answer, ...(details && { details }) } as Parameters<typeof readCredential>[0]);
    expect(read).toMatchObject({ kind, credential });
  });

  it('never hands the same out twice', async () => {
    const { provider, parameters } = await open();
    const [one, other] = [await issue(provider, parameters, 'iss_1'), await issue(provider, parameters, 'iss_2')];
    expect(one.accessToken.fingerprint()).not.toBe(other.accessToken.fingerprint());
  });

  it('shows nothing of what it hands out but under its own name', async () => {
    const { provider, parameters } = await open();
    const credential = await issue(provider, parameters);
    const secrets = [credential.accessToken, ...Object.values(credential.values)].map((secret) => secret.reveal());
    const shown = inspect(credential, { depth: 10 }) + JSON.stringify(credential);
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
  });
}

const issue = (provider: CredentialProvider, parameters: unknown, issuanceId = 'iss_1'): Promise<Credential> =>
  provider.issue(buildGrant({ issuanceId }), parameters, new AbortController().signal);

async function failure(provider: CredentialProvider, parameters: unknown): Promise<Error> {
  const outcome: unknown = await issue(provider, parameters).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(Error);
  return outcome as Error;
}

/** An answer may be refused; one that is handed on says itself what is too much, or how long it lives. */
async function expectNoticed(provider: CredentialProvider, parameters: unknown): Promise<void> {
  const grant = buildGrant();
  const longest = grant.issuedAt + Number(grant.ttl) * 1000 + 30_000;
  const outcome = await provider.issue(grant, parameters, new AbortController().signal).catch((error: Error) => error);
  if (outcome instanceof Error) return expect(outcome.message).not.toBe('');
  const lives = outcome.upstreamExpiresAt ?? Number.POSITIVE_INFINITY;
  expect(outcome.excess !== undefined || lives > longest).toBe(true);
}

function expectOneCredential({ tokenType, accessToken, values }: Credential): void {
  const named = Object.entries(values).map(([name, secret]) => [name, secret.reveal()] as const);
  if (tokenType === 'Bearer') expect(named.map(([, value]) => value)).toContain(accessToken.reveal());
  else expect(JSON.parse(accessToken.reveal())).toEqual(Object.fromEntries(named));
}

const leaseOf = ({ kind }: CredentialProvider, { revocationHandle, upstreamExpiresAt }: Credential): Lease => ({
  ...{ id: 'lse_1', issuanceId: 'iss_1', kind, endsAt: upstreamExpiresAt, upstreamExpiresAt, revocationHandle },
});

const secretsIn = ({ issued }: ProviderDouble, text: string): string[] =>
  issued.filter((secret) => text.includes(secret));
