// How a sign-in provider is asked: through the broker's one way out, with the operator's exceptions for the provider's own host
// alone, since its documents may name others.
import { BrokerError } from '../errors.ts';
import {
  createUpstreamFetch,
  type Proxies,
  type UpstreamAnswer,
  type UpstreamFetch,
  type UpstreamRequest,
} from '../upstream/fetch.ts';
import type { SignInClient } from './provider.ts';

/** @throws BrokerError SIGN_IN_UNAVAILABLE where no answer comes, or one that says the other side is in trouble */
export type AskProvider = (
  url: string,
  request: Omit<UpstreamRequest, 'timeout' | 'maxBytes'>,
) => Promise<UpstreamAnswer>;

const LIMITS = { timeout: 10_000, maxBytes: 512 * 1024 };

/** @param origins of the hosts that the configuration names */
export function createAskProvider(
  { title, privateNetwork, authorities }: Pick<SignInClient, 'title' | 'privateNetwork' | 'authorities'>,
  origins: readonly string[],
  proxies: Proxies,
): AskProvider {
  const own = createUpstreamFetch({ privateNetwork, authorities, proxies });
  const others = createUpstreamFetch({ privateNetwork: false, proxies });
  return async (url, request) => {
    const answer = await orUnavailable(title, origins.includes(new URL(url).origin) ? own : others, [url, request]);
    if (answer.status >= 500 || answer.status === 429)
      throw unavailable(title, new Error(`${url} answered ${answer.status}`));
    return answer;
  };
}

async function orUnavailable(
  title: string,
  ask: UpstreamFetch,
  [url, request]: Parameters<AskProvider>,
): Promise<UpstreamAnswer> {
  try {
    return await ask(url, { ...request, ...LIMITS });
  } catch (cause) {
    throw unavailable(title, cause);
  }
}

export const unavailable = (title: string, cause: unknown): BrokerError =>
  new BrokerError('SIGN_IN_UNAVAILABLE', `The sign-in provider ${title} does not answer. Try again in a moment.`, {
    cause,
    retryAfter: 10,
  });
