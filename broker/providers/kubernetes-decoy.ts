// A decoy at the API server of a cluster, which is asked whom it takes the caller for. It says 401 and nothing else to whatever it does
// not let in; 403 and anything that worked mean that it did. Nothing comes of either that could be kept.
import { z } from 'zod';
import type { Decoy, DecoyTaker, Shown } from '../decoy.ts';
import type { FetchFrom, UpstreamSystem } from './endpoints.ts';
import { CLUSTER_ALGORITHM } from './kind-upstreams.ts';
import { type Signer, signDecoy, subjectOf } from './own-token.ts';
import { judgeUpstream } from './upstream-http.ts';

interface ForCluster {
  readonly upstream: string;
  readonly audience: string;
  readonly namespace: string;
}

interface KubernetesDecoyDeps extends Signer {
  readonly fetchFrom: FetchFrom;
}

const reviewed = z.object({
  status: z.object({ userInfo: z.object({ username: z.string(), groups: z.array(z.string()).nullish() }) }),
});
const status = z.object({ kind: z.literal('Status'), message: z.string() });

export const kubernetesDecoys = (
  deps: KubernetesDecoyDeps,
  named: (upstream: string) => UpstreamSystem,
): DecoyTaker => ({
  longestLife: 0,
  targetOf: (given) => {
    const { upstream, audience, namespace } = given as ForCluster;
    return { system: systemOf(upstream), target: `the namespace ${namespace}`, audience };
  },
  async show(decoy, given, signal) {
    const { upstream, audience, namespace } = given as ForCluster;
    const cluster = named(upstream);
    const claims = { kubernetes_namespace: namespace };
    const token = await signDecoy(deps, decoy, { audience, algorithm: CLUSTER_ALGORITHM, claims });
    const judged = await judgeUpstream(deps.fetchFrom(cluster), {
      system: systemOf(upstream),
      url: `${cluster.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`,
      headers: { authorization: `Bearer ${token.reveal()}` },
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      signal,
      reasonOf: statusMessage,
    });
    if (judged.taken) return letIn(decoy, whoIs(judged.reply.json));
    if (judged.status === 401)
      return { outcome: 'refused-without-reason', found: `${judged.said}. ${NO_REASON}`, next: COMPARE };
    // Only of whom it knows an API server says what they may not do, or that there is no such thing (before Kubernetes 1.28).
    const isItsOwn = statusMessage(judged.body) !== undefined;
    if (isItsOwn && (judged.status === 403 || judged.status === 404)) return letIn(decoy, judged.said);
    return { outcome: 'unclear', found: judged.said };
  },
});

const statusMessage = (body: unknown): string | undefined => status.safeParse(body).data?.message;

const systemOf = (upstream: string): string => `The cluster "${upstream}"`;

const NO_REASON =
  'So it must; but a cluster says the same where it does not know the issuer, cannot read its keys, or wants another audience';
const COMPARE =
  'compare its authentication configuration with what `trust kubernetes` prints; the log of its API server says why it refused';

function whoIs(json: unknown): string {
  const { username, groups } = reviewed.safeParse(json).data?.status.userInfo ?? {};
  if (username === undefined) return 'it answered, and did not say for whom it takes the caller';
  return `it takes the caller for ${JSON.stringify(username)}, in the groups ${(groups ?? []).join(', ') || '(none)'}`;
}

const letIn = (decoy: Decoy, found: string): Shown => ({
  outcome: 'accepted',
  found: `it lets in a subject that no job has. What that one may do is up to its role bindings; ${found}`,
  next: `give its authentication configuration the rule \`claims.sub == "${subjectOf(decoy)}"\` under \`claimValidationRules\` (with the subjects of others that use it): \`buildpass trust kubernetes ${decoy.project}/${decoy.entitlement}\` prints it`,
});
