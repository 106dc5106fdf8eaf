// Signing in at a vault with the broker's own JWT, and ending that login. A login that could do too much, live too long, or not be ended
// again is used for nothing.
import type { Clock, Millis } from '../clock.ts';
import type { FoundOnce } from '../found-once.ts';
import type { Grant } from '../model.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { UpstreamSystem } from './endpoints.ts';
import { type Signer, signForExchange, subjectOf } from './own-token.ts';
import { SOON, UpstreamRefused } from './provider.ts';
import type { Vault, VaultLogin } from './vault-api.ts';

export interface OpenedVault extends Vault {
  readonly upstream: UpstreamSystem;
  /** what its logins may do, as it said of one */
  readonly rights: FoundOnce;
}

export interface SignInDeps extends Signer {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'hide' | 'warn'>;
}

interface SigningIn {
  readonly vault: OpenedVault;
  readonly grant: Grant;
  readonly role: string;
  readonly signal: AbortSignal;
}

/** Of these the vault's answer is about the role, and about who may have it. */
const ABOUT_THE_ROLE = [400, 403, 404];

/** @throws UpstreamRefused whatever went wrong, but for a deadline: no login, no secret */
export async function signIn(deps: SignInDeps, { vault, grant, role, signal }: SigningIn): Promise<VaultLogin> {
  const { audience, authMount: mount = 'jwt' } = vault.upstream;
  const jwt = await signForExchange(deps, grant, { audience, algorithm: 'ES256' });
  deps.logger.hide(jwt);
  try {
    const login = await vault.login({ role, jwt, mount }, signal);
    deps.logger.hide(login.token);
    return login;
  } catch (error) {
    if (signal.aborted) throw error;
    if (!(error instanceof UpstreamRefused))
      // No login, no secret: here even an unclear answer leaves nothing open.
      throw new UpstreamRefused(`${vault.system} did not let the broker sign in, and may be sealed or standing by`, {
        cause: error,
        retryAfter: SOON,
      });
    if (error.status === undefined || !ABOUT_THE_ROLE.includes(error.status)) throw error;
    const means = whatMustBeThere({ mount, role, audience, subject: subjectOf(grant) });
    throw new UpstreamRefused(`${error.message}; ${means}`, {
      cause: error,
      status: error.status,
      retryAfter: error.retryAfter,
    });
  }
}

export interface MustBeThere {
  readonly mount: string;
  readonly role: string;
  readonly audience: string;
  readonly subject: string;
}

/** The mount too: to whoever has no token a vault says "permission denied" of one that is not there, and nothing else. */
export const whatMustBeThere = ({ mount, role, audience, subject }: MustBeThere): string =>
  `at auth/${mount} must be a JWT auth method, and its role "${role}" must bind the audience "${audience}" and the subject "${subject}"`;

/**
 * P3, P8: what lives longer than was granted must be ended in time, and "revoked" must be true.
 * @throws UpstreamRefused where the login is not fit for what was granted: nothing was asked for yet
 */
export async function requireFit(deps: SignInDeps, signingIn: SigningIn, login: VaultLogin): Promise<void> {
  const { vault, grant, role } = signingIn;
  const unfit = login.unfit ?? (grant.ttl === 'never' ? undefined : await unfitForLeases(deps, signingIn, login));
  if (unfit !== undefined) throw new UpstreamRefused(`${vault.system} has the role "${role}", but ${unfit}`);
}

/** Of a login that was meant for what never dies, and made a lease: false where the vault does not say so. */
export const mayEndItself = (deps: SignInDeps, signingIn: SigningIn, login: VaultLogin): Promise<boolean> =>
  unfitForLeases(deps, signingIn, login).then(
    (unfit) => unfit === undefined,
    () => false,
  );

const MAY_NOT_END =
  'its tokens may not revoke themselves: let them `update` auth/token/revoke-self, sys/capabilities-self and sys/leases/lookup, as the policy `default` does';

/** Rights change seldom, and whoever takes this one away does it to leases that are there already too: those say so (P8). */
const RIGHTS_KNOWN_MS: Millis = 60_000;

async function unfitForLeases(deps: SignInDeps, signingIn: SigningIn, login: VaultLogin): Promise<string | undefined> {
  if (login.unfitForLeases !== undefined) return login.unfitForLeases;
  return (await mayEnd(deps, signingIn, login)) ? undefined : MAY_NOT_END;
}

/** What somebody else asked before is waited for, but not given up with them: their time may be over when ours is not. */
async function mayEnd(deps: SignInDeps, signingIn: SigningIn, login: VaultLogin): Promise<boolean> {
  const { vault, grant, role, signal } = signingIn;
  const rules = { until: (may: boolean) => (may ? deps.clock.now() + RIGHTS_KNOWN_MS : 0), keeps: () => false };
  const whose = JSON.stringify([role, subjectOf(grant), login.policies]);
  let isOurs = false;
  const ask = (): Promise<boolean> => {
    isOurs = true;
    return endsItself(vault, login, signal);
  };
  return vault.rights.get(whose, ask, rules).catch((error: unknown) => {
    if (isOurs || signal.aborted || error instanceof UpstreamRefused) throw error;
    return mayEnd(deps, signingIn, login);
  });
}

/** @throws UpstreamRefused whatever went wrong, but for a deadline */
const endsItself = (vault: Vault, login: VaultLogin, signal: AbortSignal): Promise<boolean> =>
  vault.endsItself(login, signal).catch((error: unknown) => {
    if (error instanceof UpstreamRefused && error.status === 403) return false;
    if (signal.aborted || error instanceof UpstreamRefused) throw error;
    throw new UpstreamRefused(`${vault.system} did not say what its tokens may do`, {
      cause: error,
      retryAfter: SOON,
    });
  });

const END_LOGIN_MS: Millis = 3_000;

/** As well as can be: it dies by itself, and nobody outside the broker has it. True where the vault says that it is ended. */
export async function endLogin({ logger }: SignInDeps, vault: OpenedVault, { token }: VaultLogin): Promise<boolean> {
  const { name: upstream } = vault.upstream;
  return vault.end(token, AbortSignal.timeout(END_LOGIN_MS)).then(
    () => true,
    (error: unknown) => {
      logger.warn('a login at a vault could not be ended; it ends by itself', { upstream, error });
      return false;
    },
  );
}
