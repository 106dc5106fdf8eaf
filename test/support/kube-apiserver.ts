// The API server of a cluster as far as tokens go: it authenticates as a structured AuthenticationConfiguration would (issuer by
// discovery, one audience, `sub` as user with a prefix, the namespace as group), and lets a user or a group into the namespaces of
// its role bindings. Answers in the form of Kubernetes.
import { verifyByDiscovery } from './issuer-site.ts';
import { type MoodyServer, type Received, type Reply, startMoodyServer } from './moody-server.ts';

interface ClusterOptions {
  readonly issuer: string;
  readonly audience: string;
  /** namespace → user names or groups that a role binding there names */
  readonly bindings: Readonly<Record<string, readonly string[]>>;
}

const PREFIX = 'buildpass:';

export async function startCluster(options: ClusterOptions): Promise<MoodyServer> {
  const authenticated = async (authorization = ''): Promise<readonly string[] | undefined> => {
    const [scheme, token = ''] = authorization.split(' ');
    // The flags of the API server know RS256 alone; it does not look at `typ`.
    const how = { audience: options.audience, algorithms: ['RS256'] };
    const verified = await verifyByDiscovery(token, options.issuer, how).catch(() => undefined);
    if (scheme !== 'Bearer' || verified === undefined) return undefined;
    const { sub, kubernetes_namespace: namespace } = verified.payload;
    const groups = typeof namespace === 'string' ? [`${PREFIX}namespace:${namespace}`] : [];
    return [`${PREFIX}${sub}`, ...groups];
  };
  return startMoodyServer(async ({ path, headers }: Received): Promise<Reply> => {
    const who = await authenticated(headers.authorization);
    if (who === undefined) return status(401, 'Unauthorized', 'Unauthorized');
    const [, namespace = ''] = /^\/api\/v1\/namespaces\/([a-z0-9-]+)\/pods$/.exec(path) ?? [];
    const [user] = who;
    if (!who.some((one) => options.bindings[namespace]?.includes(one)))
      return status(
        403,
        'Forbidden',
        `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "${namespace}"`,
      );
    return { status: 200, body: { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [] } };
  });
}

const status = (code: number, reason: string, message: string): Reply => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
});
