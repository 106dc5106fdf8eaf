// The sign-in providers of a start: those of the configuration, and the demo's people where the demo hands them in.
import { Secret } from '../../shared/secret.ts';
import type { BrokerOptions } from '../broker-options.ts';
import type { Clock, Entropy } from '../clock.ts';
import { readSecretFile } from '../config/files.ts';
import { createDemoSignIn, type DemoSignIn } from '../sign-in/demo-people.ts';
import { createGithubSignIn } from '../sign-in/github-sign-in.ts';
import { createOidcSignIn } from '../sign-in/oidc-sign-in.ts';
import type { SignInClient, SignInProvider } from '../sign-in/provider.ts';
import { createAskProvider } from '../sign-in/provider-fetch.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Proxies } from '../upstream/fetch.ts';

export interface OpenSignIn {
  readonly signInProviders: readonly SignInProvider[];
  /** A link that signs one of the demo's people in, once. */
  demoLink(name: string): string;
}

interface OpenSignInDeps {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

/** @throws StartRefused where a secret file is missing or not as it must be; a provider that is down stops no start */
export async function openSignIn({ config, demoPeople }: BrokerOptions, deps: OpenSignInDeps): Promise<OpenSignIn> {
  const configured = config.signIn.map((client) => openProvider(client, { ...deps, proxies: config.proxies }));
  const issuer = config.issuers[0]?.name ?? '';
  const demo = demoPeople === undefined ? undefined : createDemoSignIn(demoPeople, issuer, deps.entropy);
  return {
    signInProviders: [...(await Promise.all(configured)), ...(demo === undefined ? [] : [demo])],
    demoLink: (name) => `${config.url}${linkOf(demo, name)}`,
  };
}

async function openProvider(
  client: SignInClient,
  { clock, logger, proxies }: OpenSignInDeps & { readonly proxies: Proxies },
): Promise<SignInProvider> {
  const text = await readSecretFile(
    client.clientSecretFile,
    `put the client secret of the sign-in provider \`${client.name}\` there`,
  );
  const clientSecret = new Secret(text.trim());
  logger.hide(clientSecret, { always: true });
  const addresses = client.kind === 'oidc' ? [client.issuer] : [client.url, client.apiUrl];
  const origins = addresses.map((address) => new URL(address).origin);
  const deps = { ask: createAskProvider(client, origins, proxies), clientSecret, clock };
  return client.kind === 'oidc' ? createOidcSignIn(client, deps) : createGithubSignIn(client, deps);
}

function linkOf(demo: DemoSignIn | undefined, name: string): string {
  if (demo === undefined) throw new Error('this broker was started without demo people');
  return demo.linkFor(name);
}
