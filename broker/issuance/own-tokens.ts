// What became of an access token of ours, for those it was made for (RFC 7662), and its end for whoever shows it (RFC 7009). A
// signature says until when it was meant to live; only the broker knows that its lease ended before.
import { readOwnJws } from '../keys/own-jws.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';
import type { Store } from '../store/store.ts';
import { type LeaseDeps, returnLease } from './leases.ts';

export interface OwnTokenDeps {
  readonly store: Pick<Store, 'read'>;
  readonly keys: SigningKeys;
  /** `iss` of what the broker signs */
  readonly issuer: string;
}

interface OwnToken {
  readonly issuanceId: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Its claims while it is live and for this audience; undefined for anything else (RFC 7662 §2.2). */
export async function introspect(
  deps: OwnTokenDeps,
  token: string,
  audience: string,
): Promise<OwnToken['claims'] | undefined> {
  const own = ownTokenOf(deps, token);
  if (own === undefined || own.claims['aud'] !== audience) return undefined;
  const live = await deps.store.read(async (tx) => {
    const issuance = await tx.issuances.find(own.issuanceId);
    const lease = issuance && (await tx.leases.find(issuance.lease_id));
    // A lease ends when its token does, give or take the second that a token counts in.
    if (lease?.state !== 'live' || Number(own.claims['exp']) * 1000 <= tx.now) return false;
    return !(await tx.revocations.isEnding(lease.id));
  });
  return live ? own.claims : undefined;
}

/** Whoever holds it may end it, and nobody learns whether there was anything to end (RFC 7009 §2.2). */
export async function endOwnToken(deps: OwnTokenDeps & LeaseDeps, token: string): Promise<void> {
  const own = ownTokenOf(deps, token);
  const issuance = own && (await deps.store.read((tx) => tx.issuances.find(own.issuanceId)));
  if (issuance !== undefined) await returnLease(deps, issuance.lease_id, { issuanceId: issuance.id });
}

function ownTokenOf({ keys, issuer }: OwnTokenDeps, token: string): OwnToken | undefined {
  const read = readOwnJws(keys.published, token);
  const issuanceId = read?.claims['jti'];
  // What we sign for clouds and vaults is another type: it never leaves for a job.
  if (read?.typ !== 'at+jwt' || read.claims['iss'] !== issuer || typeof issuanceId !== 'string') return undefined;
  return { issuanceId, claims: read.claims };
}
