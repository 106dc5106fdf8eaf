// Loads policies again and again: what was read and compiled of a file is known by its digest, so that a change of one file costs
// that file. Gives what `loadPolicy` gives of the same documents, and lets others have the thread at every turn.
import { policySetDigest, textDigest } from '../../shared/log-digests.ts';
import { assembleSet, type LoadResult } from './assemble-set.ts';
import {
  type CompiledProject,
  compiledUnder,
  compileFile,
  type PolicyContext,
  type ReadProject,
  readProject,
} from './compile-file.ts';
import type { ProjectDocument } from './document.ts';
import { filesOf } from './load-policy.ts';
import { type CheckedOrganization, checkOrganization, type Organization } from './organization.ts';
import type { OrganizationDocument } from './organization-document.ts';
import { type Packed, type ParsedFile, type PolicyFile, unpack } from './policy-file.ts';
import type { PolicyDocument } from './policy-set.ts';
import { type Breathe, inTurns } from './steps.ts';

export interface PolicyLoader {
  /** One at a time: of two loads the later one waits. */
  load(documents: readonly PolicyDocument[]): Promise<Loaded>;
}

/** With the digest of the set, whether it loads or not. */
export type Loaded = LoadResult & { readonly digest: string };

export interface LoaderDeps {
  /** `parseFile` of each, wherever it is done */
  readonly parseAll: (files: readonly PolicyFile[]) => readonly Promise<Packed>[];
  readonly breathe: Breathe;
}

/** What is kept of a file. Packed it takes little, and a change of the organization's file may ask for it again. */
interface KnownFile {
  readonly packed: Promise<Packed>;
  read?: ReadProject;
  checked?: CheckedOrganization;
  compiled?: { readonly under: string; readonly result: CompiledProject };
}

interface DigestedFile extends PolicyFile {
  readonly digest: string;
  readonly known: KnownFile;
}

export function createPolicyLoader(context: PolicyContext, deps: LoaderDeps): PolicyLoader {
  /** of the last load, and of the last that was good: what is mended is mostly put back */
  let [last, lastGood]: [KnownFiles, KnownFiles] = [new Map(), new Map()];
  let turn: Promise<unknown> = Promise.resolve();
  const load = async (documents: readonly PolicyDocument[]): Promise<Loaded> => {
    const files = await knownOrParsed(filesOf(documents, context), new Map([...lastGood, ...last]), deps);
    const result = await loadFiles(files, context, deps);
    last = new Map(files.map((file) => [keyOf(file), file.known]));
    if (result.ok) lastGood = last;
    return { ...result, digest: policySetDigest(files) };
  };
  return {
    load(documents) {
      const mine = turn.then(() => load(documents));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

type KnownFiles = ReadonlyMap<string, KnownFile>;

/** The file's name is in what is found about it. */
const keyOf = ({ kind, file, digest }: Omit<DigestedFile, 'known'>): string => `${kind} ${digest} ${file}`;

async function knownOrParsed(
  files: readonly PolicyFile[],
  known: KnownFiles,
  { parseAll, breathe }: LoaderDeps,
): Promise<readonly DigestedFile[]> {
  const digested: Omit<DigestedFile, 'known'>[] = [];
  for (const file of files) {
    digested.push({ ...file, digest: textDigest(file.text) });
    await breathe();
  }
  const unknown = digested.filter((file) => !known.has(keyOf(file)));
  const parsing = parseAll(unknown);
  // Who waits for one of them first does not leave the others' failures without anybody.
  void Promise.allSettled(parsing);
  const parsed = new Map(unknown.map((file, at) => [keyOf(file), { packed: parsing[at] as Promise<Packed> }]));
  return digested.map((file) => {
    const key = keyOf(file);
    return { ...file, known: known.get(key) ?? (parsed.get(key) as KnownFile) };
  });
}

async function loadFiles(
  files: readonly DigestedFile[],
  context: PolicyContext,
  { breathe }: LoaderDeps,
): Promise<LoadResult> {
  const ofOrganization = files.find(({ kind }) => kind === 'organization');
  const checked = await checkedOrganization(ofOrganization, context);
  const under = { organization: checked.organization, context, breathe };
  const [read, compiled]: [ReadProject[], CompiledProject[]] = [[], []];
  for (const file of files) {
    if (file === ofOrganization) continue;
    const { project, result } = await readAndCompiled(file, under);
    read.push(project);
    if (result !== undefined) compiled.push(result);
    await breathe();
  }
  return assembleSet({ context, checked, organizationDigest: ofOrganization?.digest, read, compiled });
}

async function checkedOrganization(
  file: DigestedFile | undefined,
  { organizationFile, kinds, people }: PolicyContext,
): Promise<CheckedOrganization> {
  const options = { file: organizationFile, kinds, people };
  if (file === undefined) return checkOrganization(undefined, options);
  file.known.checked ??= checkOrganization(unpack((await file.known.packed) as Packed<OrganizationDocument>), options);
  return file.known.checked;
}

interface Under {
  readonly organization: Organization | undefined;
  readonly context: PolicyContext;
  readonly breathe: Breathe;
}

async function readAndCompiled(
  file: DigestedFile,
  { organization, context, breathe }: Under,
): Promise<{ project: ReadProject; result?: CompiledProject }> {
  const { known } = file;
  const parsed = unpackedOnce((await known.packed) as Packed<ProjectDocument>);
  known.read ??= readProject(file, parsed());
  const project = known.read;
  if (!project.ok || organization === undefined) return { project };
  const under = compiledUnder(organization, project);
  if (known.compiled?.under === under) return { project, result: known.compiled.result };
  const document = parsed() as Extract<ParsedFile<ProjectDocument>, { ok: true }>;
  const result = await inTurns(compileFile(file, document, { organization, context }), breathe);
  // An error may speak of what else stands in the organization's file, which `under` does not say.
  if (result.errors.length === 0) known.compiled = { under, result };
  return { project, result };
}

/** Where it is asked for, and then once. */
function unpackedOnce<T>(packed: Packed<T>): () => ParsedFile<T> {
  let unpacked: ParsedFile<T> | undefined;
  return () => {
    unpacked ??= unpack(packed);
    return unpacked;
  };
}
