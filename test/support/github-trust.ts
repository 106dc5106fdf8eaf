// A broker's identity check beside GitHub doubles: the issuers it trusts, the clock, and `authenticate` over real HTTP.
import { type Authenticate, createAuthenticate } from '../../broker/identity/authenticate.ts';
import { createTrustedIssuers, type TrustedIssuer } from '../../broker/identity/trusted-issuers.ts';
import { createLogger } from '../../broker/telemetry/logger.ts';

export const BROKER_URL = 'https://broker.example.com';

/** for who has nothing to say about it */
export const SILENT = createLogger({ level: 'silent', demo: false });

export const trusted = (url: string, overrides: Partial<TrustedIssuer> = {}): TrustedIssuer => ({
  name: 'github',
  kind: 'github',
  url,
  owners: { 'octo-org': '123456' },
  privateNetwork: false,
  ...overrides,
});

export function authenticateFor(issuers: readonly TrustedIssuer[], now: () => number = Date.now): Authenticate {
  const clock = { now };
  return createAuthenticate({
    audience: BROKER_URL,
    clock,
    trustedIssuers: createTrustedIssuers({ issuers, clock, logger: SILENT }),
  });
}
