// A grant for a push to main, and keys that sign for it, with whatever a test wants to be different.
import { systemEntropy } from '../../broker/clock.ts';
import { keyEncryptionKey, openSigningKeys, type SigningKeys } from '../../broker/keys/signing-keys.ts';
import type { Grant } from '../../broker/model.ts';
import { buildKeyRows } from './build-keys.ts';
import { buildSubject } from './build-subject.ts';

export const buildGrant = (changes: Partial<Grant> = {}): Grant => ({
  ...{ id: 'grt_1', issuanceId: 'iss_1', requestId: 'req_1', leaseId: 'lse_1' },
  subject: buildSubject({ environment: 'production' }),
  ...{ project: 'shop', entitlement: 'deploy', rule: 0, policyDigest: 'digest', ttl: 900 },
  ...{ assurance: 'automated', approvals: [], approvedBy: [], issuedAt: Date.now() },
  ...changes,
});

let keys: SigningKeys | undefined;

/** The same for a whole test file: an RSA key takes half a second to make. */
export function buildKeys(): SigningKeys {
  const sealing = keyEncryptionKey(Buffer.alloc(32), systemEntropy);
  keys ??= openSigningKeys(buildKeyRows(sealing, 0), sealing);
  return keys;
}
