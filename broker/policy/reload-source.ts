// Puts the policies of a directory in force: whole or not at all. Each changed document is an entry of its own; a refused
// directory is one too, and the last good policy stays in force.
import { basename } from 'node:path';
import type { Append } from '../log/append.ts';
import type { Member } from '../store/policies.ts';
import type { Store, Transaction } from '../store/store.ts';
import { type Finding, formatFinding } from '../yaml/strict-yaml.ts';
import { type OrganizationWords, wordsBetween } from './diff/organization-words.ts';
import { type Deployed, readDeployed } from './directory-source.ts';
import { lintPolicy } from './lint/lint-policy.ts';
import type { PolicyContext, PolicyDocument, PolicySet } from './load-policy.ts';
import type { OrganizationDocument } from './organization-document.ts';
import { type Packed, type ParsedFile, unpack } from './policy-file.ts';
import type { Loaded, LoaderDeps, PolicyLoader } from './policy-loader.ts';
import type { SetMember, TextedSet } from './policy-set.ts';
import { stageDocuments } from './stage-documents.ts';

export interface ReloadDeps extends LoaderDeps {
  readonly store: Store;
  readonly append: Append;
  readonly context: PolicyContext;
  readonly loader: PolicyLoader;
  /** base name of the file in the directory that says which commit it is of; undefined where none has to */
  readonly commitFile?: string | undefined;
  /** has the compiled set at hand before the row names it */
  readonly keep: (policies: PolicySet) => void;
}

export type Reloaded =
  | {
      readonly outcome: 'in-force';
      readonly changed: boolean;
      readonly digest: string;
      readonly warnings: readonly Finding[];
      /** how much lint would change in it, where that was looked at; `policy check` says what */
      readonly advised: number | undefined;
    }
  | { readonly outcome: 'refused'; readonly findings: readonly Finding[] };

/** What an operator's log says of policies that are in force: each warning, and how much else there is to read. */
export function warningLines({ warnings }: Extract<Reloaded, { outcome: 'in-force' }>): readonly string[] {
  return warnings.map((warning) => `policy: ${formatFinding(warning)}`);
}

/** What could be better is for those who write policies, who see it before it is merged; at every start it would be noise. */
export function adviceLine({ advised = 0 }: Extract<Reloaded, { outcome: 'in-force' }>): string | undefined {
  return advised === 0
    ? undefined
    : `policy: findings of lint: ${advised}; \`buildpass policy check\` says what to change`;
}

const REFUSED_SET = 'refused policy set';
const FINDINGS_ON_RECORD = 20;

export async function reloadPolicies(deps: ReloadDeps, directory: string): Promise<Reloaded> {
  const read = await readAndLoad(deps, directory);
  if ('finding' in read) return refuse(deps, { digest: null, findings: [read.finding] });
  const { loaded, documents, commit } = read;
  const { digest } = loaded;
  if (!loaded.ok) return refuse(deps, { digest, findings: loaded.findings });
  deps.keep({ ...loaded.policies, commit });
  const textOf = new Map(documents.map(({ file, text }) => [file, text]));
  const policies = { ...loaded.policies, documents: withTexts(loaded.policies.documents, textOf) };
  const changed = await putInForce(deps, policies);
  return { outcome: 'in-force', changed, digest, warnings: loaded.warnings, advised: adviceOn(policies, deps.context) };
}

async function putInForce(deps: ReloadDeps, { digest, documents }: TextedSet): Promise<boolean> {
  const before = await deps.store.read(membersInForce);
  const words = await organizationChange(deps, before, documents);
  const isNew = changesBetween(before, documents).flatMap(({ now }) => now ?? []);
  const toKeep = await stageDocuments(deps, digest, isNew);
  return deps.store.commit(async (tx) => {
    const previous = await tx.policies.inForce();
    // After a good load a refusal is news again, also where it is of the same files as the last one.
    if (((await tx.meta.get(REFUSED_SET)) ?? '') !== '') await tx.meta.set(REFUSED_SET, '');
    if (previous?.digest === digest) return false;
    const changes = changesBetween(await membersInForce(tx), documents);
    await tx.policies.keep(toKeep, tx.now);
    await tx.policies.putInForce({ digest, members: documents, at: tx.now });
    await recordChanges(deps, tx, { set: digest, changes, words });
    return true;
  });
}

async function membersInForce(tx: Transaction): Promise<readonly Member[]> {
  const row = await tx.policies.inForce();
  return row === undefined ? [] : tx.policies.membersOf(row.digest);
}

const withTexts = (members: readonly SetMember[], textOf: ReadonlyMap<string, string>): TextedSet['documents'] =>
  members.map((member) => ({ ...member, text: textOf.get(member.file) as string }));

/** Characters. Lint reads every file once more, on this thread: of more than these somebody would notice. */
const LINTED_HERE = 16 * 1024;

function adviceOn(policies: TextedSet, context: PolicyContext): number | undefined {
  if (policies.documents.reduce((sum, { text }) => sum + text.length, 0) > LINTED_HERE) return undefined;
  const { findings, leftOut } = lintPolicy(policies, context);
  return findings.length + leftOut;
}

/** What cannot be read is refused like what cannot be loaded: the last good policy stays in force, and it is on record. */
async function readAndLoad(
  { loader, breathe, commitFile }: ReloadDeps,
  directory: string,
): Promise<(Deployed & { loaded: Loaded }) | { finding: Finding }> {
  try {
    const deployed = await readDeployed(directory, { breathe, commitFile });
    return { ...deployed, loaded: await loader.load(deployed.documents) };
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

interface Change<S extends SetMember = SetMember> {
  readonly file: string;
  readonly old: Member | undefined;
  readonly now: S | undefined;
}

/** In the order of the files' names. */
function changesBetween<S extends SetMember>(before: readonly Member[], after: readonly S[]): readonly Change<S>[] {
  const [olds, nows] = [new Map(before.map((one) => [one.file, one])), new Map(after.map((one) => [one.file, one]))];
  return [...new Set([...olds.keys(), ...nows.keys()])]
    .sort()
    .map((file) => ({ file, old: olds.get(file), now: nows.get(file) }))
    .filter(({ old, now }) => old?.digest !== now?.digest);
}

interface Recording {
  readonly set: string;
  readonly changes: readonly Change[];
  readonly words: OrganizationChange | undefined;
}

/** Entries and row are of one commit, however many files changed; what does not wait for it goes on meanwhile. */
async function recordChanges(deps: ReloadDeps, tx: Transaction, { set, changes, words }: Recording): Promise<void> {
  for (const { file, old, now } of changes) {
    if (file === deps.context.organizationFile) {
      const fields = {
        file,
        organization_digest: (now as SetMember).digest,
        previous_digest: old?.digest ?? null,
        set_digest: set,
      };
      await deps.append(tx, { type: 'organization.changed', fields: { ...fields, ...wordsSince(old, words) } });
    } else {
      // None, where what is gone was the organization's file under a name that the configuration no longer gives.
      const { project = '' } = now ?? (await tx.policies.documentOf(old as Member));
      const digests = { policy_digest: now?.digest ?? null, previous_digest: old?.digest ?? null, set_digest: set };
      await deps.append(tx, { type: 'policy.changed', fields: { project, file, ...digests } });
    }
    await deps.breathe();
  }
}

interface OrganizationChange {
  /** digest of what was in force before */
  readonly since: string;
  readonly words: OrganizationWords;
}

/** Nobody else writes policies; if somebody did, all that is known is that these words are about something else. */
const wordsSince = (old: Member | undefined, change: OrganizationChange | undefined): OrganizationWords =>
  old === undefined ? {} : change?.since === old.digest ? change.words : wordsBetween(undefined, undefined);

/** Found before the transaction, and where files are parsed: in it, everybody would wait for that. */
async function organizationChange(
  { store, context, parseAll }: ReloadDeps,
  before: readonly Member[],
  documents: readonly PolicyDocument[],
): Promise<OrganizationChange | undefined> {
  const isIt = ({ file }: { readonly file: string }): boolean => file === context.organizationFile;
  const [member, now] = [before.find(isIt), documents.find(isIt) as PolicyDocument];
  const old = member && (await store.read((tx) => tx.policies.documentOf(member)));
  if (old === undefined || old.text === now.text) return undefined;
  const texts = [old.text, now.text].map(
    (text) => ({ kind: 'organization', file: context.organizationFile, text }) as const,
  );
  const packed = await Promise.all(parseAll(texts));
  const [earlier, later] = packed.map((one) => unpack(one as Packed<OrganizationDocument>)).map(documentIn);
  return { since: old.digest, words: wordsBetween(earlier, later) };
}

const documentIn = (parsed: ParsedFile<OrganizationDocument>): OrganizationDocument | undefined =>
  parsed.ok ? parsed.value : undefined;
