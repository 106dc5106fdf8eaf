// The kubeconfig of a kubernetes credential, as JSON, which is YAML too. One context, named for cluster and namespace, so that several
// files can be used together.
import type { IssuedCredential } from './issued-credential.ts';

export function kubeconfigOf({ credential, details }: Extract<IssuedCredential, { kind: 'kubernetes' }>): string {
  const { cluster, namespace, server, certificate_authority_data: authority } = details;
  const context = `${cluster}/${namespace}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: context, user: { token: credential.token } }],
    contexts: [{ name: context, context: { cluster, namespace, user: context } }],
    'current-context': context,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
