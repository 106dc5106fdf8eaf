// What every request passes before a route: its form, the limit of its address, and the measure of how it ended.
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Elapsed } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { type Rate, RateLimit } from '../limits/rate-limit.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ClientAddresses } from './client-address.ts';
import type { ProblemForm } from './problem.ts';
import type { Refuse } from './refuse.ts';
import { checkForm, originForm } from './request-form.ts';

export interface EdgeDeps {
  readonly addresses: ClientAddresses;
  readonly elapsed: Elapsed;
  readonly metrics: Metrics;
  readonly refuse: Refuse;
  /** false from the moment a shutdown began */
  readonly accepting: () => boolean;
}

/** Enough for a fleet of runners behind one address that starts all at once, and not enough to keep a core busy. */
const REQUESTS_OF_ADDRESS: Rate = { count: 2_000, per: 20_000 };

export function atEdge(deps: EdgeDeps, route: RequestListener): RequestListener {
  const { elapsed, metrics, refuse, accepting } = deps;
  const admit = createAdmit(deps);
  return (request, response) => {
    const began = elapsed();
    const name = routeOf(request.url ?? '');
    response.once('finish', () => {
      metrics.observe('buildpass_request_seconds', (elapsed() - began) / 1000, name);
      metrics.count('buildpass_requests_total', name, String(response.statusCode));
    });
    // Whoever keeps this connection for its next request would keep us from ending.
    if (!accepting()) response.setHeader('Connection', 'close');
    try {
      admit(request);
      route(request, response);
    } catch (error) {
      refuse.response(response, formAt(request.url), error);
    }
  };
}

function createAdmit({ addresses, elapsed, metrics }: EdgeDeps): (request: IncomingMessage) => void {
  const limit = new RateLimit({ ...REQUESTS_OF_ADDRESS, elapsed });
  return (request) => {
    checkForm(request);
    request.url = originForm(request.url ?? '');
    const address = addresses.of(request);
    const wait = address === undefined ? 0 : limit.take(address);
    if (wait === 0) return;
    metrics.count('buildpass_limited_total', 'address');
    const retryAfter = Math.ceil(wait / 1000);
    throw new BrokerError('RATE_LIMITED', `Too many requests come from your address. Ask again in ${retryAfter} s.`, {
      retryAfter,
    });
  };
}

const TOKEN_PATH = /^\/v1\/token(?:\?|$)/;

/** Whether this is the one busy route, whatever its method. */
export const isTokenPath = (url: string | undefined): boolean => TOKEN_PATH.test(url ?? '');

const formAt = (url: string | undefined): ProblemForm => (isTokenPath(url) ? 'oauth' : 'problem');

const ROUTES: readonly [prefix: string, name: string][] = [
  ['/v1/token', 'token'],
  ['/v1/explain', 'explain'],
  ['/v1/catalog', 'catalog'],
  ['/v1/leases/', 'leases'],
  ['/log/', 'log'],
  ['/.well-known/', 'metadata'],
  ['/sign-in', 'sign-in'],
  ['/v1/sign-in', 'sign-in'],
  ['/v1/', 'people'],
  ['/healthz', 'health'],
  ['/readyz', 'health'],
];

/** A label of few values, whatever strangers ask for. */
const routeOf = (url: string): string => ROUTES.find(([prefix]) => url.startsWith(prefix))?.[1] ?? 'other';
