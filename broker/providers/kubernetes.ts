// The `kubernetes` kind: the API server of a cluster trusts the broker as OIDC issuer, and takes this JWT as it is. Signed here, so
// that nothing leaves before the log has it. What it may do in its namespace is the cluster's to say, by the subject.
import type { Millis } from '../clock.ts';
import type { Credential, Grant } from '../model.ts';
import type { FetchFrom, UpstreamSystem } from './endpoints.ts';
import { CLUSTER_ALGORITHM } from './kind-upstreams.ts';
import { kubernetesDecoys } from './kubernetes-decoy.ts';
import { type OwnToken, type SignedToken, type Signer, signOwnToken, signOwnTokenNow } from './own-token.ts';
import type { CredentialProvider } from './provider.ts';

interface KubernetesParameters {
  readonly upstream: string;
  readonly audience: string;
  readonly namespace: string;
}

interface KubernetesOptions extends Signer {
  readonly upstreams: readonly UpstreamSystem[];
  /** for decoys alone: a job's token is shown to the cluster by the job */
  readonly fetchFrom: FetchFrom;
}

const DAY = 86_400;

export function kubernetesProvider(options: KubernetesOptions): CredentialProvider {
  const clusters = new Map(options.upstreams.filter(({ kind }) => kind === 'kubernetes').map((one) => [one.name, one]));
  const named = (upstream: string): UpstreamSystem => {
    const cluster = clusters.get(upstream);
    // The policy loader refuses it.
    if (cluster === undefined) throw new TypeError(`there is no cluster "${upstream}" in the configuration`);
    return cluster;
  };
  const forCluster = ({ ttl, issuedAt }: Grant, parameters: unknown): ForCluster => {
    const { upstream, audience, namespace } = parameters as KubernetesParameters;
    const cluster = named(upstream);
    // The policy loader refuses both; an empty namespace must never come to mean all of them.
    if (namespace === '' || ttl === 'never') throw new TypeError('a token for a cluster needs a namespace and an end');
    const claims = { kubernetes_namespace: namespace };
    const token = { audience, algorithm: CLUSTER_ALGORITHM, typ: 'JWT', lifetime: ttl, claims } as const;
    return { token, cluster, namespace, endsAt: (Math.floor(issuedAt / 1000) + ttl) * 1000 };
  };
  return {
    kind: 'kubernetes',
    acts: 'locally',
    lifetime: { min: 60, max: DAY },
    revocation: 'at-expiry',
    decoys: kubernetesDecoys(options, named),
    async issue(grant, parameters) {
      const asked = forCluster(grant, parameters);
      return credentialOf(await signOwnToken(options, grant, asked.token), asked);
    },
    issueNow(grant, parameters) {
      const asked = forCluster(grant, parameters);
      const signed = signOwnTokenNow(options, grant, asked.token);
      return signed === undefined ? undefined : credentialOf(signed, asked);
    },
  };
}

/** A token, and where it is good. */
interface ForCluster {
  readonly token: OwnToken;
  readonly cluster: UpstreamSystem;
  readonly namespace: string;
  readonly endsAt: Millis;
}

function credentialOf({ secret, keyId }: SignedToken, { cluster, namespace, endsAt }: ForCluster): Credential {
  return {
    accessToken: secret,
    tokenType: 'Bearer',
    issuedTokenType: 'urn:buildpass:token-type:kubernetes',
    values: { token: secret },
    details: { server: cluster.url, namespace, cluster: cluster.name, ...authorityOf(cluster) },
    keyId,
    upstreamExpiresAt: endsAt,
  };
}

/** As a kubeconfig has it. Left out where the public authorities vouch for the server. */
const authorityOf = ({ authorities }: UpstreamSystem): { certificate_authority_data?: string } =>
  authorities === undefined ? {} : { certificate_authority_data: Buffer.from(authorities, 'utf8').toString('base64') };
