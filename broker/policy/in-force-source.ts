// The policy in force, read from the store inside the transaction that decides or issues: one row says which set it is.
// Sets are compiled from their stored documents once and kept by digest, so that a replica follows the row by itself.

import { StartRefused } from '../errors.ts';
import type { Transaction } from '../store/store.ts';
import { formatFinding } from '../strict-yaml.ts';
import { loadPolicy, type PolicyContext, type PolicySet } from './load-policy.ts';

/** @throws StartRefused where no policy is in force, or it does not load under the present configuration */
export type InForce = (tx: Transaction) => Promise<PolicySet>;

const KEEP_COMPILED = 4;

export function createInForce(context: PolicyContext): InForce {
  const compiled = new Map<string, PolicySet>();
  return async (tx) => {
    const row = await tx.policies.inForce();
    if (row === undefined) throw new StartRefused('no policy is in force: load one first');
    const known = compiled.get(row.digest);
    if (known !== undefined) return known;
    const policies = compile(await tx.policies.documentsOf(row.digest), context);
    compiled.set(row.digest, policies);
    for (const digest of [...compiled.keys()].slice(0, -KEEP_COMPILED)) compiled.delete(digest);
    return policies;
  };
}

function compile(documents: Parameters<typeof loadPolicy>[0], context: PolicyContext): PolicySet {
  const loaded = loadPolicy(documents, context);
  if (loaded.ok) return loaded.policies;
  throw new StartRefused(`the policy in force no longer loads:\n${loaded.findings.map(formatFinding).join('\n')}`);
}
