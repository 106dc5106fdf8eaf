// What another system is asked for: what the job is told of each answer, and what is on record then.
import { mock } from 'node:test';
import { describe, expect, it, onTestFinished } from 'vitest';
import { issue } from '../../../broker/issuance/issue.ts';
import { endUnderWay } from '../../../broker/issuance/under-way.ts';
import type { Credential } from '../../../broker/model.ts';
import { type CredentialProvider, UpstreamRefused } from '../../../broker/providers/provider.ts';
import { Secret } from '../../../shared/secret.ts';
import {
  type IssuanceWorld,
  type IssuingOptions,
  MINUTE,
  NOW,
  openIssuanceWorld,
} from '../../support/issuance-world.ts';
import { createTestProvider } from '../../support/test-provider.ts';

const TOKEN = 'made-by-the-other-side';
const HANDLE = 'a-handle-to-end-it-by';
const LONGEST = 65_536;
/** How much longer than asked the other side's own clock may have it live. */
const CLOCKS_DIFFER = 30_000;

const credentialOf = (changes: Partial<Credential> = {}): Credential => ({
  ...{ accessToken: new Secret(TOKEN), tokenType: 'Bearer', issuedTokenType: 'x' },
  ...{ values: { token: new Secret(TOKEN) }, upstreamExpiresAt: NOW + 10 * MINUTE },
  revocationHandle: new Secret(HANDLE),
  ...changes,
});

interface Options extends IssuingOptions {
  readonly credential?: Partial<Credential>;
  readonly act?: CredentialProvider['issue'];
  readonly revocation?: CredentialProvider['revocation'];
}

async function asked({ credential = {}, act, revocation = 'immediate', ...options }: Options = {}) {
  const world = await openIssuanceWorld();
  const provider = { ...createTestProvider(), revocation, issue: act ?? (async () => credentialOf(credential)) };
  const { granted, requestSecret } = await world.issuing({ provider, ...options });
  const deps = { ...world.deps, providers: new Map([[provider.kind, provider]]) };
  return { world, issued: () => issue(deps, { outcome: 'started', granted }, requestSecret) };
}

const stateOf = (world: IssuanceWorld) =>
  world.store.read(async (tx) => [
    (await tx.requests.find('req_00001'))?.state,
    (await tx.issuances.find('iss_00001'))?.state,
    (await tx.leases.find('lse_00001'))?.state,
  ]);

const OF = {
  request_id: 'req_00001',
  project: 'shop',
  entitlement: 'preview',
  issuance_id: 'iss_00001',
  kind: '_test',
};

describe('what the other side makes', () => {
  it('is handed out once its issuance is on record as succeeded', async () => {
    const { world, issued } = await asked();
    const { credential, leaseId, endsAt } = await issued();
    expect([credential.accessToken.reveal(), leaseId, endsAt]).toEqual([TOKEN, 'lse_00001', NOW + 10 * MINUTE]);
    expect(await world.entries()).toMatchObject([{ type: 'issuance.succeeded', ...OF }]);
    expect(await stateOf(world)).toEqual(['issued', 'succeeded', 'live']);
    expect(await world.toBeRevoked()).toEqual([]);
    world.deps.logger.info(`${TOKEN} ${HANDLE}`);
    expect(world.lines.join('')).not.toMatch(/made-by-the-other-side|a-handle-to-end-it-by/);
  });

  it.each<[string, Options]>([
    ['as long as fits', { credential: { values: { token: new Secret('x'.repeat(LONGEST)) } } }],
    [
      'that lives as much longer as clocks may differ',
      { revocation: 'at-expiry', credential: { upstreamExpiresAt: NOW + 10 * MINUTE + CLOCKS_DIFFER } },
    ],
    ['that lives longer, and can be revoked', { credential: { upstreamExpiresAt: NOW + 60 * MINUTE } }],
    ['that never dies, and can be revoked', { credential: { upstreamExpiresAt: null } }],
    [
      'that never dies, where the policy says so',
      { revocation: 'none', grant: { ttl: 'never' }, credential: { upstreamExpiresAt: null } },
    ],
  ])('is handed out: a value %s', async (_what, options) => {
    const { issued } = await asked(options);
    expect((await issued()).leaseId).toBe('lse_00001');
  });

  const LONGER = 'the other side made it live longer than the policy allows';
  const NO_END = 'the other side gave it no sound end';
  it.each<[string, Options, string]>([
    ['has more than was asked for', { credential: { excess: 'it may write too' } }, 'it may write too'],
    ['is empty', { credential: { values: { a: new Secret('x'), b: new Secret('') } } }, 'its `b` is empty or too long'],
    [
      'is too long',
      { credential: { values: { token: new Secret('x'.repeat(LONGEST + 1)) } } },
      'its `token` is empty or too long',
    ],
    [
      'is too long as a whole',
      { credential: { accessToken: new Secret('x'.repeat(LONGEST + 1)) } },
      'its `access_token` is empty or too long',
    ],
    ['has died', { credential: { upstreamExpiresAt: NOW } }, NO_END],
    ['has an end that no calendar has', { credential: { upstreamExpiresAt: 9e15 } }, NO_END],
    [
      'lives longer, and cannot be revoked',
      { revocation: 'at-expiry', credential: { upstreamExpiresAt: NOW + 10 * MINUTE + CLOCKS_DIFFER + 1 } },
      LONGER,
    ],
    [
      'lives longer, and cannot be revoked, unlike others of its kind',
      { credential: { upstreamExpiresAt: NOW + 60 * MINUTE, revocation: 'at-expiry' } },
      LONGER,
    ],
    ['never dies, and cannot be revoked', { revocation: 'none', credential: { upstreamExpiresAt: null } }, LONGER],
  ])('is handed to nobody where it %s, and the job is told why', async (_what, options, why) => {
    const { world, issued } = await asked(options);
    const message = `The credential was not handed out: ${why}.`;
    await expect(issued()).rejects.toMatchObject({ code: 'UPSTREAM_FAILED', message, retryAfter: 300 });
    expect(await world.entries()).toMatchObject([{ type: 'issuance.withheld', ...OF, reason: why }]);
    expect(await stateOf(world)).toEqual(['unknown', 'withheld', 'withheld']);
  });

  it('is handed to nobody where it is too much, and whose job everybody reads is not told of what', async () => {
    const { issued } = await asked({ credential: { excess: 'it may write to the vault' }, disclosure: 'codes' });
    const message = 'The credential was not handed out, because it is not what was asked for.';
    await expect(issued()).rejects.toMatchObject({ code: 'UPSTREAM_FAILED', message, retryAfter: 300 });
  });

  it('is handed to nobody where issuing was paused meanwhile', async () => {
    const { world, issued } = await asked();
    await world.store.commit((tx) =>
      tx.suspensions.insert({
        ...{ id: 'pau_1', scope: 'project', target: 'shop', reason: 'INC-7', since: NOW, paused_by: null },
        ...{ resume_by: null, resume_at: null, resume_reason: null },
      }),
    );
    const message =
      'The credential was not handed out: issuing was paused while it was made. Ask again with a new request_secret: that is decided anew.';
    await expect(issued()).rejects.toMatchObject({ code: 'UPSTREAM_FAILED', message, retryAfter: 5 });
    const reason = 'issuing was paused while it was made';
    expect(await world.entries()).toMatchObject([{ type: 'issuance.withheld', reason }]);
  });

  it.each([
    ['an order of revocation', { revocationId: 'rev_1' }, 'an order of revocation named it while it was made'],
    ['the end of its job', {}, 'its job was over before it was made'],
  ])('is handed to nobody where %s ended its grant meanwhile', async (_what, by, reason) => {
    const { world, issued } = await asked();
    const grants = [{ id: 'grt_00001', request_id: 'req_00001', ended_by: null }];
    await world.store.commit((tx) => endUnderWay(world.deps, tx, { grants, ...by }));
    await expect(issued()).rejects.toMatchObject({ message: expect.stringContaining(`: ${reason}.`), retryAfter: 5 });
    expect(await world.entries('issuance.withheld')).toMatchObject([{ ...OF, reason }]);
    expect(await stateOf(world)).toEqual(['unknown', 'withheld', 'withheld']);
    expect(await world.toBeRevoked()).toEqual(['lse_00001']);
  });

  it('is handed to nobody where that it was made cannot be put on record', async () => {
    const { world, issued } = await asked();
    world.faults.arm({ at: 1, kind: 'failed' });
    await expect(issued()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'The credential could not be put on record, so it was withheld. Ask again with a new request_secret.',
      retryAfter: 5,
      cause: { message: 'The store did not confirm the change.' },
    });
    const reason = 'its issuance could not be put on record';
    expect(await world.entries()).toMatchObject([{ type: 'issuance.withheld', reason }]);
    expect(await world.toBeRevoked()).toEqual(['lse_00001']);
  });

  it('is handed to nobody where its issuance was closed meanwhile', async () => {
    const { world, issued } = await asked();
    await world.store.commit((tx) => tx.issuances.close('iss_00001', 'unknown', NOW));
    const cause = { message: 'issuance iss_00001 is closed already' };
    await expect(issued()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', cause });
    expect(await stateOf(world)).toEqual(['unknown', 'withheld', 'withheld']);
  });
});

describe('the other side', () => {
  const refusing = (retryAfter?: number) => async () => {
    throw new UpstreamRefused('the role is gone', { retryAfter });
  };

  it.each<[string, Options, string, number]>([
    ['with its reason', { act: refusing() }, 'The system that issues this credential refused: the role is gone.', 300],
    [
      'until when it says',
      { act: refusing(7) },
      'The system that issues this credential refused: the role is gone.',
      7,
    ],
    [
      'without a reason to whose job everybody reads',
      { act: refusing(), disclosure: 'codes' },
      'The system that issues this credential refused.',
      300,
    ],
  ])('refuses, and the job is told so %s', async (_how, options, ...[message, retryAfter]) => {
    const { world, issued } = await asked(options);
    const cause = { message: 'the role is gone' };
    await expect(issued()).rejects.toMatchObject({ code: 'UPSTREAM_FAILED', message, retryAfter, cause });
    const [entry] = await world.entries();
    expect(entry).toMatchObject({ type: 'issuance.failed', ...OF, reason: 'the other side refused' });
    expect(await stateOf(world)).toEqual(['failed', 'failed', undefined]);
  });

  const UNCLEAR = {
    code: 'UPSTREAM_FAILED',
    message: 'The system that issues this credential gave no clear answer in time. Nothing was handed out.',
    retryAfter: 5,
  };
  const BROKE = async () => {
    throw new Error('connection reset');
  };

  it('gives no clear answer, and until when something may be alive is on record', async () => {
    const { world, issued } = await asked({ act: BROKE });
    await expect(issued()).rejects.toMatchObject({ ...UNCLEAR, cause: { message: 'connection reset' } });
    expect(await world.entries()).toMatchObject([
      {
        type: 'issuance.unknown',
        ...OF,
        reason: 'the other side gave no clear answer',
        may_live_until: expect.any(String),
      },
    ]);
    expect(await stateOf(world)).toEqual(['unknown', 'unknown', undefined]);
  });

  it('gives no clear answer to an issuance that was closed meanwhile: its end is told once', async () => {
    const { world, issued } = await asked({ act: BROKE });
    await world.store.commit((tx) => tx.issuances.close('iss_00001', 'unknown', NOW));
    await expect(issued()).rejects.toMatchObject(UNCLEAR);
    expect(await world.entries()).toEqual([]);
  });

  it('answers after its time was given up: what it made goes back', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    onTestFinished(() => mock.timers.reset());
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const act = async () => {
      begun.resolve();
      await gate.promise;
      return credentialOf();
    };
    const { world, issued } = await asked({ act });
    const failed = issued().catch((error: unknown) => error);
    await Promise.race([begun.promise, failed]);
    mock.timers.tick(world.deps.providerTimeout);
    expect(await failed).toMatchObject({ ...UNCLEAR, cause: { name: 'TimeoutError' } });
    mock.timers.reset();
    gate.resolve();
    await expect
      .poll(() => world.entries('issuance.withheld'))
      .toMatchObject([{ reason: 'it came after its time was given up' }]);
    expect(await world.toBeRevoked()).toEqual(['lse_00001']);
  });
});
