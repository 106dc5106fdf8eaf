// What became of an access token of ours, for those it was made for (RFC 7662), and its end for whoever shows it (RFC 7009). A
// signature says until when it was meant to live; only the broker knows that its lease ended before, and whether it ever issued it.
import { Secret } from '../../shared/secret.ts';
import { readOwnJws } from '../keys/own-jws.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { LeaseRow } from '../store/leases.ts';
import type { Store, Tables } from '../store/store.ts';
import { type LeaseDeps, returnLease } from './leases.ts';

export interface OwnTokenDeps {
  readonly store: Pick<Store, 'read'>;
  readonly keys: SigningKeys;
  /** `iss` of what the broker signs */
  readonly issuer: string;
}

interface OwnToken {
  readonly issuanceId: string;
  /** as the log has it */
  readonly fingerprint: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Its claims while it is live and for this audience; undefined for anything else (RFC 7662 §2.2). */
export async function introspect(
  deps: OwnTokenDeps,
  token: string,
  audience: string,
): Promise<OwnToken['claims'] | undefined> {
  const own = ownTokenOf(deps, token);
  if (own?.claims['iss'] !== deps.issuer || own.claims['aud'] !== audience) return undefined;
  const live = await deps.store.read(async (tx) => {
    const lease = await leaseOf(tx, own);
    // A lease ends when its token does, give or take the second that a token counts in.
    if (lease?.state !== 'live' || Number(own.claims['exp']) * 1000 <= tx.now) return false;
    return !(await tx.revocations.isEnding(lease.id));
  });
  return live ? own.claims : undefined;
}

/**
 * Whoever holds it may end it, whatever the issuer was called when it was signed, and nobody learns whether there was anything to end
 * (RFC 7009 §2.2).
 */
export async function endOwnToken(deps: OwnTokenDeps & LeaseDeps, token: string): Promise<void> {
  const own = ownTokenOf(deps, token);
  const lease = own && (await deps.store.read((tx) => leaseOf(tx, own)));
  if (lease !== undefined) await returnLease(deps, lease.id, { issuanceId: lease.issuance_id });
}

function ownTokenOf({ keys }: Pick<OwnTokenDeps, 'keys'>, token: string): OwnToken | undefined {
  const read = readOwnJws(keys.published, token);
  const issuanceId = read?.claims['jti'];
  // What we sign for clouds and vaults is another type: it never leaves for a job.
  if (read?.typ !== 'at+jwt' || typeof issuanceId !== 'string') return undefined;
  return { issuanceId, fingerprint: new Secret(token).fingerprint(), claims: read.claims };
}

/** Undefined for what the log does not have as issued: whoever got at a key can sign anything, and know the id of an issuance. */
async function leaseOf(tx: Tables, { issuanceId, fingerprint }: OwnToken): Promise<LeaseRow | undefined> {
  const issuance = await tx.issuances.find(issuanceId);
  if (issuance === undefined) return undefined;
  const entry = await tx.log.issuedEntry(issuance.request_id);
  const issued = JSON.parse(entry?.leaf ?? '{}') as { readonly fingerprint?: string };
  return issued.fingerprint === fingerprint ? tx.leases.find(issuance.lease_id) : undefined;
}
