// A broker's identity check beside GitHub doubles: the issuers it trusts, the clock, and `authenticate` over real HTTP.
import { type Authenticate, createAuthenticate } from '../../broker/identity/authenticate.ts';
import { createTrustedIssuers, type TrustedIssuer } from '../../broker/identity/trusted-issuers.ts';

export const BROKER_URL = 'https://broker.example.com';

export const trusted = (url: string, overrides: Partial<TrustedIssuer> = {}): TrustedIssuer => ({
  name: 'github',
  kind: 'github',
  url,
  owners: { 'octo-org': '123456' },
  privateNetwork: true,
  ...overrides,
});

export function authenticateFor(issuers: readonly TrustedIssuer[], now: () => number = Date.now): Authenticate {
  const clock = { now };
  return createAuthenticate({
    audience: BROKER_URL,
    clock,
    trustedIssuers: createTrustedIssuers({ issuers, clock, fetchTimeout: 100 }),
  });
}
