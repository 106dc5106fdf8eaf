// The `_test` provider of a drill: asks the other system over HTTP, so that a killed broker leaves it with a credential made.
import type { Grant, Lease } from '../../broker/model.ts';
import { type CredentialProvider, UpstreamRefused } from '../../broker/providers/provider.ts';
import { Secret } from '../../shared/secret.ts';

export function otherSystemProvider(url: string): CredentialProvider {
  return {
    kind: '_test',
    acts: 'upstream',
    lifetime: { min: 60, max: 3600 },
    revocation: 'immediate',
    async issue(grant: Grant, _parameters: unknown, signal: AbortSignal) {
      const answer = await fetch(`${url}/issue`, { method: 'POST', body: grant.issuanceId, signal });
      if (answer.status === 403) throw new UpstreamRefused('not today');
      const token = new Secret(await answer.text());
      const seconds = grant.ttl === 'never' ? 0 : grant.ttl;
      return {
        accessToken: token,
        tokenType: 'Bearer',
        issuedTokenType: 'urn:buildpass:token-type:_test',
        values: { token },
        upstreamExpiresAt: (Math.floor(grant.issuedAt / 1000) + seconds) * 1000,
        revocationHandle: token,
      };
    },
    async revoke({ revocationHandle }: Lease, signal: AbortSignal) {
      await fetch(`${url}/revoke`, { method: 'POST', body: revocationHandle?.reveal() ?? '', signal });
    },
  };
}
