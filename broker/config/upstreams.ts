// `upstreams` and `clouds` of the configuration: where credentials come from, and the authorities that each is verified with.
import { resolve } from 'node:path';
import type { Clouds, Network, UpstreamSystem } from '../providers/endpoints.ts';
import type { Finding, KeyPath, StrictYaml } from '../yaml/strict-yaml.ts';
import { readAuthorities } from './authorities.ts';
import type { ConfigDocument } from './schema.ts';

type Yaml = Pick<StrictYaml<ConfigDocument>, 'value' | 'finding'>;

export interface ReadUpstreams {
  readonly upstreams: readonly UpstreamSystem[];
  readonly clouds: Clouds;
  readonly problems: readonly Finding[];
}

export async function readUpstreams({ value, finding }: Yaml, directory: string): Promise<ReadUpstreams> {
  const problems: Finding[] = [];
  const networkAt = async (path: KeyPath, written: WrittenNetwork): Promise<Network> => {
    const privateNetwork = written['private-network'] ?? false;
    const file = written['ca-file'];
    if (file === undefined) return { privateNetwork };
    const authorities = await readAuthorities(resolve(directory, file));
    if ('pem' in authorities) return { privateNetwork, authorities: authorities.pem };
    problems.push(finding([...path, 'ca-file'], authorities.problem));
    return { privateNetwork };
  };
  const upstreams = await Promise.all(
    Object.entries(value.upstreams ?? {}).map(async ([name, written]) => {
      const { kind, url, audience } = written;
      const network = await networkAt(['upstreams', name], written);
      return { name, kind, url: bare(url), audience, ...network, ...(kind === 'vault' ? vaultKeys(written) : {}) };
    }),
  );
  const { aws, google, azure } = value.clouds;
  const clouds = {
    aws: { stsUrl: aws['sts-url'] && bare(aws['sts-url']), ...(await networkAt(['clouds', 'aws'], aws)) },
    google: {
      stsUrl: bare(google['sts-url']),
      iamCredentialsUrl: bare(google['iam-credentials-url']),
      ...(await networkAt(['clouds', 'google'], google)),
    },
    azure: { loginUrl: bare(azure['login-url']), ...(await networkAt(['clouds', 'azure'], azure)) },
  };
  return { upstreams, clouds, problems: [...problems, ...sharedAudiences(upstreams, finding)] };
}

/** Whoever runs one of two systems that take the same audience could show the other what it was shown, while it lives. */
function sharedAudiences(upstreams: readonly UpstreamSystem[], finding: Yaml['finding']): Finding[] {
  return upstreams.flatMap(({ name, url, audience }, index) => {
    const other = upstreams.slice(0, index).find((one) => one.audience === audience && one.url !== url);
    return other === undefined
      ? []
      : [
          finding(
            ['upstreams', name, 'audience'],
            `is that of "${other.name}" too, which is another system: each could sign in at the other with a token of ours, so give each an audience of its own`,
          ),
        ];
  });
}

function vaultKeys(written: { 'auth-mount': string; namespace?: string | undefined }) {
  const { 'auth-mount': authMount, namespace } = written;
  return namespace === undefined ? { authMount } : { authMount, namespace };
}

interface WrittenNetwork {
  readonly 'private-network'?: boolean | undefined;
  readonly 'ca-file'?: string | undefined;
}

/** Paths are put behind it. */
const bare = (url: string): string => url.replace(/\/+$/, '');
