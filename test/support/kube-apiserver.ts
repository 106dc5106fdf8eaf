// The API server of a cluster as far as tokens go: it authenticates as a structured AuthenticationConfiguration would (issuer by
// discovery, one audience, rules on `sub`, which is the user with a prefix, the namespace as group), says who the caller is, and lets
// a user or a group into the namespaces of its role bindings. Answers in the form of Kubernetes.
import { verifyByDiscovery } from './issuer-site.ts';
import { type MoodyServer, type Received, type Reply, startMoodyServer } from './moody-server.ts';

interface ClusterOptions {
  readonly issuer: string;
  readonly audience: string;
  /** of `claimValidationRules`; left out, every subject of the issuer is let in */
  readonly subjects?: readonly string[];
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
    const { sub = '', kubernetes_namespace: namespace } = verified.payload;
    if (options.subjects?.includes(sub) === false) return undefined;
    const groups = typeof namespace === 'string' ? [`${PREFIX}namespace:${namespace}`] : [];
    return [`${PREFIX}${sub}`, ...groups];
  };
  return startMoodyServer(async ({ method, path, headers, body }: Received): Promise<Reply> => {
    const who = await authenticated(headers.authorization);
    if (who === undefined) return status(401, 'Unauthorized', 'Unauthorized');
    if (method === 'POST' && path === '/apis/authentication.k8s.io/v1/selfsubjectreviews') return reviewed(body, who);
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

/** Whoever is authenticated may ask it (`system:basic-user`). */
function reviewed(body: string, [username = '', ...groups]: readonly string[]): Reply {
  const form = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const { apiVersion, kind } = JSON.parse(body) as typeof form;
  if (apiVersion !== form.apiVersion || kind !== form.kind)
    return status(400, 'BadRequest', `no kind "${kind}" is registered for version "${apiVersion}"`);
  const userInfo = { username, groups: [...groups, 'system:authenticated'] };
  return { status: 201, body: { ...form, metadata: { creationTimestamp: null }, status: { userInfo } } };
}

const status = (code: number, reason: string, message: string): Reply => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
});
