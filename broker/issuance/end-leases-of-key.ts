// Ends every live lease of what one of the broker's own keys signed, some at a time so that no transaction grows long. The
// credentials themselves die at their end, or with the trust in the key: each entry says so (P8).
import type { KeyState } from '../store/signing-keys.ts';
import { endLease, type LeaseDeps, leaseFields } from './leases.ts';
import { isoTimeOrNull } from './steps.ts';

const AT_ONCE = 100;

export interface EndedLease {
  readonly lease_id: string;
  readonly issuance_id: string;
  readonly project: string;
  readonly entitlement: string;
  readonly upstream_expires_at: string | null;
}

type EndDeps = Pick<LeaseDeps, 'store' | 'append' | 'entropy'>;

/** Only of a key that was withdrawn: nothing is issued under it any more, so that there is an end to it. */
export async function endLeasesOfKey(deps: EndDeps, keyId: string): Promise<readonly EndedLease[]> {
  const ended: EndedLease[] = [];
  for (;;) {
    const some = await endSome(deps, keyId);
    ended.push(...some);
    if (some.length < AT_ONCE) return ended;
  }
}

const WITHDRAWN: KeyState = 'withdrawn';

function endSome(deps: EndDeps, keyId: string): Promise<readonly EndedLease[]> {
  return deps.store.commit(async (tx) => {
    if ((await tx.signingKeys.stateOf(keyId)) !== WITHDRAWN) return [];
    const ended: EndedLease[] = [];
    for (const lease of await tx.leases.liveOfKey(keyId, AT_ONCE)) {
      await endLease(deps, tx, { lease, state: 'ended' });
      const upstream_expires_at = isoTimeOrNull(lease.upstream_expires_at);
      const fields = { ...(await leaseFields(tx, lease)), revocation: lease.revocation, upstream_expires_at };
      await deps.append(tx, { type: 'lease.ended', fields: { ...fields, because: 'key-compromised', key_id: keyId } });
      const { lease_id, issuance_id, project, entitlement } = fields;
      ended.push({ lease_id, issuance_id, project, entitlement, upstream_expires_at });
    }
    return ended;
  });
}
