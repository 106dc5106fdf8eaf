import { describe, expect, it } from 'vitest';
import {
  accessAddress,
  accessRoute,
  EVERYTHING,
  FILTERS,
  leasesPath,
  REVOCABLE,
} from '../../../broker/portal/access/access-route.ts';
import {
  canRevoke,
  outlookOf,
  outlookWords,
  standingState,
  targetFrom,
} from '../../../broker/portal/access/access-words.ts';
import { routeOf } from '../../../broker/portal/route.ts';
import type { LeaseSummary } from '../../../shared/access-api.ts';
import { slipIn, TARGET_FORMS } from '../../../shared/target-forms.ts';

const NOW = '2026-11-23T09:00:00.000Z';
const DIES = '2026-11-23T09:20:00.000Z';
const clock = (moment: number): string => new Date(moment).toISOString().slice(11, 16);

type Credential = LeaseSummary['credential'];

const lease = (credential: Partial<Credential> = {}, changes: Partial<LeaseSummary> = {}): LeaseSummary => ({
  ...{ id: 'lse_1', request_id: 'req_1', issuance_id: 'iss_1', project: 'shop', entitlement: 'deploy', kind: 'jwt' },
  ...{ state: 'live', issued_at: NOW, ends_at: DIES, principal: 'prn_1' },
  credential: { standing: 'usable', says: 'says', dies_at: DIES, revocation: 'immediate', ...credential },
  job: {
    ...{
      issuer: 'github',
      repository: 'acme/shop',
      repository_id: '2001',
      ref: 'refs/heads/main',
      sha: 'a'.repeat(40),
    },
    ...{ job_workflow_ref: 'acme/deploy/.github/workflows/w.yml@v3', run_id: '1', run_attempt: '1', actor: 'robin' },
  },
  ...changes,
});
const ALONE = { revocation: 'at-expiry' } as const;
const ENDLESS = { standing: 'never-dies', dies_at: null, revocation: 'none' } as const;

describe('what is left of a lease', () => {
  it.each<[string, LeaseSummary, boolean]>([
    ['Can be revoked', lease(), true],
    ['Can be revoked', lease({ standing: 'never-dies', dies_at: null }), true],
    ['Dies at 09:20', lease(ALONE), false],
    ['Dies at 09:20', lease({}, { state: 'returned' }), false],
    ['Never dies', lease(ENDLESS), false],
    ['Being revoked', lease({ standing: 'being-revoked' }, { state: 'ended' }), false],
    ['Could not be revoked', lease({ standing: 'revocation-failing' }, { state: 'ended' }), false],
    ['Revoked', lease({ standing: 'revoked' }, { state: 'ended' }), false],
    ['Died', lease({ standing: 'died' }), false],
  ])('%s: offered only where it can be revoked', (word, one, offered) => {
    expect([standingState(one, clock).word, canRevoke(one)]).toEqual([word, offered]);
  });
});

describe('what an order is about to be of', () => {
  const words = (leases: readonly LeaseSummary[], next?: string) =>
    outlookWords(outlookOf({ now: NOW, leases: [...leases], ...(next !== undefined && { next }) }), clock);

  it('is counted by what revoking does', () => {
    expect(words([lease(), lease(), lease(ALONE), lease(ENDLESS)])).toBe(
      '4 live leases now: 2 can be revoked; 1 can’t, and dies by 09:20; 1 can’t, and never dies.',
    );
    expect(words([lease({ standing: 'died' })])).toBe('1 live lease now.');
  });

  it('is no more than was read', () => {
    expect(words([lease()], 'lse_1')).toBe('At least 1 live lease now: 1 can be revoked.');
    expect(words([], 'lse_1')).toBe('None is among the newest live leases. There may be older ones.');
    expect(words([])).toBe('No lease of it is live now.');
  });

  it.each(FILTERS)('can be the %s of a lease, as the broker takes it', (scope) => {
    const target = targetFrom(lease(), scope);
    expect(slipIn(scope, target)).toBeUndefined();
  });

  it('can be all that the broker takes', () => {
    expect(FILTERS.toSorted()).toEqual(Object.keys(TARGET_FORMS).toSorted());
    expect(REVOCABLE).toEqual([...FILTERS, 'everything']);
  });
});

describe('the address', () => {
  const routed = (address: string) => accessRoute(new URL(address, 'https://portal.invalid').searchParams);

  it.each([
    { view: 'failing', of: { scope: 'project', target: 'shop' }, before: 'lse_9', act: undefined },
    {
      view: 'live',
      of: EVERYTHING,
      before: undefined,
      act: { what: 'revoke', of: { scope: 'called-workflow', target: 'a/b@v1:2' } },
    },
    { view: 'all', of: EVERYTHING, before: undefined, act: { what: 'pause', of: EVERYTHING } },
    { view: 'live', of: { scope: 'commit', target: 'a&b#c' }, before: undefined, act: { what: 'resume', id: 'pau_1' } },
  ] as const)('holds what is listed and which dialog is open: %o', (state) => {
    expect(routeOf(accessAddress(state))).toEqual({ page: 'access', ...state });
  });

  it.each(['/access?revoke=planet:earth', '/access?pause=lease:lse_1', '/access?resume=', '/access?view=no'])(
    'opens nothing at %s',
    (address) => {
      expect(routed(address)).toEqual({
        page: 'access',
        view: 'live',
        of: EVERYTHING,
        before: undefined,
        act: undefined,
      });
    },
  );

  it('asks the broker for what it lists', () => {
    const reused = routed('/access?called-workflow=a/b@v1');
    expect(leasesPath(reused)).toBe('/v1/leases?state=live&called-workflow=a%2Fb%40v1');
    expect(leasesPath(routed('/access?view=all&repository=github/2001'))).toBe('/v1/leases?repository=github%2F2001');
    expect(leasesPath(routed('/access'))).toBe('/v1/leases?state=live');
  });
});
