// Ending a lease of a vault by the login that made it, and when it may be called ended (P8). A vault denies everything to a login that is
// gone, and to one whose entity was disabled, whose policy changed or that asks from another network, while what it made lives on: then
// the lease itself is asked after, by another login of the same entitlement.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Clock } from '../clock.ts';
import type { Grant } from '../model.ts';
import type { UpstreamSystem } from './endpoints.ts';
import { signForEntitlement } from './own-token.ts';
import type { UpstreamRefused } from './provider.ts';
import { isDenied, isUnknownToken, type VaultLogin } from './vault-api.ts';
import { endLogin, type OpenedVault, type SignInDeps } from './vault-sign-in.ts';

const leaseSchema = z.object({
  /** address and namespace of the vault that made it */
  place: z.string(),
  role: z.string(),
  lease: z.string(),
  project: z.string(),
  entitlement: z.string(),
});
const handleSchema = leaseSchema.extend({ upstream: z.string(), token: z.string() });

interface Handle {
  readonly upstream: string;
  readonly token: Secret;
  /** undefined for one that an earlier version wrote */
  readonly made: z.output<typeof leaseSchema> | undefined;
}

interface Made {
  readonly vault: OpenedVault;
  readonly login: VaultLogin;
  readonly lease: string;
  readonly role: string;
  readonly grant: Pick<Grant, 'project' | 'entitlement'>;
}

/** What is kept, sealed, to end a lease by. */
export function newHandle({ vault: { upstream }, login, lease, role, grant }: Made): Secret {
  const { project, entitlement } = grant;
  const made = { place: placeOf(upstream), role, lease, project, entitlement };
  return new Secret(JSON.stringify({ upstream: upstream.name, token: login.token.reveal(), ...made }));
}

const placeOf = ({ url, namespace = '' }: UpstreamSystem): string => `${url} ${namespace}`;

export function readHandle(handle: Secret | undefined): Handle {
  const text = handle?.reveal() ?? '';
  if (text.startsWith('{')) {
    const { upstream, token, ...made } = handleSchema.parse(JSON.parse(text));
    return { upstream, token: new Secret(token), made };
  }
  const [, upstream = '', token = ''] = /^([a-z0-9-]+):(.+)$/s.exec(text) ?? [];
  if (token === '') throw new Error('the lease has nothing that it could be revoked by');
  return { upstream, token: new Secret(token), made: undefined };
}

interface EndDeps extends SignInDeps {
  readonly clock: Clock;
}

interface Ending {
  readonly vault: OpenedVault;
  readonly handle: Handle;
  readonly issuanceId: string;
  readonly signal: AbortSignal;
}

/** @throws Error unless the vault took it, or the lease is gone by its word */
export async function endLease(deps: EndDeps, ending: Ending): Promise<void> {
  const { vault, handle, signal } = ending;
  const denial = await vault.end(handle.token, signal).then(() => undefined, denialOf);
  if (denial === undefined) return;
  const { made } = handle;
  if (made === undefined) throw denial;
  // What this vault does not know may live on at the other.
  if (made.place !== placeOf(vault.upstream))
    throw new Error(`${vault.system} denies it, and the lease was made at another address or in another namespace`, {
      cause: denial,
    });
  if (isUnknownToken(denial)) return;
  const isThere = await isLeaseThere(deps, ending, made).catch((cause: unknown) => {
    throw new Error(`${vault.system} denies the login everything, and does not say whether what it made is gone`, {
      cause,
    });
  });
  if (isThere) throw denial;
}

function denialOf(error: unknown): UpstreamRefused {
  if (isDenied(error)) return error;
  throw error;
}

async function isLeaseThere(
  deps: EndDeps,
  { vault, issuanceId, signal }: Ending,
  { role, lease, project, entitlement }: NonNullable<Handle['made']>,
): Promise<boolean> {
  const { audience, authMount: mount = 'jwt' } = vault.upstream;
  const of = { id: issuanceId, project, entitlement, at: deps.clock.now() };
  const jwt = await signForEntitlement(deps, of, { audience, algorithm: 'ES256' });
  deps.logger.hide(jwt);
  const login = await vault.login({ role, jwt, mount }, signal);
  deps.logger.hide(login.token);
  try {
    return await vault.hasLease(login, lease, signal);
  } finally {
    await endLogin(deps, vault, login);
  }
}
