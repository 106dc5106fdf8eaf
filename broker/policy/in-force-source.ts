// The policy in force, read from the store inside the transaction that decides or issues: one row says which set it is (P2).
// Sets are compiled outside of transactions: by the reload that puts them in force, or by `follow`, for a row that another wrote.
import { BrokerError, StartRefused } from '../errors.ts';
import type { Store, Transaction } from '../store/store.ts';
import { formatFinding } from '../yaml/strict-yaml.ts';
import type { PolicySet } from './load-policy.ts';
import type { PolicyLoader } from './policy-loader.ts';

/** @throws BrokerError POLICY_LOADING where the row names a set that is not compiled here yet */
export type InForce = (tx: Transaction) => Promise<PolicySet>;

export interface PoliciesInForce {
  readonly inForce: InForce;
  /** Has a set at hand from now on. What is in force is the row's to say. */
  readonly keep: (policies: PolicySet) => void;
  /**
   * Compiles what the row names, where that is not at hand.
   * @throws StartRefused where no policy is in force, or it does not load under the present configuration
   */
  readonly follow: (store: Store) => Promise<void>;
}

export function createPoliciesInForce({ load }: PolicyLoader): PoliciesInForce {
  const compiled = new Map<string, PolicySet>();
  let inUse: string | undefined;
  /** Beside the one in force only the newest: memory must not grow with every change. */
  const keep = (policies: PolicySet): void => {
    for (const digest of compiled.keys()) if (digest !== inUse) compiled.delete(digest);
    compiled.set(policies.digest, policies);
  };
  return {
    keep,
    async inForce(tx) {
      const row = await tx.policies.inForce();
      const known = row === undefined ? undefined : compiled.get(row.digest);
      if (known === undefined) throw loading();
      inUse = known.digest;
      return known;
    },
    async follow(store) {
      const row = await store.read((tx) => tx.policies.inForce());
      if (row === undefined) throw new StartRefused('no policy is in force: load one first');
      if (compiled.has(row.digest)) return;
      const loaded = await load(await store.read((tx) => tx.policies.documentsOf(row.digest)));
      if (!loaded.ok)
        throw new StartRefused(
          `the policy in force no longer loads:\n${loaded.findings.map(formatFinding).join('\n')}`,
        );
      keep(loaded.policies);
    },
  };
}

const loading = (): BrokerError =>
  new BrokerError('POLICY_LOADING', 'The policies in force are being loaded here. Nothing was decided; ask again.', {
    retryAfter: 5,
  });
