// People who sign in by a link that works once, and only on this machine: the demo's, who have no account anywhere.
// No configuration can make them: whoever starts the broker hands them in.
import type { Entropy } from '../clock.ts';
import { BrokerError } from '../errors.ts';
import { hashToken } from './proofs.ts';
import type { Proven, SignInProvider } from './provider.ts';
import { newToken } from './sessions.ts';

export interface DemoPerson {
  readonly name: string;
  /** the id that a job's `actor_id` would have */
  readonly id: string;
  /** ids of groups, as teams of the organization's file write them */
  readonly groups: readonly string[];
}

export interface DemoSignIn extends SignInProvider {
  readonly kind: 'demo';
  /** A path that signs this person in, once. */
  linkFor(name: string): string;
  /** @throws BrokerError SIGN_IN_EXPIRED for a link that was used, or never was one */
  redeem(link: string): Proven;
  /** The same person again, who is asked nothing. */
  again(providerId: string): Proven;
}

export const DEMO_PROVIDER = 'demo';

/** @param issuer the issuer whose jobs name these people as their actors */
export function createDemoSignIn(people: readonly DemoPerson[], issuer: string, entropy: Entropy): DemoSignIn {
  const links = new Map<string, DemoPerson>();
  const provenOf = ({ id: providerId, name, groups: teams }: DemoPerson): Proven => ({
    ...{ providerId, name, teams },
    ...{ authenticatedAt: undefined, token: undefined },
  });
  return {
    name: DEMO_PROVIDER,
    kind: 'demo',
    title: 'Demo people',
    identityProvider: issuer,
    stepsUp: true,
    begin: async () => '/sign-in',
    finish: async () => Promise.reject(expired()),
    confirm: async ({ providerId }) => people.find(({ id }) => id === providerId)?.groups ?? [],
    linkFor(name) {
      const person = people.find((one) => one.name === name);
      if (person === undefined) throw new Error(`there is no demo person "${name}"`);
      const link = newToken(entropy);
      links.set(hashToken(link), person);
      return `/sign-in/${DEMO_PROVIDER}?link=${link}`;
    },
    redeem(link) {
      const person = links.get(hashToken(link));
      if (person === undefined) throw expired();
      links.delete(hashToken(link));
      return provenOf(person);
    },
    again(providerId) {
      const person = people.find(({ id }) => id === providerId);
      if (person === undefined) throw expired();
      return provenOf(person);
    },
  };
}

const expired = (): BrokerError =>
  new BrokerError(
    'SIGN_IN_EXPIRED',
    'This link was used, or is of another start of the demo. Start it again for new ones.',
  );
