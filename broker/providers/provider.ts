// The interface of every provider. A provider decides nothing, stores nothing and logs no secret; it refuses an empty scope.
import type { Seconds } from '../clock.ts';
import type { DecoyTaker } from '../decoy.ts';
import type { Credential, Grant, Lease, Revocation } from '../model.ts';

export interface CredentialProvider<Parameters = unknown> {
  /** `credential.kind` in a policy */
  readonly kind: string;
  /** `locally`: signed here, so that nothing leaves before the commit. `upstream`: another system acts. */
  readonly acts: 'locally' | 'upstream';
  /** what the other side can do; equal when it is fixed */
  readonly lifetime: { readonly min: Seconds; readonly max: Seconds };
  /** whether the other side decides how long, whatever TTL was granted; what can be revoked may outlive its TTL there anyhow */
  readonly lifetimeIsTheirs?: true;
  /** what may be promised of a lease */
  readonly revocation: Revocation;
  /**
   * Called at most once for a grant. A failure before which nothing can have been issued is an `UpstreamRefused`; any other
   * error, a time-out too, leaves it open whether the other side acted.
   */
  issue(grant: Grant, parameters: Parameters, signal: AbortSignal): Promise<Credential>;
  /**
   * The same of a provider that acts locally, inside the transaction that decides, so that one commit has all of it: made of the
   * grant alone, on this thread, in about a millisecond. Undefined where somebody else holds the key, or a throw where it cannot:
   * then `issue` is called. A transaction may be run again; what an earlier run made was handed to nobody.
   */
  issueNow?(grant: Grant, parameters: Parameters): Credential | undefined;
  /** Idempotent. */
  revoke?(lease: Lease, signal: AbortSignal): Promise<void>;
  /** Left out where no other system is asked to trust a token of ours. */
  readonly decoys?: DecoyTaker<Parameters>;
}

interface RefusedOptions extends ErrorOptions {
  readonly status?: number | undefined;
  readonly retryAfter?: Seconds | undefined;
}

/** The other side said no: nothing was issued. The message is fit for the job's log. */
export class UpstreamRefused extends Error {
  override readonly name = 'UpstreamRefused';
  /** of the HTTP answer that said so, if one did */
  readonly status: number | undefined;
  /** where it may pass by itself: when the other side may be asked again. Without it somebody has to change something first. */
  readonly retryAfter: Seconds | undefined;

  constructor(message: string, { status, retryAfter, ...options }: RefusedOptions = {}) {
    super(message, options);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** For trouble that passes without anybody's doing, where the other side names no time of its own. */
export const SOON: Seconds = 5;

export type Providers = ReadonlyMap<string, CredentialProvider>;
