// A decoy at a vault: a login that should be refused, by its subject or by another claim that only a job has. One that succeeds is ended
// at once, and nothing is asked for with it.
import type { DecoyTaker, Shown } from '../decoy.ts';
import { signDecoy, subjectOf } from './own-token.ts';
import { UpstreamRefused } from './provider.ts';
import { LONGEST_LOGIN } from './vault-api.ts';
import { endLogin, type MustBeThere, type OpenedVault, type SignInDeps, whatMustBeThere } from './vault-sign-in.ts';

interface SignsIn {
  readonly upstream: string;
  readonly role: string;
}

/** Its words for a subject or a claim that is not bound, as HashiCorp's `cap` and its plugin have them, and as they had them before. */
const BOUND_SUBJECT = /invalid subject \(sub\) claim|sub claim does not match bound subject/;
const BOUND_CLAIMS = /claim .{1,200} (is missing|does not match any associated bound claim values)/;

export const vaultDecoys = (deps: SignInDeps, named: (upstream: string) => OpenedVault): DecoyTaker => ({
  longestLife: LONGEST_LOGIN,
  targetOf: (given) => {
    const { upstream, role } = given as SignsIn;
    const { system, upstream: known } = named(upstream);
    return { system, target: `the role ${role} at auth/${known.authMount ?? 'jwt'}`, audience: known.audience };
  },
  async show(decoy, given, signal) {
    const { upstream, role } = given as SignsIn;
    const vault = named(upstream);
    const { audience, authMount: mount = 'jwt' } = vault.upstream;
    const jwt = await signDecoy(deps, decoy, { audience, algorithm: 'ES256' });
    deps.logger.hide(jwt);
    const login = await vault.login({ role, jwt, mount }, signal).catch((error: unknown) => {
      if (error instanceof UpstreamRefused && error.status !== undefined) return error;
      throw error;
    });
    const subject = subjectOf(decoy);
    if (login instanceof UpstreamRefused) return refused(login, { role, mount, audience, subject });
    deps.logger.hide(login.token);
    const ended = await endLogin(deps, vault, login);
    return {
      outcome: 'accepted',
      found: `it let a subject sign in that no job has; ${ended ? 'that login is ended again' : 'that login could not be ended'}`,
      next: `write the role "${role}" with \`bound_subject\` "${subject}" and without globs (with others that use it, \`bound_claims\`): \`buildpass trust vault ${decoy.project}/${decoy.entitlement}\` prints it`,
      ...(ended ? {} : { livesUntil: decoy.at + login.lifetime * 1000 }),
    };
  },
});

function refused({ message: found, retryAfter }: UpstreamRefused, asked: MustBeThere): Shown {
  if (BOUND_SUBJECT.test(found))
    return {
      outcome: 'subject-refused',
      found: `${found}. The role is there, and the issuer and the keys are right; a vault looks at the audience after the subject, so of that it says nothing`,
    };
  if (BOUND_CLAIMS.test(found))
    return {
      outcome: 'subject-refused',
      found: `${found}. The role is there, and the issuer, the keys and the audience are right`,
    };
  if (retryAfter !== undefined) return { outcome: 'unclear', found };
  return {
    outcome: 'refused',
    found,
    next: `${whatMustBeThere(asked)}, and the vault must reach the keys of the issuer`,
  };
}
