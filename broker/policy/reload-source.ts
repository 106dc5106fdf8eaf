// Puts the policies of a directory in force: whole or not at all. Each changed document is an entry of its own; a refused
// directory is one too, and the last good policy stays in force.
import { basename } from 'node:path';
import type { Append } from '../log/append.ts';
import type { StoredDocument } from '../store/policies.ts';
import type { Store, Transaction } from '../store/store.ts';
import { type Finding, formatFinding } from '../strict-yaml.ts';
import { organizationWords } from './diff/organization-words.ts';
import { readPolicyDirectory } from './directory-source.ts';
import { lintPolicy } from './lint/lint-policy.ts';
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
      /** how much lint would change in it; `policy check` says what */
      readonly advised: number;
    }
  | { readonly outcome: 'refused'; readonly findings: readonly Finding[] };

/** What an operator's log says of policies that are in force: each warning, and how much else there is to read. */
export function warningLines({ warnings, advised }: Extract<Reloaded, { outcome: 'in-force' }>): readonly string[] {
  const lines = warnings.map((warning) => `policy: ${formatFinding(warning)}`);
  // What could be better is for those who write policies, who see it before it is merged; at every start it would be noise.
  if (advised === 0) return lines;
  return [...lines, `policy: findings of lint: ${advised}; \`buildpass policy check\` says what to change`];
}

const REFUSED_SET = 'refused policy set';
const FINDINGS_ON_RECORD = 20;

export async function reloadPolicies(deps: ReloadDeps, directory: string): Promise<Reloaded> {
  const read = await readOrRefuse(directory);
  if ('finding' in read) return refuse(deps, { digest: null, findings: [read.finding] });
  const loaded = loadPolicy(read.documents, deps.context);
  if (!loaded.ok) return refuse(deps, { digest: setDigest(read.documents), findings: loaded.findings });
  const { digest } = loaded.policies;
  const changed = await deps.store.commit(async (tx) => {
    const previous = await tx.policies.inForce();
    // After a good load a refusal is news again, also where it is of the same files as the last one.
    if (((await tx.meta.get(REFUSED_SET)) ?? '') !== '') await tx.meta.set(REFUSED_SET, '');
    if (previous?.digest === digest) return false;
    const before = previous === undefined ? [] : await tx.policies.documentsOf(previous.digest);
    await tx.policies.putInForce({ digest, documents: loaded.policies.documents, at: tx.now });
    await recordChanges(deps, tx, { digest, before, after: loaded.policies.documents });
    return true;
  });
  const { findings, leftOut } = lintPolicy(loaded.policies, deps.context);
  return { outcome: 'in-force', changed, digest, warnings: loaded.warnings, advised: findings.length + leftOut };
}

/** What cannot be read is refused like what cannot be loaded: the last good policy stays in force, and it is on record. */
async function readOrRefuse(
  directory: string,
): Promise<{ documents: readonly PolicyDocument[] } | { finding: Finding }> {
  try {
    return { documents: await readPolicyDirectory(directory) };
  } catch (error) {
    return { finding: { file: basename(directory), line: 1, column: 1, key: '', message: (error as Error).message } };
  }
}

interface RefusedSet {
  /** null where the directory could not even be read */
  readonly digest: string | null;
  readonly findings: readonly Finding[];
}

async function refuse(deps: ReloadDeps, refused: RefusedSet): Promise<Reloaded> {
  await deps.store.commit((tx) => recordRefusedSet(deps, tx, refused));
  return { outcome: 'refused', findings: refused.findings };
}

async function recordRefusedSet(deps: ReloadDeps, tx: Transaction, { digest, findings }: RefusedSet): Promise<void> {
  const recorded = findings.slice(0, FINDINGS_ON_RECORD).map((finding) => ({
    ...finding,
    key: shortened(finding.key),
    message: shortened(finding.message),
  }));
  // The same broken directory, loaded again and again, is one event.
  const event = digest ?? JSON.stringify(recorded);
  if ((await tx.meta.get(REFUSED_SET)) === event) return;
  await tx.meta.set(REFUSED_SET, event);
  await deps.append(tx, { type: 'policy.refused', fields: { set_digest: digest, findings: recorded } });
}

/** A cut may halve a pair of surrogates, and half a character cannot be written down. */
const shortened = (text: string): string => text.slice(0, 500).toWellFormed();

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
        fields: {
          ...{ file, organization_digest: now.digest, previous_digest: previous, set_digest: set },
          ...(old === undefined ? {} : organizationWords(old.text, now.text)),
        },
      });
    return;
  }
  const project = (now ?? old)?.project ?? '';
  await deps.append(tx, {
    type: 'policy.changed',
    fields: { project, file, policy_digest: now?.digest ?? null, previous_digest: previous, set_digest: set },
  });
}
