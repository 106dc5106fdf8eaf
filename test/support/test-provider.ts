// The `_test` provider: another system that is slow, fails or lies on demand, so that the started/outcome path is real.
// What it issued and revoked is kept like the other side's own books, to be compared with the log.
import { randomUUID } from 'node:crypto';
import type { Grant, Lease } from '../../broker/model.ts';
import { type CredentialProvider, UpstreamRefused } from '../../broker/providers/provider.ts';
import { Secret } from '../../shared/secret.ts';

export type Mood =
  | 'well'
  | 'refuses'
  /** acts, and then its answer is lost */
  | 'fails-after-acting'
  /** answers only when let go, or never */
  | 'hangs'
  /** grants a longer life than was asked for */
  | 'lives-too-long';

export interface TestProvider extends CredentialProvider {
  mood: Mood;
  revokeFails: boolean;
  readonly issued: string[];
  readonly revoked: string[];
  /** the ids of the decoys that it was shown; it refuses each */
  readonly shown: string[];
  /** Resolves when a call that hangs has begun. */
  readonly hanging: () => Promise<void>;
  /** Lets every hanging call answer. */
  readonly letGo: () => void;
}

export function createTestProvider(options: { revocation?: 'immediate' | 'at-expiry' } = {}): TestProvider {
  let begun = Promise.withResolvers<void>();
  let gate = Promise.withResolvers<void>();
  const provider: TestProvider = {
    kind: '_test',
    acts: 'upstream',
    lifetime: { min: 60, max: 3600 },
    revocation: options.revocation ?? 'immediate',
    mood: 'well',
    revokeFails: false,
    issued: [],
    revoked: [],
    shown: [],
    hanging: () => begun.promise,
    letGo: () => {
      gate.resolve();
      gate = Promise.withResolvers();
      begun = Promise.withResolvers();
    },
    async issue(grant: Grant) {
      if (provider.mood === 'refuses') throw new UpstreamRefused('the role does not trust us');
      if (provider.mood === 'hangs') {
        begun.resolve();
        await gate.promise;
      }
      const token = `test-credential-${randomUUID()}`;
      provider.issued.push(token);
      if (provider.mood === 'fails-after-acting') throw new Error('connection reset');
      const seconds = grant.ttl === 'never' ? 0 : grant.ttl;
      const extra = provider.mood === 'lives-too-long' ? 60_000 : 0;
      return {
        accessToken: new Secret(token),
        tokenType: 'Bearer',
        issuedTokenType: 'urn:buildpass:token-type:_test',
        values: { token: new Secret(token) },
        upstreamExpiresAt: Math.floor(grant.issuedAt / 1000) * 1000 + seconds * 1000 + extra,
        revocationHandle: new Secret(token),
      };
    },
    decoys: {
      longestLife: 3600,
      targetOf: () => ({ system: 'The other system', target: 'a role', audience: 'other' }),
      async show({ id }) {
        provider.shown.push(id);
        return { outcome: 'subject-refused', found: 'it refused' };
      },
    },
    async revoke(lease: Lease) {
      if (provider.revokeFails) throw new Error('upstream answered 502');
      provider.revoked.push(lease.revocationHandle?.reveal() ?? '');
    },
  };
  return provider;
}
