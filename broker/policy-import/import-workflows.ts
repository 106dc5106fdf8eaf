// From workflows to a draft: what stored secrets and cloud roles they use, which of them a kind of credential replaces, and the
// policy, the offers and the changes that this would take. Pure; says what it could not read, and what nothing replaces yet.
import { type Access, accessesOf } from './accesses.ts';
import { draftCases } from './draft-cases.ts';
import { type ChangeOptions, changesOf, type JobChange } from './draft-changes.ts';
import { draftOrganization, draftPolicy, entitlementsOf } from './draft-policy.ts';
import { followCalls } from './follow-calls.ts';
import type { LocalActions } from './read-action.ts';
import { readWorkflow, type Workflow } from './read-workflow.ts';
import type { Read } from './read-yaml.ts';
import { type Family, familyOf } from './secret-families.ts';
import { looksSecret } from './secret-literals.ts';
import { type Remark, type SecretUse, usesOf } from './secret-uses.ts';

export interface Imported {
  /** workflows that were read */
  readonly workflows: readonly string[];
  /** of the repository itself, and used by them */
  readonly actions: readonly string[];
  readonly unread: readonly Unread[];
  readonly secrets: readonly (SecretUse & { readonly family: Family })[];
  readonly accesses: readonly Access[];
  readonly literals: readonly Remark[];
  readonly remarks: readonly Remark[];
  /** undefined where there is nothing that a policy could hold */
  readonly draft: Draft | undefined;
}

export interface Unread {
  readonly file: string;
  readonly why: string;
}

export interface Draft {
  readonly policy: string;
  /** for `policy test` */
  readonly cases: string;
  readonly organization: string;
  readonly changes: readonly JobChange[];
}

export interface WorkflowSource {
  readonly file: string;
  /** undefined where it could not be read, and why */
  readonly text: string | { readonly why: string };
}

const MAX_USES = 5_000;

export interface ReadSources {
  readonly workflows: readonly Workflow[];
  readonly unread: readonly Unread[];
}

export function readWorkflows(sources: readonly WorkflowSource[]): ReadSources {
  const workflows: Workflow[] = [];
  const unread: Unread[] = [];
  for (const { file, text } of sources) {
    const read = isRepeatable(file)
      ? readOne({ file, text })
      : { ok: false as const, why: 'its name cannot be repeated' };
    if (read.ok) workflows.push(read.value);
    else unread.push({ file: isRepeatable(file) ? file : 'a workflow', why: read.why });
  }
  return { workflows, unread };
}

export function importWorkflows(sources: ReadSources, actions: LocalActions, options: ChangeOptions): Imported {
  const followed = followCalls(sources.workflows, actions);
  const read = followed.workflows.map((workflow) => ({ workflow, ...usesOf(workflow) }));
  const accesses = accessesOf(read, options.repository);
  const unreadActions = [...actions.values()].flatMap((one) => (one.ok ? [] : [{ file: one.file, why: one.why }]));
  return {
    workflows: sources.workflows.map(({ file }) => file),
    actions: [...actions.values()].flatMap((one) => (one.ok ? [one.file] : [])),
    unread: [...sources.unread, ...unreadActions],
    // One that is called several times says the same each time.
    secrets: distinct(read.flatMap(({ secrets }) => secrets))
      .slice(0, MAX_USES)
      .map((use) => ({ ...use, family: familyOf(use) })),
    accesses,
    literals: distinct(read.flatMap(({ literals }) => literals)),
    remarks: distinct([...read.flatMap(({ remarks }) => remarks), ...followed.remarks]),
    draft: accesses.length === 0 ? undefined : draftOf(accesses, options),
  };
}

const distinct = <T>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
];

/** On one line, and no secret: it is written into drafts, comments and headings. */
const isRepeatable = (file: string): boolean => /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u.test(file) && !looksSecret(file);

const readOne = ({ file, text }: WorkflowSource): Read<Workflow> =>
  typeof text === 'string' ? readWorkflow({ file, text }) : { ok: false, why: text.why };

function draftOf(accesses: readonly Access[], options: ChangeOptions): Draft {
  const entitlements = entitlementsOf(accesses);
  return {
    policy: draftPolicy(entitlements, options),
    cases: draftCases(entitlements, options),
    organization: draftOrganization(entitlements, options),
    changes: changesOf(entitlements, options),
  };
}
