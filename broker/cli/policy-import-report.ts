// What `policy import` found and drafted, for people and for programs. Whatever comes from a workflow passes through
// `repeatable`: names and places are said, and nothing that looks like a secret.
import type { JobChange } from '../policy-import/draft-changes.ts';
import type { Imported } from '../policy-import/import-workflows.ts';
import { OTHER } from '../policy-import/secret-families.ts';
import { repeatable } from '../policy-import/secret-literals.ts';
import type { Feeds, Remark, SecretUse } from '../policy-import/secret-uses.ts';

export interface ImportReport {
  readonly imported: Imported;
  /** what the loader says of the draft */
  readonly problems: readonly string[];
  /** the directory that the drafts were written into */
  readonly written: string | undefined;
}

export function importAsText({ imported, problems, written }: ImportReport, built: readonly string[]): string[] {
  const { draft } = imported;
  return [
    `${counted(imported.workflows.length, 'workflow')}${imported.actions.length === 0 ? '' : ` and ${counted(imported.actions.length, 'action')} of this repository`} read.`,
    ...section(
      'Could not be read',
      imported.unread.map(({ file, why }) => `${repeatable(file)}: ${why}`),
    ),
    ...section('Written into a workflow', imported.literals.map(remarkLine)),
    ...section('Stored secrets', secretLines(imported, built)),
    ...section('Cloud roles and tokens', accessLines(imported, built)),
    ...section('Look yourself', imported.remarks.map(remarkLine)),
    ...section('The draft does not hold as it is', problems),
    ...(draft === undefined
      ? ['', 'There is nothing here that a policy could replace: no draft.']
      : draftLines(draft, written)),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];

const remarkLine = ({ file, line, message }: Remark): string => `${repeatable(file)}:${line}: ${message}`;

function secretLines({ secrets }: Imported, built: readonly string[]): string[] {
  const byName = new Map<string, Imported['secrets'][number][]>();
  for (const use of secrets) byName.set(use.secret, [...(byName.get(use.secret) ?? []), use]);
  return [...byName].flatMap(([name, uses]) => {
    const families = [...new Map(uses.map(({ family }) => [family.name, family])).values()];
    // Handed on, it mostly has a name that says nothing; what it feeds in the end says more.
    const known = families.filter(({ name: what }) => what !== OTHER.name);
    const says = (known.length === 0 ? families : known).map(
      ({ name: what, kind, advice }) =>
        `  ${what}. ${kind === undefined ? '' : `${replacedBy(kind, built)} `}${advice}`,
    );
    return [repeatable(name), ...uses.map((use) => `  ${placeOf(use)}`), ...says];
  });
}

const replacedBy = (kind: string, built: readonly string[]): string =>
  built.includes(kind)
    ? `\`${kind}\` replaces it.`
    : `\`${kind}\` would replace it; this version cannot issue that yet.`;

function placeOf({ file, line, job, feeds }: SecretUse): string {
  const where = job === undefined ? 'every job' : `job ${repeatable(job)}`;
  return `${repeatable(file)}:${line}, ${where}, feeds ${feedsText(feeds)}`;
}

function feedsText(feeds: Feeds): string {
  switch (feeds.kind) {
    case 'env':
      return `the variable ${repeatable(feeds.name)}`;
    case 'input':
      return `the input ${repeatable(feeds.name)} of ${repeatable(feeds.action)}`;
    case 'called-workflow':
      return `the secret ${repeatable(feeds.name)} of a called workflow`;
    case 'script':
      return 'a script, as part of its text';
    case 'condition':
      return 'a condition';
    case 'other':
      return 'something else';
  }
}

function accessLines({ accesses }: Imported, built: readonly string[]): string[] {
  return accesses.flatMap(({ kind, parameters, undecided, uses }) => {
    const said = Object.entries(parameters).filter(
      ([name, value]) => !Object.hasOwn(undecided, name) && (typeof value === 'string' || Array.isArray(value)),
    );
    const what = said.map(([name, value]) => `${name} ${[value].flat().join(', ')}`).join('; ');
    const open = Object.entries(undecided).map(
      ([name, source]) => `${name}${source === undefined ? '' : ` (${source})`}`,
    );
    const decide = open.length === 0 ? '' : ` To decide: ${open.join(', ')}.`;
    const jobs = uses.map(({ workflow, job }) => `${repeatable(workflow.file)}, job ${repeatable(job.id)}`);
    return [
      `${kind}${what === '' ? inPlaceOf(uses) : `: ${what}`}.${decide}${built.includes(kind) ? '' : ' This version cannot issue it yet.'}`,
      ...[...new Set(jobs)].map((job) => `  ${job}`),
    ];
  });
}

/** Where nothing else tells one from another. */
function inPlaceOf(uses: Imported['accesses'][number]['uses']): string {
  const secrets = [...new Set(uses.flatMap((use) => use.secrets))].map(repeatable);
  return secrets.length === 0 ? '' : `, in place of ${secrets.join(', ')}`;
}

function draftLines(draft: NonNullable<Imported['draft']>, written: string | undefined): string[] {
  if (written !== undefined)
    return [
      '',
      `The drafts are in ${written}: a policy with its cases, an organization file, and workflow-changes.md. Decide what says DECIDE; then \`policy pin\`, \`policy check\` and \`policy test\`.`,
    ];
  const indented = (text: string): string[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`.trimEnd());
  return [
    ...['', 'The policy, as a draft:', '', ...indented(draft.policy)],
    ...['', 'Its cases, as a draft:', '', ...indented(draft.cases)],
    ...['', 'What the organization would offer, as a draft:', '', ...indented(draft.organization)],
    ...['', 'What changes in the workflows:', '', ...indented(changesText(draft.changes))],
  ];
}

export function changesText(changes: readonly JobChange[]): string {
  const parts = changes.map(({ file, job, snippet }) =>
    [`## ${repeatable(file)}, job ${repeatable(job)}`, '', '```yaml', snippet, '```'].join('\n'),
  );
  return ['# Changes of the workflows', ...parts].join('\n\n');
}

export function importAsJson({ imported, problems, written }: ImportReport): object {
  const { workflows, actions, unread, secrets, accesses, literals, remarks, draft } = imported;
  return {
    ok: unread.length === 0,
    ...{ workflows: workflows.map(repeatable), actions: actions.map(repeatable), unread, literals, remarks },
    secrets: secrets.map(({ secret, file, line, job, feeds, family }) => ({
      ...{ secret: repeatable(secret), file: repeatable(file), line },
      ...(job === undefined ? {} : { job: repeatable(job) }),
      ...{ feeds: feedsText(feeds), is: family.name, advice: family.advice },
      ...(family.kind === undefined ? {} : { replaced_by: family.kind }),
    })),
    accesses: accesses.map(({ kind, parameters, undecided, uses }) => ({
      ...{ kind, parameters, undecided: Object.keys(undecided) },
      jobs: uses.map(({ workflow, job }) => ({ file: repeatable(workflow.file), job: repeatable(job.id) })),
    })),
    ...(draft === undefined ? {} : { draft }),
    ...(problems.length === 0 ? {} : { problems }),
    ...(written === undefined ? {} : { written }),
  };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
