// Every kind of credential that a policy can name, whether this broker can issue it or not: a policy is checked against all of
// them from the start, so that the day a provider is added no policy turns out to mean something else.
import { z } from 'zod';
import { awsRoleKind } from './kind-aws-role.ts';
import { azureAppKind, gcpCredentialsFileKind, gcpServiceAccountKind } from './kind-clouds.ts';
import { type CredentialKind, type CredentialKinds, defineKind } from './kind-definition.ts';
import { githubTokenKind } from './kind-github-token.ts';
import { jwtKind } from './kind-jwt.ts';
import { kubernetesKind, vaultSecretKind } from './kind-upstreams.ts';

export type { CredentialKind, CredentialKinds, Offers, Upstreams } from './kind-definition.ts';

/** `available`: the kinds that this broker has a provider for; `extra`: further ones, without parameters. */
export function credentialKinds(available: readonly string[], extra: readonly ExtraKind[] = []): CredentialKinds {
  const kinds = [
    jwtKind,
    githubTokenKind,
    awsRoleKind,
    gcpServiceAccountKind,
    gcpCredentialsFileKind,
    azureAppKind,
    vaultSecretKind,
    kubernetesKind,
  ];
  const known = kinds.map((kind) => ({ ...kind, available: available.includes(kind.kind) }));
  const further = extra.map(({ kind, lifetime, revocation }) => {
    return {
      ...defineKind({
        ...{ kind, lifetime, revocation, parameters: z.strictObject({}), reach: [] },
        gives: () => `a \`${kind}\` credential`,
        power: () => ({ points: 5, sentence: 'what it can do, nobody has said.' }),
      }),
      available: true,
    };
  });
  return new Map([...known, ...further].map((kind) => [kind.kind, kind]));
}

type ExtraKind = Pick<CredentialKind, 'kind' | 'lifetime' | 'revocation'>;
