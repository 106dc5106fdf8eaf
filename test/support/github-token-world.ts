// The `github-token` provider beside the double of GitHub's API, with what it is asked for: for its own tests and the conformance suite.
import { onTestFinished } from 'vitest';
import { systemClock } from '../../broker/clock.ts';
import type { Credential, Lease } from '../../broker/model.ts';
import { githubTokenProvider } from '../../broker/providers/github-token.ts';
import type { CredentialProvider } from '../../broker/providers/provider.ts';
import { createUpstreamFetch } from '../../broker/upstream/fetch.ts';
import type { ProviderDouble, ProviderWorld } from '../conformance/provider.ts';
import { buildGrant } from './build-grant.ts';
import { GithubAppApi } from './github-app-api.ts';
import { APP_ID } from './github-installations.ts';
import type { Knowledge } from './github-knowledge.ts';
import type { UpstreamMood } from './moody-server.ts';

export const PARAMETERS = {
  repositories: [{ name: 'octo-org/octo-repo', id: '456789' }],
  permissions: { contents: 'read', packages: 'write' },
};

export interface TokenWorld extends ProviderWorld {
  readonly api: GithubAppApi;
  /** moves GitHub's clock and ours */
  pass(milliseconds: number): void;
  issue(parameters?: object): Promise<Credential>;
}

export async function startTokenWorld(): Promise<TokenWorld> {
  let passed = 0;
  const clock = { now: () => systemClock.now() + passed };
  const api = await new GithubAppApi(clock.now).listen();
  api.knows.permissions = { metadata: 'read', contents: 'write', packages: 'write' };
  api.server.moodFrom = ({ method }) => method !== 'GET';
  const app = { apiUrl: api.url, appId: APP_ID, key: api.privateKey, privateNetwork: false };
  const logger = { hide: () => undefined, warn: () => undefined };
  const fetchFrom = () => createUpstreamFetch({ privateNetwork: false });
  const provider = githubTokenProvider(app, { clock, fetchFrom, logger });
  return {
    ...{ api, provider, double: asDouble(api), parameters: PARAMETERS, values: ['token'] },
    pass: (milliseconds) => {
      passed += milliseconds;
    },
    issue: (parameters = PARAMETERS) => provider.issue(buildGrant(), parameters, new AbortController().signal),
  };
}

/** For one test, with a GitHub that knows this. */
export async function openTokenWorld(knows: Partial<Knowledge> = {}): Promise<TokenWorld> {
  const world = await startTokenWorld();
  onTestFinished(() => world.api.close());
  Object.assign(world.api.knows, knows);
  return world;
}

export const leaseOf = ({ kind }: CredentialProvider, { revocationHandle, upstreamExpiresAt }: Credential): Lease => ({
  ...{ id: 'lse_1', issuanceId: 'iss_1', kind, endsAt: upstreamExpiresAt, upstreamExpiresAt, revocationHandle },
});

function asDouble(api: GithubAppApi): ProviderDouble {
  return {
    get mood() {
      return api.server.mood;
    },
    set mood(mood: UpstreamMood) {
      api.server.mood = mood;
    },
    followed: () => api.server.followed(),
    hanging: api.server.hanging,
    close: () => api.server.close(),
    issued: api.tokens as string[],
    revoked: api.revoked as string[],
    complaints: api.complaints,
  };
}
