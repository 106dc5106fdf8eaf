// The GitHub App of a start: its key is read once, and whoever asks for facts gets them in its name.
import type { KeyObject } from 'node:crypto';
import { type Clock, systemElapsed } from '../clock.ts';
import { readSecretFile } from '../config/files.ts';
import type { Config } from '../config.ts';
import { parseAppKey } from '../github/github-app.ts';
import { createGithubFacts } from '../github/github-facts.ts';
import type { AskFacts } from '../model.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createUpstreamFetch } from '../upstream/fetch.ts';

interface OpenGithubDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @throws StartRefused where the key is missing or not as it must be; a GitHub that is down stops no start */
export async function openGithub(
  { github: app, policies: { keptIn }, proxies }: Pick<Config, 'github' | 'policies' | 'proxies'>,
  { clock, logger }: OpenGithubDeps,
): Promise<AskFacts | undefined> {
  if (app === undefined) return undefined;
  const key = await openAppKey(app.privateKeyFile);
  const { privateNetwork, authorities } = app;
  const upstream = createUpstreamFetch({ privateNetwork, authorities, proxies });
  return createGithubFacts({ app, key, keptIn, upstream, clock, elapsed: systemElapsed, logger });
}

/** @throws StartRefused */
export async function openAppKey(file: string): Promise<KeyObject> {
  return parseAppKey(file, await readSecretFile(file, 'put the private key of the GitHub App there'));
}
