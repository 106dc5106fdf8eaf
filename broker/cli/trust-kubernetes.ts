// What a cluster must be told to trust an entitlement: the broker as issuer of its API server, for exactly the subjects that the
// policies give access to, and a role in one namespace for one of them.
import { stringify } from 'yaml';
import {
  nameFor,
  requireHttps,
  type SetUp,
  sharing,
  sharingNotes,
  type TrustAsk,
  type Trusted,
} from './trust-set-up.ts';
import { upstreamNamed } from './trust-vault.ts';

interface KubernetesParameters {
  readonly upstream: string;
  readonly audience: string;
  readonly namespace: string;
}

type Sharer = Trusted & { readonly parameters: KubernetesParameters };

/** Before every user name: no other authenticator has users like that. */
const PREFIX = 'buildpass:';
const REPLACE = 'REPLACE_ME';
const RULE = { apiGroups: [REPLACE], resources: [REPLACE], verbs: [REPLACE] };
const API_GROUP = 'rbac.authorization.k8s.io';

export function trustKubernetes(ask: TrustAsk): SetUp {
  const { issuer, subject, scope } = ask;
  requireHttps(issuer, 'Kubernetes');
  const { upstream, audience, namespace } = ask.parameters as KubernetesParameters;
  const cluster = upstreamNamed(ask, upstream);
  const sharers = sharing<KubernetesParameters>(ask, (one) => one.upstream === upstream);
  const authentication = authenticationOf(issuer, sharers);
  const metadata = { name: nameFor(scope, '.'), namespace };
  const user = `${PREFIX}${subject}`;
  const role = { apiVersion: `${API_GROUP}/v1`, kind: 'Role', metadata, rules: [RULE] };
  const binding = {
    apiVersion: `${API_GROUP}/v1`,
    kind: 'RoleBinding',
    metadata,
    subjects: [{ apiGroup: API_GROUP, kind: 'User', name: user }],
    roleRef: { apiGroup: API_GROUP, kind: 'Role', name: metadata.name },
  };
  return {
    audience,
    notes: [
      `The cluster is the upstream "${upstream}", ${cluster.url}. Its API server starts with --authentication-config and this file (Kubernetes 1.34; before it, v1beta1).`,
      'An issuer stands in that file once: merge it with what is there.',
      'The API server reads the keys at the issuer itself: it must reach it.',
      ...sharingNotes('The authentication configuration', sharers, ask),
    ],
    placeholders: [
      {
        placeholder: REPLACE,
        meaning: 'what the job may do in the namespace: API groups, resources and verbs of the Role',
      },
    ],
    documents: { 'authentication-configuration': authentication, role, 'role-binding': binding },
    steps: [
      {
        why: 'For the API server, on each machine that runs one.',
        argv: ['tee', 'buildpass-authentication.yaml'],
        input: stringify(authentication),
      },
      {
        why: `The right of this subject in the namespace ${namespace}, and in no other.`,
        argv: ['kubectl', 'apply', '-f', '-'],
        input: `${stringify(role)}---\n${stringify(binding)}`,
      },
    ],
    terraform: roleBlocks({ scope, metadata, user }),
  };
}

/** What is one text for CEL too. */
const cel = (text: string): string => JSON.stringify(text);

function authenticationOf(issuer: string, sharers: readonly Sharer[]): object {
  const audiences = [...new Set(sharers.map(({ parameters }) => parameters.audience))];
  const several = audiences.length > 1;
  const pairs = sharers.map(({ subject, parameters }) => {
    const mine = `claims.sub == ${cel(subject)}`;
    return several ? `(${mine} && claims.aud == ${cel(parameters.audience)})` : mine;
  });
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    jwt: [
      {
        issuer: { url: issuer, audiences, ...(several ? { audienceMatchPolicy: 'MatchAny' } : {}) },
        claimValidationRules: [
          { expression: pairs.join(' || '), message: 'the subject is none that this cluster lets in' },
        ],
        claimMappings: { username: { claim: 'sub', prefix: PREFIX } },
      },
    ],
  };
}

function roleBlocks({
  scope,
  metadata,
  user,
}: {
  scope: string;
  metadata: { name: string; namespace: string };
  user: string;
}): SetUp['terraform'] {
  const name = nameFor(scope);
  return [
    {
      comment: 'What the API server is started with is no resource of Terraform: `--format cli` prints the file.',
      head: ['resource', 'kubernetes_role_v1', name],
      body: {},
      blocks: [
        { head: ['metadata'], body: metadata },
        {
          comment: `${REPLACE}: what the job may do in the namespace.`,
          head: ['rule'],
          body: { api_groups: [REPLACE], resources: [REPLACE], verbs: [REPLACE] },
        },
      ],
    },
    {
      head: ['resource', 'kubernetes_role_binding_v1', name],
      body: {},
      blocks: [
        { head: ['metadata'], body: metadata },
        { head: ['role_ref'], body: { api_group: API_GROUP, kind: 'Role', name: metadata.name } },
        { head: ['subject'], body: { api_group: API_GROUP, kind: 'User', name: user } },
      ],
    },
  ];
}
