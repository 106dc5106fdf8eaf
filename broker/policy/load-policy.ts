// Loads a policy directory, whole or not at all: every file is read strictly, checked against the organization's and the
// configuration, and compiled for deciding. Pure: the same documents and context give the same result, on any machine.
import { textDigest } from '../../shared/log-digests.ts';
import { assembleSet, type LoadResult } from './assemble-set.ts';
import { compileFile, type PolicyContext, readProject } from './compile-file.ts';
import type { ProjectDocument } from './document.ts';
import { checkOrganization } from './organization.ts';
import type { OrganizationDocument } from './organization-document.ts';
import { type Packed, type PolicyFile, parseFile, unpack } from './policy-file.ts';
import type { PolicyDocument, PolicySet, TextedSet } from './policy-set.ts';
import { atOnce } from './steps.ts';

export type { LoadResult } from './assemble-set.ts';
export type { PolicyContext } from './compile-file.ts';
export { type PolicyDocument, type PolicySet, setDigest, type TeamGroup, type TextedSet } from './policy-set.ts';

/** All at once, on the thread: for a command, and what `createPolicyLoader` is held against. */
export function loadPolicy(documents: readonly PolicyDocument[], context: PolicyContext): LoadResult<TextedSet> {
  const { organizationFile, kinds, people } = context;
  const files = filesOf(documents, context);
  const ofOrganization = files.find(({ kind }) => kind === 'organization');
  const checked = checkOrganization(
    ofOrganization && unpack(parseFile(ofOrganization) as Packed<OrganizationDocument>),
    { file: organizationFile, kinds, people },
  );
  const { organization } = checked;
  const projects = files
    .filter((file) => file !== ofOrganization)
    .map((file) => ({ file: digested(file), parsed: unpack(parseFile(file) as Packed<ProjectDocument>) }));
  const result = assembleSet({
    ...{ context, checked },
    organizationDigest: ofOrganization && textDigest(ofOrganization.text),
    read: projects.map(({ file, parsed }) => readProject(file, parsed)),
    compiled: projects.flatMap(({ file, parsed }) =>
      parsed.ok && organization !== undefined ? [atOnce(compileFile(file, parsed, { organization, context }))] : [],
    ),
  });
  return result.ok ? { ...result, policies: withTexts(result.policies, files) } : result;
}

function withTexts(policies: PolicySet, files: readonly PolicyFile[]): TextedSet {
  const textOf = new Map(files.map(({ file, text }) => [file, text]));
  return {
    ...policies,
    documents: policies.documents.map((one) => ({ ...one, text: textOf.get(one.file) as string })),
  };
}

const digested = (file: PolicyFile): PolicyFile & { digest: string } => ({ ...file, digest: textDigest(file.text) });

/** In the order of their names, of which no two documents of a set have the same. */
export const filesOf = (documents: readonly PolicyDocument[], context: PolicyContext): readonly PolicyFile[] =>
  documents
    .map(({ file, text }): PolicyFile => {
      return { kind: file === context.organizationFile ? 'organization' : 'project', file, text };
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1));
