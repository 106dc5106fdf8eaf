// The calls to a HashiCorp Vault or an OpenBao that a secret takes: sign in by JWT, ask one path, end the login. A login never leaves
// the broker; what the vault answers is checked before anything in it is believed.
import { z } from 'zod';
import { Secret } from '../../shared/secret.ts';
import type { Seconds } from '../clock.ts';
import type { UpstreamFetch } from '../upstream/fetch.ts';
import type { UpstreamSystem } from './endpoints.ts';
import { UpstreamRefused } from './provider.ts';
import { callUpstream, type UpstreamCall } from './upstream-http.ts';

/** The token that the broker has there for this one issuance. Ending it ends every lease that was made with it. */
export interface VaultLogin {
  readonly token: Secret;
  readonly lifetime: Seconds;
  /** whose rights it has, by name */
  readonly policies: readonly string[];
  /** why nothing may be done with it, as the end of a sentence about its role */
  readonly unfit: string | undefined;
  /** why nothing with a lease may be made with it */
  readonly unfitForLeases: string | undefined;
}

const loginAnswer = z.object({
  auth: z.object({
    client_token: z.string().min(1).max(4096),
    policies: z.array(z.string()).nullish(),
    lease_duration: z.int().min(0),
    token_type: z.string().optional(),
    num_uses: z.int().optional(),
  }),
});

const secondFactorAnswer = z.object({ auth: z.object({ mfa_requirement: z.object({}).loose() }) });

const secretAnswer = z.object({
  request_id: z.string().max(200).optional(),
  lease_id: z.string(),
  lease_duration: z.int(),
  data: z.record(z.string(), z.unknown()).nullable(),
  wrap_info: z.unknown().optional(),
  auth: z.unknown().optional(),
});
export type SecretAnswer = z.output<typeof secretAnswer>;

export interface Vault {
  /** as the start of a sentence */
  readonly system: string;
  login(
    ask: { readonly role: string; readonly jwt: Secret; readonly mount: string },
    signal: AbortSignal,
  ): Promise<VaultLogin>;
  /** Whether the login may end itself. */
  endsItself(login: VaultLogin, signal: AbortSignal): Promise<boolean>;
  /** Reads the path, or POSTs the request to it. */
  secret(
    login: VaultLogin,
    ask: { readonly path: string; readonly request?: object | undefined },
    signal: AbortSignal,
  ): Promise<SecretAnswer>;
  end(token: Secret, signal: AbortSignal): Promise<void>;
  /** Whether what was made is there still. Asked by any login that may: it has to know the name of the lease. */
  hasLease(login: VaultLogin, lease: string, signal: AbortSignal): Promise<boolean>;
}

type Call = Pick<UpstreamCall, 'method' | 'body' | 'signal'> & { readonly token?: Secret };

export function openVault(ask: UpstreamFetch, { name, url, namespace }: UpstreamSystem): Vault {
  const system = `The vault "${name}"`;
  const call = async (path: string, { token, ...rest }: Call) => {
    const headers = {
      // What a proxy of the vault may want to see, because no page in a browser can send it.
      'x-vault-request': 'true',
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      ...(token === undefined ? {} : { 'x-vault-token': token.reveal() }),
    };
    return callUpstream(ask, { system, url: `${url}/v1/${path}`, headers, reasonOf, ...rest });
  };
  const parsed = <T>(schema: z.ZodType<T>, json: unknown): T => {
    const checked = schema.safeParse(json);
    // Without zod's report, which would repeat what was there.
    if (!checked.success) throw new Error(`${system} gave an answer of another form`);
    return checked.data;
  };
  return {
    system,
    async login({ role, jwt, mount }, signal) {
      const { json } = await call(`auth/${mount}/login`, { body: { role, jwt: jwt.reveal() }, signal });
      if (secondFactorAnswer.safeParse(json).success)
        throw new UpstreamRefused(
          `${system} wants a second factor for the role "${role}", which a program does not have`,
        );
      const { auth } = parsed(loginAnswer, json);
      const { client_token: token, lease_duration: lifetime, policies } = auth;
      return { token: new Secret(token), lifetime, policies: policies ?? [], ...fitnessOf(auth) };
    },
    async endsItself({ token }, signal) {
      const body = { paths: [REVOKE_SELF] };
      const { json } = await call('sys/capabilities-self', { token, body, signal });
      const { data } = parsed(capabilitiesAnswer, json);
      return data[REVOKE_SELF]?.includes('update') === true;
    },
    async secret({ token }, { path, request }, signal) {
      const how = request === undefined ? ({ method: 'GET' } as const) : { body: request };
      const { json } = await call(path, { token, ...how, signal });
      return parsed(secretAnswer, json);
    },
    async end(token, signal) {
      const { status, json } = await call(REVOKE_SELF, { token, signal });
      // What stands before the vault may answer for it, and that is no word of the vault (P8). It gives a body where it has warnings.
      if (status !== 204) parsed(anyAnswer, json);
    },
    async hasLease({ token }, lease, signal) {
      try {
        const { json } = await call('sys/leases/lookup', { token, body: { lease_id: lease }, signal });
        parsed(leaseAnswer, json);
        return true;
      } catch (error) {
        if (isRefusal(error, 400) && error.message.includes('invalid lease')) return false;
        throw error;
      }
    },
  };
}

const REVOKE_SELF = 'auth/token/revoke-self';

const capabilitiesAnswer = z.object({ data: z.record(z.string(), z.array(z.string())) });

/** Every body of the vault's own has it. */
const anyAnswer = z.object({ request_id: z.string() });

const leaseAnswer = z.object({ data: z.object({ id: z.string() }) });

const isRefusal = (error: unknown, status: number): error is UpstreamRefused =>
  error instanceof UpstreamRefused && error.status === status;

/**
 * Of a token that is gone, or may not do this, or may do nothing from here or for now: one answer for all of them. Others say 403
 * too: a proxy before the vault, a namespace that is locked.
 */
export const isDenied = (error: unknown): error is UpstreamRefused =>
  isRefusal(error, 403) && error.message.includes('permission denied');

/** HashiCorp's adds this where there is no such token, or no more; OpenBao, and Vault before it did, say no more than `isDenied`. */
export const isUnknownToken = (error: UpstreamRefused): boolean => error.message.includes('invalid token');

/** Vault's longest lease, unless it was set up otherwise: a login that outlives it was meant for something else. */
export const LONGEST_LOGIN: Seconds = 2_764_800;

function fitnessOf(auth: z.output<typeof loginAnswer>['auth']): Pick<VaultLogin, 'unfit' | 'unfitForLeases'> {
  const { policies, token_type: type, num_uses: uses = 0, lease_duration: lifetime } = auth;
  const endless = lifetime === 0 || lifetime > LONGEST_LOGIN;
  return {
    unfit:
      policies?.includes('root') === true
        ? 'it gives the policy "root", which may do anything: take it away'
        : endless
          ? 'its tokens live without end or longer than 32 days: set `token_max_ttl`'
          : undefined,
    unfitForLeases:
      type === 'batch'
        ? 'it gives batch tokens, which nobody can revoke: set `token_type=service`'
        : uses > 0
          ? 'it limits the uses of a token, with the last of which a lease would end: set `token_num_uses=0`'
          : undefined,
  };
}

const LONGEST_REASON = 160;
const refusedAnswer = z.object({ errors: z.array(z.string()).nullish(), warnings: z.array(z.string()).nullish() });

/** Vault's own words; where it has nothing at a path, its hints are warnings. */
function reasonOf(body: unknown): string | undefined {
  const { errors, warnings } = refusedAnswer.safeParse(body).data ?? {};
  const words = [...(errors ?? []), ...(warnings ?? [])].join('; ').replace(/^\d+ errors? occurred:/, '');
  return words === '' ? undefined : words.trim().slice(0, LONGEST_REASON);
}
