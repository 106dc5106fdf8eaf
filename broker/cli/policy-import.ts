// `buildpass policy import`: reads the workflows of a checkout and drafts what it would take to get rid of its stored secrets.
// Reads only; writes drafts into a new directory where it is told to. Nothing of the checkout is run, fetched or changed.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { originProblem } from '../config-urls.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { type Draft, importWorkflows } from '../policy-import/import-workflows.ts';
import { fillIn } from '../policy-pins/edit-yaml.ts';
import { findPins } from '../policy-pins/find-pins.ts';
import { credentialKinds } from '../providers/credential-kinds.ts';
import { BUILT_KINDS } from '../providers/index.ts';
import { formatFinding } from '../strict-yaml.ts';
import { repositoryOfCheckout, workflowsOfCheckout } from './checkout.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { changesText, importAsJson, importAsText } from './policy-import-report.ts';

export const command: Command = {
  name: 'policy import',
  summary: 'read the workflows of a checkout, and draft a policy that replaces its stored secrets',
  usage: 'policy import CHECKOUT [--write NEW-DIRECTORY]',
  about:
    'Lists the stored secrets and the cloud roles that the workflows in CHECKOUT/.github/workflows use, says what replaces each and what nothing replaces yet, and drafts a policy, the offers that it needs from the organization, and the change of each job. ' +
    'A draft: what people must decide stands in it with DECIDE, and ids are left to `policy pin`. Composite actions and workflows of other repositories are not looked at. No value is printed that looks like a secret. Exits 1 where a workflow could not be read.',
  examples: [
    'buildpass policy import . --owner acme/platform',
    'buildpass policy import ../shop --project shop --owner acme/platform --write ./drafts',
  ],
  options: {
    repository: { type: 'string', value: 'OWNER/NAME', about: 'the repository (default: of the remote `origin`)' },
    project: { type: 'string', value: 'NAME', about: 'the project (default: the name of the repository)' },
    owner: { type: 'string', value: 'ORG/TEAM', about: 'the team that will answer for the policy' },
    'broker-url': { type: 'string', value: 'URL', about: 'the broker, for the changed workflows' },
    write: { type: 'string', value: 'DIRECTORY', about: 'write the drafts into this directory, which must be new' },
  },
  maxPositionals: 1,
  run: policyImport,
};

const REPOSITORY = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/;

async function policyImport(context: CommandContext): Promise<ExitCode> {
  const [checkout] = context.positionals;
  if (checkout === undefined)
    throw new UsageError('name the checkout whose workflows are read: `buildpass policy import .`');
  const sources = await workflowsOfCheckout(checkout);
  const options = await readOptions(context, checkout);
  const imported = importWorkflows(sources, options);
  const problems = imported.draft === undefined ? [] : problemsOf(imported.draft, options.project);
  const target = context.option('write');
  if (target !== undefined && imported.draft !== undefined) await writeDrafts(target, imported.draft, options.project);
  const report = { imported, problems, written: imported.draft === undefined ? undefined : target };
  const lines = context.json ? [inertJson(importAsJson(report))] : importAsText(report, options.built);
  for (const line of lines) context.io.out(context.json ? line : inertLine(line));
  return imported.unread.length === 0 ? 0 : 1;
}

async function readOptions(
  { option }: CommandContext,
  checkout: string,
): Promise<Parameters<typeof importWorkflows>[1]> {
  const repository = option('repository') ?? (await repositoryOfCheckout(checkout));
  if (repository === undefined)
    throw new UsageError('this checkout does not say which repository it is of: write --repository OWNER/NAME');
  const [organization = '', name = ''] = repository.split('/');
  const project = option('project') ?? projectNameOf(name);
  const owner = option('owner') ?? `${organization}/decide-me`;
  const brokerUrl = option('broker-url') ?? 'https://buildpass.example.com';
  if (!REPOSITORY.test(repository)) throw new UsageError(`--repository "${repository}" is not OWNER/NAME`);
  if (!/^[a-z0-9-]{1,40}$/.test(project))
    throw new UsageError(`--project "${project}" is not made of a-z, 0-9 and -, at most 40 characters`);
  if (!REPOSITORY.test(owner)) throw new UsageError(`--owner "${owner}" is not a team, written organization/team`);
  const problem = originProblem(brokerUrl);
  if (problem !== undefined) throw new UsageError(`--broker-url: ${problem}`);
  return { repository, project, owner, brokerUrl, built: BUILT_KINDS };
}

const projectNameOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40) || 'project';

/** A draft that does not load would be a mistake of ours, or a workflow that nobody thought of: said, not hidden. */
function problemsOf({ policy, organization }: Draft, project: string): readonly string[] {
  const files = { [`${project}.yaml`]: policy, '_organization.yaml': organization };
  const documents = Object.entries(files).map(([file, text]) => {
    const pins = findPins({ file, text, holds: file.startsWith('_') ? 'organization' : 'project' });
    return {
      file,
      text: pins.ok
        ? fillIn(
            text,
            pins.pins.map((pin, at) => pin.fill(String(at + 1))),
          )
        : text,
    };
  });
  const kinds = credentialKinds(BUILT_KINDS);
  const context = { organizationFile: '_organization.yaml', issuers: undefined, upstreams: undefined, kinds };
  const loaded = loadPolicy(documents, context);
  return loaded.ok ? [] : loaded.findings.map(formatFinding);
}

async function writeDrafts(directory: string, draft: Draft, project: string): Promise<void> {
  try {
    // Not `recursive`, which would take a directory that is there: nothing of anybody's is overwritten.
    await mkdir(directory);
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new UsageError(
      exists
        ? `--write "${directory}" is there already: name a new directory`
        : `--write "${directory}" cannot be made: ${(cause as Error).message}`,
      { cause },
    );
  }
  await writeFile(join(directory, `${project}.yaml`), draft.policy, { flag: 'wx' });
  await writeFile(join(directory, '_organization.yaml'), draft.organization, { flag: 'wx' });
  await writeFile(join(directory, 'workflow-changes.md'), `${changesText(draft.changes)}\n`, { flag: 'wx' });
}
