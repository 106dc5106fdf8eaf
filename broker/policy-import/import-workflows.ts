// From workflows to a draft: what stored secrets and cloud roles they use, which of them a kind of credential replaces, and the
// policy, the offers and the changes that this would take. Pure; says what it could not read, and what nothing replaces yet.
import { type Access, accessesOf } from './accesses.ts';
import { type ChangeOptions, changesOf, type JobChange } from './draft-changes.ts';
import { draftOrganization, draftPolicy, entitlementsOf } from './draft-policy.ts';
import { readWorkflow, type Workflow, type WorkflowRead } from './read-workflow.ts';
import { type Family, familyOf } from './secret-families.ts';
import { looksSecret } from './secret-literals.ts';
import { type Remark, type SecretUse, usesOf } from './secret-uses.ts';

export interface Imported {
  /** workflows that were read */
  readonly workflows: readonly string[];
  readonly unread: readonly { readonly file: string; readonly why: string }[];
  readonly secrets: readonly (SecretUse & { readonly family: Family })[];
  readonly accesses: readonly Access[];
  readonly literals: readonly Remark[];
  readonly remarks: readonly Remark[];
  /** undefined where there is nothing that a policy could hold */
  readonly draft: Draft | undefined;
}

export interface Draft {
  readonly policy: string;
  readonly organization: string;
  readonly changes: readonly JobChange[];
}

export interface WorkflowSource {
  readonly file: string;
  /** undefined where it could not be read, and why */
  readonly text: string | { readonly why: string };
}

const MAX_USES = 5_000;

export function importWorkflows(sources: readonly WorkflowSource[], options: ChangeOptions): Imported {
  const workflows: Workflow[] = [];
  const unread: { file: string; why: string }[] = [];
  for (const { file, text } of sources) {
    const read = isRepeatable(file)
      ? readOne({ file, text })
      : { ok: false as const, why: 'its name cannot be repeated' };
    if (read.ok) workflows.push(read.workflow);
    else unread.push({ file: isRepeatable(file) ? file : 'a workflow', why: read.why });
  }
  const uses = workflows.map(usesOf);
  const secrets = uses.flatMap((one) => one.secrets).slice(0, MAX_USES);
  const accesses = accessesOf(workflows, secrets, options.repository);
  return {
    workflows: workflows.map(({ file }) => file),
    unread,
    secrets: secrets.map((use) => ({ ...use, family: familyOf(use) })),
    accesses,
    literals: uses.flatMap((one) => one.literals),
    remarks: uses.flatMap((one) => one.remarks),
    draft: accesses.length === 0 ? undefined : draftOf(accesses, options),
  };
}

/** On one line, and no secret: it is written into drafts, comments and headings. */
const isRepeatable = (file: string): boolean => /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u.test(file) && !looksSecret(file);

const readOne = ({ file, text }: WorkflowSource): WorkflowRead =>
  typeof text === 'string' ? readWorkflow({ file, text }) : { ok: false, why: text.why };

function draftOf(accesses: readonly Access[], options: ChangeOptions): Draft {
  const entitlements = entitlementsOf(accesses);
  return {
    policy: draftPolicy(entitlements, options),
    organization: draftOrganization(entitlements, options),
    changes: changesOf(entitlements, options),
  };
}
