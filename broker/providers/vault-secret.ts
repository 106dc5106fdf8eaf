// The `vault-secret` kind: named fields of one path of a HashiCorp Vault or an OpenBao, which trusts the broker's JWT. The broker signs in
// for each issuance. Where a lease was made the login is kept, sealed, to end it by; everywhere else it is ended at once.
import { Secret } from '../../shared/secret.ts';
import type { Clock } from '../clock.ts';
import { createFoundOnce } from '../found-once.ts';
import type { Credential, Grant } from '../model.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { FetchFrom, UpstreamSystem } from './endpoints.ts';
import type { Signer } from './own-token.ts';
import { type CredentialProvider, UpstreamRefused } from './provider.ts';
import { type Ending, endingOf, type Taken, takeValues } from './vault-answer.ts';
import { openVault, type SecretAnswer, type VaultLogin } from './vault-api.ts';
import { vaultDecoys } from './vault-decoy.ts';
import { endLease, newHandle, readHandle } from './vault-lease.ts';
import { endLogin, mayEndItself, type OpenedVault, requireFit, signIn } from './vault-sign-in.ts';

interface VaultSecretParameters {
  readonly upstream: string;
  readonly role: string;
  readonly path: string;
  /** output → field */
  readonly values: Readonly<Record<string, string>>;
  readonly request?: Readonly<Record<string, string>> | undefined;
}

export interface VaultOptions extends Signer {
  readonly clock: Clock;
  readonly upstreams: readonly UpstreamSystem[];
  readonly fetchFrom: FetchFrom;
  readonly logger: Pick<Logger, 'hide' | 'warn'>;
}

/** What one issuance works with. */
interface Asking {
  readonly vault: OpenedVault;
  readonly grant: Grant;
  readonly parameters: VaultSecretParameters;
  readonly signal: AbortSignal;
}

export function vaultSecretProvider(options: VaultOptions): CredentialProvider {
  const vaults = new Map<string, OpenedVault>();
  for (const upstream of options.upstreams.filter(({ kind }) => kind === 'vault'))
    vaults.set(upstream.name, {
      ...openVault(options.fetchFrom(upstream), upstream),
      ...{ upstream, rights: createFoundOnce(options.clock) },
    });
  const named = (upstream: string): OpenedVault => {
    const vault = vaults.get(upstream);
    // The policy loader refuses it.
    if (vault === undefined) throw new UpstreamRefused(`there is no vault "${upstream}" in the configuration`);
    return vault;
  };
  return {
    kind: 'vault-secret',
    acts: 'upstream',
    lifetime: { min: 60, max: 2_764_800 },
    revocation: 'immediate',
    decoys: vaultDecoys(options, named),
    async issue(grant, given, signal) {
      const parameters = given as VaultSecretParameters;
      return issueFrom(options, { vault: named(parameters.upstream), grant, parameters, signal });
    },
    async revoke({ revocationHandle, issuanceId }, signal) {
      const handle = readHandle(revocationHandle);
      options.logger.hide(handle.token);
      const vault = vaults.get(handle.upstream);
      if (vault === undefined) throw new Error(`the vault "${handle.upstream}" is not in the configuration any more`);
      await endLease(options, { vault, handle, issuanceId, signal });
    },
  };
}

async function issueFrom(options: VaultOptions, asking: Asking): Promise<Credential> {
  const { vault, grant, parameters } = asking;
  const { path, request, role } = parameters;
  if (grant.ttl === 'never' && request !== undefined)
    throw new UpstreamRefused(`what is made at "${path}" for a request must end, and the policy says \`ttl: never\``);
  const login = await signIn(options, { ...asking, role });
  const endsAt = options.clock.now() + login.lifetime * 1000;
  try {
    await requireFit(options, { ...asking, role }, login);
    const answer = await askForSecret(asking, login);
    const ending = endingOf(answer, { requested: request !== undefined, now: options.clock.now() });
    const taken = takeValues(answer, parameters.values, [login.token]);
    const credential = credentialOf(asking, { answer, taken, ending });
    if (ending.kind === 'lease') {
      // The vault ends it with the login, so a login that lives shorter is the end.
      const upstreamExpiresAt = Math.min(ending.endsAt, endsAt);
      const revocationHandle = newHandle({ vault, login, lease: answer.lease_id, role, grant });
      const made = { ...credential, upstreamExpiresAt, revocationHandle };
      if (grant.ttl !== 'never' || (await mayEndItself(options, { ...asking, role }, login))) return made;
      // Nobody could revoke it and say so: it goes with the login, if that goes, and is called what it is.
      await endLogin(options, vault, login);
      return { ...credential, upstreamExpiresAt: made.upstreamExpiresAt, revocation: 'at-expiry' };
    }
    await endLogin(options, vault, login);
    return credential;
  } catch (error) {
    // Whatever was made with it, and nobody knows of, ends with it. By a signal of its own: this one may have given up.
    await endLogin(options, vault, login);
    throw error;
  }
}

async function askForSecret({ vault, grant, parameters, signal }: Asking, login: VaultLogin): Promise<SecretAnswer> {
  const { path, role } = parameters;
  // The one bound that a certificate has is the one that is asked for: it is the broker that says it.
  const request = parameters.request === undefined ? undefined : { ...parameters.request, ttl: `${grant.ttl}s` };
  const answer = await vault.secret(login, { path, request }, signal).catch((error: unknown) => {
    if (!(error instanceof UpstreamRefused) || error.status === undefined) throw error;
    const right = `path "${path}" { capabilities = ["${request === undefined ? 'read' : 'update'}"] }`;
    const means =
      error.status === 403 ? `a policy of the role "${role}" must say ${right}` : `that is what it says of "${path}"`;
    const { status, retryAfter } = error;
    throw new UpstreamRefused(`${error.message}; ${means}`, { cause: error, status, retryAfter });
  });
  if ((answer.wrap_info ?? null) !== null || (answer.auth ?? null) !== null)
    throw new UpstreamRefused(`${vault.system} answered at "${path}" with a token or something wrapped, and no secret`);
  return answer;
}

interface Answered {
  readonly answer: SecretAnswer;
  readonly taken: Taken;
  readonly ending: Ending;
}

function credentialOf({ vault, grant, parameters }: Asking, { answer, taken, ending }: Answered): Credential {
  const { path, request } = parameters;
  const { values } = taken;
  const problem = taken.problem ?? endingProblem(grant, ending);
  // What was only read is still where it was: nothing was issued.
  if (problem !== undefined && ending.kind === 'none' && request === undefined)
    throw new UpstreamRefused(`${vault.system} has something at "${path}", but ${problem}`);
  const revealed = Object.entries(values).map(([output, value]) => [output, value.reveal()]);
  return {
    accessToken: new Secret(JSON.stringify(Object.fromEntries(revealed))),
    tokenType: 'N_A',
    issuedTokenType: 'urn:buildpass:token-type:vault-secret',
    values,
    details: { upstream: vault.upstream.name },
    ...endOf(ending, path),
    provenance: { system: vault.upstream.name, ...(answer.request_id ? { id: answer.request_id } : {}) },
    ...(problem === undefined ? {} : { excess: `of what the vault has at "${path}", ${problem}` }),
  };
}

function endOf(ending: Ending, path: string): Pick<Credential, 'upstreamExpiresAt' | 'revocation' | 'keptAt'> {
  if (ending.kind === 'lease') return { upstreamExpiresAt: ending.endsAt };
  if (ending.kind === 'certificate') return { upstreamExpiresAt: ending.endsAt, revocation: 'at-expiry' };
  return { upstreamExpiresAt: null, revocation: 'none', keptAt: { path, version: ending.version } };
}

/** P3 in both directions: who reads the policy must know whether it dies. */
function endingProblem({ ttl }: Grant, ending: Ending): string | undefined {
  if (ending.kind === 'none' && ttl !== 'never')
    return 'it never dies: the policy must say `ttl: never`, and the guardrails allow that in `allow-static`';
  if (ending.kind === 'lease' && !Number.isFinite(ending.endsAt)) return 'it is a lease of no length';
  if (ending.kind !== 'none' && ttl === 'never')
    return 'it ends: the policy must say when, by a `ttl`, instead of `ttl: never`';
  return undefined;
}
