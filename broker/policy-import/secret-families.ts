// What a stored secret is for, by its name and by what it feeds, and what can stand in its place. A guess, and said to be one:
// nobody can see a secret's purpose in a workflow for sure.
import type { SecretUse } from './secret-uses.ts';

export interface Family {
  readonly name: string;
  /** the kind of credential that replaces it; undefined where none does */
  readonly kind: string | undefined;
  /** what to do instead, or besides; a sentence */
  readonly advice: string;
}

interface Recognised extends Family {
  readonly recognises: RegExp;
}

const VAULT =
  'Where what takes it can trust an OpenID Connect issuer, a `jwt` replaces it. Elsewhere nothing that a broker issues does: a vault can hold it, and `vault-secret` hand it to the jobs that a policy names.';

/** The first that recognises `SECRET FEEDS ACTION` counts. */
const FAMILIES: readonly Recognised[] = [
  {
    name: 'an identifier, no secret',
    kind: undefined,
    recognises:
      /^\w*(CLIENT_ID|TENANT_ID|SUBSCRIPTION_ID|ACCOUNT_ID|PROJECT_ID|APP_ID|ROLE(_ARN|_TO_ASSUME)?|REGION|USERNAME|USER|HOST|URL|SERVICE_ACCOUNT|WORKLOAD_IDENTITY_PROVIDER) /i,
    advice: 'It needs no secrecy: it belongs into the policy, or into a variable of the repository.',
  },
  {
    name: 'an access key of AWS',
    kind: 'aws-role',
    recognises: /AWS[_-](ACCESS[_-]KEY|SECRET|SESSION[_-]TOKEN)/i,
    advice: 'Make a role that trusts the broker, with what the key may do and no more; then delete the key.',
  },
  {
    name: 'a key of a Google Cloud service account',
    kind: 'gcp-service-account',
    recognises: /GOOGLE_(APPLICATION_)?CREDENTIALS|CREDENTIALS_JSON|\b(GCP|GCLOUD|GKE)_\w*(KEY|CREDENTIALS|SA)\b/i,
    advice: 'Let a workload identity provider trust the broker; then delete the key.',
  },
  {
    name: 'a client secret of Azure',
    kind: 'azure-app',
    recognises: /AZURE_(CREDENTIALS|CLIENT_SECRET)|ARM_CLIENT_SECRET|\bCREDS AZURE\/LOGIN/i,
    advice: 'Give the app a federated credential for the broker; then delete the client secret.',
  },
  {
    name: 'a token of a vault',
    kind: 'vault-secret',
    recognises: /VAULT_(TOKEN|SECRET_ID|ROLE_ID)|HASHICORP\/VAULT-ACTION/i,
    advice: 'Let the vault trust the broker, with a role for each set of paths.',
  },
  {
    name: 'access to a Kubernetes cluster',
    kind: 'kubernetes',
    recognises: /KUBE_?(CONFIG|TOKEN|_CA)|K8S_\w*(TOKEN|CONFIG)/i,
    advice:
      'Let the API server trust the broker as an issuer. No draft is made: the cluster has to be named in the configuration first.',
  },
  {
    name: 'a package registry token of npm',
    kind: undefined,
    recognises: /NPM_\w*TOKEN|NODE_AUTH_TOKEN/i,
    advice: `npm's trusted publishing takes the job's own OIDC token, without a broker. ${VAULT}`,
  },
  {
    name: 'a package registry token of PyPI',
    kind: undefined,
    recognises: /PYPI|TWINE_(PASSWORD|USERNAME)/i,
    advice: `PyPI's trusted publishing takes the job's own OIDC token, without a broker. ${VAULT}`,
  },
  {
    name: 'a GitHub token or the key of a GitHub App',
    kind: 'github-token',
    recognises:
      /_PAT\b|PERSONAL_ACCESS|\b(GH|GITHUB)_\w*TOKEN|\bTOKEN ACTIONS\/CHECKOUT|ACTIONS\/CREATE-GITHUB-APP-TOKEN|APP_PRIVATE_KEY/i,
    advice: 'Name the repositories and permissions that the jobs need; then delete the token.',
  },
  {
    name: 'the password of a container registry',
    kind: undefined,
    recognises: /DOCKER(HUB)?_\w*(TOKEN|PASSWORD)|PASSWORD DOCKER\/LOGIN-ACTION|REGISTRY_(TOKEN|PASSWORD)/i,
    advice: `At ghcr.io the job's own GITHUB_TOKEN does, and at the registries of clouds their own kind of credential. Elsewhere: ${VAULT}`,
  },
];

/** Last: a token for something that one's own people run, mostly, who can let it trust the broker. */
const OWN_SERVICE: Recognised = {
  name: 'a token of a service',
  kind: 'jwt',
  recognises: /(^|_)(DEPLOY|DEPLOYMENT|RELEASE|PUBLISH|UPLOAD|PREVIEW|INTERNAL)_(\w+_)?TOKEN /i,
  advice:
    'That takes a service that can trust an OpenID Connect issuer, the broker: let it, then delete the token. Where it cannot, take the entitlement out of the draft.',
};

/** Of which nothing can be seen. */
export const OTHER: Family = { name: 'a fixed value', kind: undefined, advice: VAULT };

export function familyOf({ secret, feeds }: SecretUse): Family {
  const fed = 'name' in feeds ? feeds.name : '';
  const action = feeds.kind === 'input' ? feeds.action : '';
  const described = `${secret} ${fed} ${action}`;
  return [...FAMILIES, OWN_SERVICE].find(({ recognises }) => recognises.test(described)) ?? OTHER;
}
