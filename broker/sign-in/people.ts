// Who is signed in, for everybody else: the person behind a request's cookie, and their teams asked again where it matters.
import type { IncomingMessage } from 'node:http';
import type { Entropy } from '../clock.ts';
import { sealingKey } from '../keys/seal.ts';
import type { SignedIn } from '../model.ts';
import type { InForce } from '../policy/in-force-source.ts';
import type { Store } from '../store/store.ts';
import { createProofSealer, parseProofs } from './proofs.ts';
import type { SignInProvider } from './provider.ts';
import { type Cookies, createCookies } from './session-cookie.ts';
import { describe, findSession, type LiveSession, type SessionDeps, signInRequired } from './sessions.ts';
import { type RoleTeams, teamsOfProvider } from './teams.ts';

export interface People extends SessionDeps {
  readonly cookies: Cookies;
  /** The person whose session the request's cookie is of. Asks nobody outside. */
  signedIn(request: IncomingMessage): Promise<LiveSession | undefined>;
  /** The person whose command line has this token. */
  atCommandLine(token: string): Promise<LiveSession | undefined>;
  /**
   * The person with their teams as the providers of the session say them now.
   * @throws BrokerError TEAM_UNCONFIRMED or SIGN_IN_UNAVAILABLE where a provider cannot be asked: what is not certain is no
   */
  confirmTeams(person: SignedIn): Promise<SignedIn>;
}

export interface PeopleOptions {
  readonly url: string;
  readonly store: Store;
  readonly entropy: Entropy;
  readonly policies: InForce;
  readonly providers: readonly SignInProvider[];
  readonly roles: RoleTeams;
  readonly encryptionKey: Buffer;
}

export function createPeople(options: PeopleOptions): People {
  const { url, store, entropy, policies, roles, encryptionKey: secret } = options;
  const sealer = createProofSealer(sealingKey({ secret, salt: '', purpose: 'sign-in tokens' }, entropy));
  const providers = new Map(options.providers.map((provider) => [provider.name, provider]));
  const deps: SessionDeps = { store, entropy, policies, roles, sealer, providers };
  const cookies = createCookies(url);
  return {
    ...deps,
    cookies,
    async signedIn(request) {
      const token = cookies.session.read(request);
      return token === undefined ? undefined : findSession(deps, token, 'browser');
    },
    atCommandLine: (token) => findSession(deps, token, 'command-line'),
    confirmTeams: (person) => confirmTeams(deps, person),
  };
}

async function confirmTeams(deps: SessionDeps, { sessionId }: SignedIn): Promise<SignedIn> {
  const { store, sealer, providers } = deps;
  const { row, teams } = await store.read(async (tx) => ({
    row: await tx.sessions.byId(sessionId),
    teams: (await deps.policies(tx)).teams,
  }));
  if (row === undefined) throw signInRequired();
  const proofs = parseProofs(row.proofs);
  const asked = Object.entries(proofs).map(async ([name, proof]) => {
    const provider = providers.get(name);
    if (provider === undefined) return [];
    const known = sealer.known(proof, { sessionId, provider: name });
    const confirmed = await provider.confirm(known, teamsOfProvider(teams, provider));
    return [[name, { ...proof, teams: [...confirmed] }] as const];
  });
  const answers = Object.fromEntries((await Promise.all(asked)).flat());
  return store.commit(async (tx) => {
    // Meanwhile the session may have ended, or a provider may have been asked by another request, with the same right to be believed.
    const now = await tx.sessions.byId(sessionId);
    if (now === undefined) throw signInRequired();
    const merged = JSON.stringify({ ...parseProofs(now.proofs), ...answers });
    await tx.sessions.saveProofs(sessionId, merged);
    return describe(deps, tx, { ...now, proofs: merged });
  });
}
