// What is signed here by a key that somebody else holds, and spends its grant after that: only what still stands is issued then.
import { describe, expect, it } from 'vitest';
import { issue } from '../../../broker/issuance/issue.ts';
import type { Credential } from '../../../broker/model.ts';
import type { CredentialProvider } from '../../../broker/providers/provider.ts';
import { Secret } from '../../../shared/secret.ts';
import { type IssuanceWorld, type IssuingOptions, NOW, openIssuanceWorld } from '../../support/issuance-world.ts';
import { createTestProvider } from '../../support/test-provider.ts';

const TEN_MINUTES = 600_000;
const HANDLE = 'a-handle-to-end-it-by';

const localProvider = (changes: Partial<Credential> = {}): CredentialProvider => ({
  ...createTestProvider(),
  ...{ acts: 'locally', revocation: 'at-expiry' },
  issue: async () => ({
    ...{ accessToken: new Secret('signed-here-for-a-job'), tokenType: 'Bearer', issuedTokenType: 'x', values: {} },
    upstreamExpiresAt: NOW + TEN_MINUTES,
    ...changes,
  }),
});

interface Options extends IssuingOptions {
  readonly credential?: Partial<Credential>;
  readonly withoutSecret?: true;
}

async function granted({ credential = {}, withoutSecret, ...options }: Options = {}) {
  const world = await openIssuanceWorld();
  const provider = localProvider(credential);
  const { granted: one, requestSecret } = await world.issuing({ provider, onlyGranted: true, ...options });
  const deps = { ...world.deps, providers: new Map([[provider.kind, provider]]) };
  const secret = withoutSecret ? undefined : requestSecret;
  return { world, granted: one, issued: () => issue(deps, { outcome: 'granted', granted: one }, secret) };
}

const SIGNED = {
  ...{ issuer: 'github', repository: 'acme/shop', repository_id: '2001', event_name: 'push', run_attempt: '1' },
  run_id: '15987654321',
};

async function nothingOf(world: IssuanceWorld): Promise<void> {
  expect(await world.entries()).toEqual([]);
  expect(await world.store.read((tx) => tx.issuances.find('iss_00001'))).toBeUndefined();
}

const GONE = {
  code: 'ISSUANCE_IN_PROGRESS',
  message: 'Something changed while this request was being answered. Ask again with the same request_secret.',
  retryAfter: 1,
};

describe('a grant', () => {
  it('is spent for one credential, and the answer says all of it', async () => {
    const { issued } = await granted();
    const answer = await issued();
    expect(answer).toEqual({
      ...{ scope: 'shop/preview', requestId: 'req_00001', issuanceId: 'iss_00001', leaseId: 'lse_00001' },
      ...{ assurance: 'automated', endsAt: NOW + TEN_MINUTES, credential: expect.anything() },
      receipt: { entry: expect.any(String), proof: expect.any(String) },
    });
    expect(answer.credential.accessToken.reveal()).toBe('signed-here-for-a-job');
    const leaf = JSON.parse(Buffer.from(answer.receipt.entry, 'base64').toString('utf8'));
    expect(leaf).toMatchObject({ type: 'issuance.succeeded', lease_id: 'lse_00001' });
  });

  it('is on record as spent, begun and succeeded in one commit', async () => {
    const { world, issued } = await granted({ credential: { revocationHandle: new Secret(HANDLE) } });
    world.faults.arm();
    await issued();
    expect(world.faults.commits).toBe(1);
    const rows = await world.store.read(async (tx) => ({
      grant: await tx.grants.latestOf('req_00001'),
      request: await tx.requests.find('req_00001'),
      issuance: await tx.issuances.find('iss_00001'),
      lease: await tx.leases.find('lse_00001'),
    }));
    expect(rows).toMatchObject({ grant: { redeemed_at: NOW }, request: { state: 'issued' } });
    const issuance = { id: 'iss_00001', request_id: 'req_00001', grant_id: 'grt_00001', lease_id: 'lse_00001' };
    expect(rows.issuance).toEqual({
      ...{ ...issuance, kind: '_test', state: 'succeeded', started_at: NOW, ended_at: NOW },
    });
    expect(rows.lease).toEqual({
      ...{ id: 'lse_00001', issuance_id: 'iss_00001', request_id: 'req_00001', job_key: 'job', kind: '_test' },
      ...{ state: 'live', revocation: 'at-expiry', issued_at: NOW, ends_at: NOW + TEN_MINUTES },
      ...{ upstream_expires_at: NOW + TEN_MINUTES, sealed_handle: expect.any(String), key_id: null },
      ...{ check_run_id: '50123456789', revoked_at: null },
    });
    const { answers } = world.deps;
    expect(answers.openHandle(rows.lease?.sealed_handle ?? '', 'lse_00001').reveal()).toBe(HANDLE);
  });

  it('is told in two entries: what began, and what came of it', async () => {
    const { world, granted: one, issued } = await granted();
    await issued();
    const always = { v: 1, time: new Date(NOW).toISOString(), id: expect.any(String), nonce: expect.any(String) };
    const of = {
      ...{ request_id: 'req_00001', project: 'shop', entitlement: 'preview', issuance_id: 'iss_00001', kind: '_test' },
      ...{ lease_id: 'lse_00001', policy_digest: one.grant.policyDigest, rule: 0 },
    };
    const [started, succeeded] = await world.entries();
    expect(started).toEqual({
      ...{ ...always, ...of, type: 'issuance.started', grant_id: 'grt_00001', personal: {} },
      ...{ run_id: '15987654321', run_attempt: '1' },
    });
    expect(succeeded).toMatchObject({
      ...{ ...always, ...of, ...SIGNED, type: 'issuance.succeeded', approvals: [], assurance: 'automated' },
      ...{ fingerprint: new Secret('signed-here-for-a-job').fingerprint(), revocation: 'at-expiry' },
      ...{ ends_at: '2026-11-23T09:10:00.000Z', upstream_expires_at: '2026-11-23T09:10:00.000Z' },
      personal: { requester: expect.any(String), requester_name: expect.any(String) },
    });
    for (const absent of ['invocation_id', 'kept_at', 'provenance', 'key_id'])
      expect(succeeded).not.toHaveProperty(absent);
  });

  it('says in its entry what it stands on, and where its credential comes from and is kept', async () => {
    const [keptAt, provenance] = [
      { path: 'kv/data/shop', version: '3' },
      { system: 'vault-prod', id: '42' },
    ];
    const { world, issued } = await granted({
      credential: { keptAt, provenance },
      grant: { approvals: ['apr_1', 'apr_2'], invocation: 'inv_1', assurance: 'break-glass' },
    });
    await issued();
    const [entry] = await world.entries('issuance.succeeded');
    expect(entry).toMatchObject({
      ...{ kept_at: keptAt, provenance, approvals: ['apr_1', 'apr_2'], invocation_id: 'inv_1' },
      assurance: 'break-glass',
    });
    expect(entry).not.toHaveProperty('fingerprint');
  });

  it('keeps a sealed copy of its answer for whoever has the secret, and none where there is no secret', async () => {
    const [kept, none] = [await granted(), await granted({ withoutSecret: true })];
    for (const { issued } of [kept, none]) await issued();
    const copyIn = ({ world }: typeof kept) => world.store.read((tx) => tx.sealedAnswers.find('req_00001', NOW));
    expect([typeof (await copyIn(kept)), await copyIn(none)]).toEqual(['string', undefined]);
  });

  it('has nothing of its credential in a line of the log', async () => {
    const { world, issued } = await granted({ credential: { revocationHandle: new Secret(HANDLE) } });
    await issued();
    world.deps.logger.info(`signed-here-for-a-job ${HANDLE}`);
    expect(world.lines.join('')).not.toMatch(/signed-here-for-a-job|a-handle-to-end-it-by/);
  });

  it('of a kind that this broker does not issue comes to nothing', async () => {
    const { world, granted: one } = await granted();
    const deps = { ...world.deps, providers: new Map() };
    await expect(issue(deps, { outcome: 'granted', granted: one }, undefined)).rejects.toMatchObject({
      ...{ code: 'PROVIDER_UNAVAILABLE', message: 'This broker cannot issue "_test".' },
    });
    await nothingOf(world);
  });
});

describe('a grant is spent by nobody', () => {
  const pause = (world: IssuanceWorld, scope: 'everything' | 'project' | 'entitlement' | 'principal', target: string) =>
    world.store.commit((tx) =>
      tx.suspensions.insert({
        ...{ id: 'pau_1', scope, target, reason: 'INC-7', since: NOW, paused_by: null },
        ...{ resume_by: null, resume_at: null, resume_reason: null },
      }),
    );

  it('twice', async () => {
    const { world, issued } = await granted();
    await issued();
    await expect(issued()).rejects.toMatchObject(GONE);
    expect(await world.entries('issuance.succeeded')).toHaveLength(1);
  });

  it('once another set of policies is in force', async () => {
    const { world, issued } = await granted();
    world.inForce.digest = 'another';
    await expect(issued()).rejects.toMatchObject(GONE);
    await nothingOf(world);
  });

  it.each([
    ['everything', ''],
    ['project', 'shop'],
    ['entitlement', 'shop/preview'],
  ] as const)('while %s is paused', async (scope, target) => {
    const { world, issued } = await granted();
    await pause(world, scope, target);
    await expect(issued()).rejects.toMatchObject(GONE);
    await nothingOf(world);
  });

  it.each([
    ['for whom it was asked', 'prn_requester'],
    ['whose run it is', 'prn_actor'],
  ])('while the person is paused %s', async (_who, target) => {
    const { world, issued } = await granted({ requester: 'prn_requester' });
    await pause(world, 'principal', target);
    await expect(issued()).rejects.toMatchObject(GONE);
    await nothingOf(world);
  });

  it('because somebody else is paused: then it is spent', async () => {
    const { world, issued } = await granted({ requester: 'prn_requester' });
    await pause(world, 'principal', 'prn_other');
    expect((await issued()).leaseId).toBe('lse_00001');
  });

  it('whose request was refused since: it stays unspent', async () => {
    const { world, issued } = await granted();
    await world.store.commit((tx) => tx.requests.setState('req_00001', 'denied', NOW));
    await expect(issued()).rejects.toMatchObject(GONE);
    await nothingOf(world);
    expect(await world.store.read((tx) => tx.grants.latestOf('req_00001'))).toMatchObject({ redeemed_at: null });
  });
});

describe('what a key of ours signed', () => {
  const withKey = async (state: 'next' | 'current' | 'previous' | 'retired' | 'withdrawn' | undefined) => {
    const parts = await granted({ credential: { keyId: 'key-1' } });
    const row = {
      id: 'key-1',
      purpose: 'credential',
      algorithm: 'ES256',
      public_key: '',
      sealed_private_key: '',
    } as const;
    if (state !== undefined)
      await parts.world.store.commit((tx) =>
        tx.signingKeys.insert({ ...row, state, created_at: 0, changed_at: 0, changes_at: null }),
      );
    return parts;
  };

  it.each(['current', 'previous'] as const)('while it is %s is issued, and hangs on it', async (state) => {
    const { world, issued } = await withKey(state);
    await issued();
    expect(await world.entries('issuance.succeeded')).toMatchObject([{ key_id: 'key-1' }]);
    expect(await world.find('lse_00001')).toMatchObject({ key_id: 'key-1' });
  });

  it.each(['next', 'retired', 'withdrawn', undefined] as const)(
    'is not issued where that key is found to be %s by then',
    async (state) => {
      const { world, issued } = await withKey(state);
      await expect(issued()).rejects.toMatchObject(GONE);
      await nothingOf(world);
    },
  );
});

describe('a lease ends', () => {
  const [TEN, FIVE, TWENTY] = [NOW + TEN_MINUTES, NOW + TEN_MINUTES / 2, NOW + 2 * TEN_MINUTES];
  it.each<[string, Partial<Credential>, number | 'never', number | null]>([
    ['when the policy says, of what lives longer and can be revoked', { upstreamExpiresAt: TWENTY }, 600, TEN],
    ['when the credential does, of what lives less long', { upstreamExpiresAt: FIVE }, 600, FIVE],
    ['when the policy says, of what never dies', { upstreamExpiresAt: null }, 600, TEN],
    ['when the credential does, where the policy sets no end', { upstreamExpiresAt: FIVE }, 'never', FIVE],
    ['never, where neither has an end', { upstreamExpiresAt: null }, 'never', null],
    [
      'when the credential does, which nobody can end before',
      { upstreamExpiresAt: TWENTY, revocation: 'none' },
      600,
      TWENTY,
    ],
  ])('%s', async (_when, credential, ...[ttl, endsAt]) => {
    const grant = { ttl, issuedAt: NOW + 999 };
    const { world, issued } = await granted({ credential: { revocation: 'immediate', ...credential }, grant });
    expect((await issued()).endsAt).toBe(endsAt);
    expect((await world.find('lse_00001'))?.ends_at).toBe(endsAt);
    const iso = endsAt === null ? null : new Date(endsAt).toISOString();
    expect(await world.entries('issuance.succeeded')).toMatchObject([{ ends_at: iso }]);
  });
});
