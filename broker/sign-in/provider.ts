// A sign-in provider, and what it says of a person. Ids decide; names are for people to read.
import type { Secret } from '../../shared/secret.ts';
import type { Millis } from '../clock.ts';

interface Client {
  readonly name: string;
  readonly title: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
  readonly privateNetwork: boolean;
  /** PEM of the authorities that the provider's host is verified with, instead of the public ones */
  readonly authorities?: string;
}

export interface OidcClient extends Client {
  readonly kind: 'oidc';
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
}

export interface GithubClient extends Client {
  readonly kind: 'github';
  /** name of the issuer whose jobs have the same account ids */
  readonly issuer: string;
  readonly url: string;
  readonly apiUrl: string;
  /** ids of organizations by the name that teams are written with */
  readonly organizations: Readonly<Record<string, string>>;
}

/** A provider as the configuration describes it. */
export type SignInClient = OidcClient | GithubClient;

/** Team names of the organization's file, with the id that a provider knows each by. */
export type TeamIds = ReadonlyMap<string, string>;

/** What a provider said of a person who was there. */
export interface Proven {
  /** the immutable id; the same person has the same one for ever */
  readonly providerId: string;
  readonly name: string;
  /** ids, of those asked about, of the teams that the person is in */
  readonly teams: readonly string[];
  /** when the provider last saw the person prove who they are; undefined where it does not say */
  readonly authenticatedAt: Millis | undefined;
  /** what the provider is asked again with; kept sealed, and only as long as the session */
  readonly token: { readonly value: Secret; readonly expiresAt: Millis } | undefined;
}

/** What the broker made up for one attempt; the browser brings it back sealed. */
export interface AttemptProof {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  /** set where the person must prove anew who they are */
  readonly freshSince: Millis | undefined;
}

export interface SignInProvider {
  /** in the configuration and in addresses */
  readonly name: string;
  readonly kind: 'github' | 'oidc' | 'demo';
  readonly title: string;
  /** under which name its ids are kept: for GitHub that of the issuer whose jobs have the same ids */
  readonly identityProvider: string;
  /** whether it can make a person prove anew who they are */
  readonly stepsUp: boolean;
  /** Where the browser goes. */
  begin(attempt: AttemptProof): Promise<string>;
  /** What the browser came back with, checked; `teams` are those to ask about. */
  finish(callback: URL, attempt: AttemptProof, teams: TeamIds): Promise<Proven>;
  /** Membership, asked again: ids of the teams that the person is in now; a new one may only count from the next sign-in on. */
  confirm(known: KnownPerson, teams: TeamIds): Promise<readonly string[]>;
}

/** A person as a session remembers what the provider said. */
export interface KnownPerson {
  readonly providerId: string;
  readonly teams: readonly string[];
  readonly askedAt: Millis;
  readonly token: { readonly value: Secret; readonly expiresAt: Millis } | undefined;
}
