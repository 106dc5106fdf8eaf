// Verifies the whole log of a store, and the rows beside it, and returns its entries: after every story, nothing may be wrong.
import { expect } from 'vitest';
import { verifyStore } from '../../broker/log/verify-store.ts';
import type { Store } from '../../broker/store/store.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';

export type LoggedEntry = Readonly<Record<string, unknown>> & { readonly type: string; readonly index: number };

export async function checkLog(store: Pick<Store, 'read'>, verifierKey: string): Promise<readonly LoggedEntry[]> {
  return store.read(async (tx) => {
    const report = await verifyStore(tx, { verifiers: [parseVerifierKey(verifierKey)], earlier: [] });
    expect(report.problems).toEqual([]);
    const rows = await tx.log.entries({ start: 0, end: report.size });
    return rows.map((row) => ({ index: row.entry_index, ...JSON.parse(row.leaf) }));
  });
}
