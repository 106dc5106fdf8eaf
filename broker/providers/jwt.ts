// The `jwt` kind: the broker as OIDC issuer. Relying parties, clouds and vaults trust what it signs by its JWKS, so that the
// broker holds no key of theirs. Access tokens in the form of RFC 9068; nothing here leaves before the log has it.
import { ACCESS_TOKEN_TYPE } from '../../shared/api.ts';
import { Secret } from '../../shared/secret.ts';
import { signJws } from '../keys/sign-jws.ts';
import type { CredentialAlgorithm, SigningKeys } from '../keys/signing-keys.ts';
import type { Grant } from '../model.ts';
import type { CredentialProvider } from './provider.ts';

export interface JwtParameters {
  readonly audience: string;
  readonly algorithm?: CredentialAlgorithm;
  readonly claims?: Readonly<Record<string, unknown>>;
}

const DAY = 86_400;

export function jwtProvider(options: { issuer: string; keys: SigningKeys }): CredentialProvider {
  return {
    kind: 'jwt',
    acts: 'locally',
    lifetime: { min: 60, max: DAY },
    revocation: 'at-expiry',
    async issue(grant, parameters) {
      const { audience, algorithm = 'ES256', claims = {} } = parameters as JwtParameters;
      // The policy loader refuses both; an empty audience must never come to mean every audience.
      if (audience === '' || grant.ttl === 'never') throw new TypeError('a jwt needs one audience and an end');
      const key = options.keys.credential(algorithm);
      const issuedAt = Math.floor(grant.issuedAt / 1000);
      const expiresAt = issuedAt + grant.ttl;
      const registered = {
        iss: options.issuer,
        sub: `project:${grant.project}:entitlement:${grant.entitlement}`,
        aud: audience,
        ...{ iat: issuedAt, nbf: issuedAt, exp: expiresAt },
        jti: grant.issuanceId,
      };
      // Ours last, so that no policy can set one of them.
      const payload = { ...claims, ...jobClaims(grant), ...registered };
      const secret = new Secret(await signJws({ ...key, algorithm }, { typ: 'at+jwt', kid: key.id }, payload));
      return {
        accessToken: secret,
        tokenType: 'Bearer',
        issuedTokenType: ACCESS_TOKEN_TYPE,
        values: { token: secret },
        upstreamExpiresAt: expiresAt * 1000,
      };
    },
  };
}

/** The claims that say for which job it was issued. */
function jobClaims({ subject, project, entitlement, assurance, approvedBy }: Grant): Record<string, unknown> {
  return {
    client_id: `${project}/${entitlement}`,
    issuer_name: subject.issuer,
    repository: subject.repository,
    repository_id: subject.repositoryId,
    ref: subject.ref,
    sha: subject.sha,
    environment: subject.environment,
    run_id: subject.runId,
    run_attempt: subject.runAttempt,
    check_run_id: subject.checkRunId,
    assurance,
    approved_by: approvedBy.length === 0 ? undefined : approvedBy,
  };
}
