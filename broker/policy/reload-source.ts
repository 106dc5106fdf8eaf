// Puts the policies of a directory in force: whole or not at all. Each changed document is an entry of its own; a refused
// directory is one too, and the last good policy stays in force.
import type { Append } from '../log/append.ts';
import type { StoredDocument } from '../store/policies.ts';
import type { Store, Transaction } from '../store/store.ts';
import type { Finding } from '../strict-yaml.ts';
import { loadPolicy, type PolicyContext, type PolicyDocument, setDigest } from './load-policy.ts';

export interface ReloadDeps {
  readonly store: Store;
  readonly append: Append;
  readonly context: PolicyContext;
}

export type Reloaded =
  | {
      readonly outcome: 'in-force';
      readonly changed: boolean;
      readonly digest: string;
      readonly warnings: readonly Finding[];
    }
  | { readonly outcome: 'refused'; readonly findings: readonly Finding[] };

const REFUSED_SET = 'refused policy set';
const FINDINGS_ON_RECORD = 20;

export async function reloadPolicies(deps: ReloadDeps, documents: readonly PolicyDocument[]): Promise<Reloaded> {
  const loaded = loadPolicy(documents, deps.context);
  if (!loaded.ok) {
    await deps.store.commit((tx) =>
      recordRefusedSet(deps, tx, { digest: setDigest(documents), findings: loaded.findings }),
    );
    return { outcome: 'refused', findings: loaded.findings };
  }
  const { digest } = loaded.policies;
  const changed = await deps.store.commit(async (tx) => {
    const previous = await tx.policies.inForce();
    if (previous?.digest === digest) return false;
    const before = previous === undefined ? [] : await tx.policies.documentsOf(previous.digest);
    await tx.policies.putInForce({ digest, documents: loaded.policies.documents, at: tx.now });
    await tx.meta.set(REFUSED_SET, '');
    await recordChanges(deps, tx, { digest, before, after: loaded.policies.documents });
    return true;
  });
  return { outcome: 'in-force', changed, digest, warnings: loaded.warnings };
}

async function recordRefusedSet(
  deps: ReloadDeps,
  tx: Transaction,
  refused: { digest: string; findings: readonly Finding[] },
): Promise<void> {
  // The same broken directory, loaded again and again, is one event.
  if ((await tx.meta.get(REFUSED_SET)) === refused.digest) return;
  await tx.meta.set(REFUSED_SET, refused.digest);
  const findings = refused.findings
    .slice(0, FINDINGS_ON_RECORD)
    .map((finding) => ({ ...finding, message: finding.message.slice(0, 500) }));
  await deps.append(tx, { type: 'policy.refused', fields: { set_digest: refused.digest, findings } });
}

interface Change {
  readonly digest: string;
  readonly before: readonly StoredDocument[];
  readonly after: readonly StoredDocument[];
}

async function recordChanges(deps: ReloadDeps, tx: Transaction, { digest: set, before, after }: Change): Promise<void> {
  const files = new Set([...before, ...after].map((document) => document.file));
  for (const file of [...files].sort()) {
    const [old, now] = [before, after].map((documents) => documents.find((document) => document.file === file));
    if (old?.digest === now?.digest) continue;
    await appendChange(deps, tx, { file, set, old, now });
  }
}

async function appendChange(
  deps: ReloadDeps,
  tx: Transaction,
  change: { file: string; set: string; old: StoredDocument | undefined; now: StoredDocument | undefined },
): Promise<void> {
  const { file, set, old, now } = change;
  const previous = old?.digest ?? null;
  if (file === deps.context.organizationFile) {
    if (now !== undefined)
      await deps.append(tx, {
        type: 'organization.changed',
        fields: { file, organization_digest: now.digest, previous_digest: previous, set_digest: set },
      });
    return;
  }
  const project = (now ?? old)?.project ?? '';
  await deps.append(tx, {
    type: 'policy.changed',
    fields: { project, file, policy_digest: now?.digest ?? null, previous_digest: previous, set_digest: set },
  });
}
