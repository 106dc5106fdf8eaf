// Everything that answers over HTTP, put together: the routes, what stands before them, and the ports they are on.
import { createApp } from './app.ts';
import type { WebOf } from './approvals/request-summary.ts';
import type { Elapsed, Millis } from './clock.ts';
import type { ExchangeDeps } from './exchange-deps.ts';
import { createAdminApp } from './http/admin-app.ts';
import { createAnswering } from './http/answer.ts';
import { createClientAddresses } from './http/client-address.ts';
import { type Address, type Listeners, openListeners } from './http/listeners.ts';
import type { AudienceOfParty } from './http/oauth-routes.ts';
import { createReadiness } from './http/readiness.ts';
import { createRefuse } from './http/refuse.ts';
import { securityHeaders } from './http/security-headers.ts';
import type { KeySet } from './keys/key-set.ts';
import type { SigningKeys } from './keys/signing-keys.ts';
import type { OpenLog } from './open/log.ts';
import type { Attempts } from './sign-in/attempts.ts';
import type { DeviceLogins } from './sign-in/device-logins.ts';
import type { People } from './sign-in/people.ts';
import type { EventLoop } from './telemetry/event-loop.ts';
import { collectGauges } from './telemetry/gauges.ts';
import type { MetricsRegistry } from './telemetry/metrics.ts';
import type { Standing } from './telemetry/standing.ts';

/** The core, and what only people need. */
export interface FaceDeps extends ExchangeDeps {
  readonly metrics: MetricsRegistry;
  readonly people: People;
  readonly attempts: Attempts;
  readonly deviceLogins: DeviceLogins;
  readonly webOf: WebOf;
  readonly keys: SigningKeys;
  readonly audienceOfParty: AudienceOfParty;
}

export interface FaceOptions {
  readonly deps: FaceDeps;
  readonly listen: Address & { readonly admin: Address | undefined; readonly trustedProxies: readonly string[] };
  readonly url: string;
  readonly issuer: string;
  readonly keySet: () => KeySet;
  readonly verifierKey: OpenLog['verifierKey'];
  readonly verifierKeys: OpenLog['verifierKeys'];
  readonly demo: boolean;
  readonly configFile: string;
  readonly version: string;
  /** false from the moment a stop began */
  readonly accepting: () => boolean;
  readonly standing: Standing;
  readonly eventLoop: EventLoop;
  readonly elapsed: Elapsed;
  readonly drainTimeout?: Millis | undefined;
}

/** @throws StartRefused where a port cannot be had */
export async function openFace(options: FaceOptions): Promise<Listeners> {
  const { deps, standing, eventLoop, listen, drainTimeout } = options;
  const { metrics } = deps;
  const answering = createAnswering(securityHeaders(options.url));
  const refuse = createRefuse({ ...deps, answering, elapsed: options.elapsed });
  const addresses = createClientAddresses(listen.trustedProxies);
  const readiness = createReadiness({
    ...{ ...options, ...deps },
    lateness: eventLoop.lateness,
    informs: () => standing.findings(),
  });
  collectGauges(metrics, { ...options, ...deps, ready: readiness });
  return openListeners({
    app: createApp({ ...options, ...deps, answering, refuse, addresses, readiness }),
    adminApp: createAdminApp({ answering, refuse, metrics, readiness }),
    ...{ listen, refuse, addresses, metrics, logger: deps.logger },
    ...(drainTimeout === undefined ? {} : { drainTimeout }),
  });
}
