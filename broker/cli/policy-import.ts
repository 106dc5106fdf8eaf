// `buildpass policy import`: reads the workflows of a checkout and drafts what it would take to get rid of its stored secrets.
// Reads only; writes drafts into a new directory where it is told to. Nothing of the checkout is run, fetched or changed.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inertJson, inertLine } from '../../shared/invisible.ts';
import { systemClock } from '../clock.ts';
import { originProblem } from '../config/urls.ts';
import { loadPolicy, type PolicySet } from '../policy/load-policy.ts';
import type { ChangeOptions } from '../policy-import/draft-changes.ts';
import { type Draft, importWorkflows, readWorkflows } from '../policy-import/import-workflows.ts';
import { localActionsOf } from '../policy-import/read-action.ts';
import { fillIn } from '../policy-pins/edit-yaml.ts';
import { findPins } from '../policy-pins/find-pins.ts';
import { readCases, TESTS_FOLDER } from '../policy-tests/case-files.ts';
import { runCase } from '../policy-tests/run-case.ts';
import { credentialKinds } from '../providers/credential-kinds.ts';
import { BUILT_KINDS } from '../providers/index.ts';
import { formatFinding } from '../yaml/strict-yaml.ts';
import { actionOfCheckout, repositoryOfCheckout, workflowsOfCheckout } from './checkout.ts';
import { type Command, type CommandContext, type ExitCode, UsageError } from './command.ts';
import { changesText, importAsJson, importAsText } from './policy-import-report.ts';

export const command: Command = {
  name: 'policy import',
  summary: 'read the workflows of a checkout, and draft a policy that replaces its stored secrets',
  usage: 'policy import CHECKOUT [--write NEW-DIRECTORY]',
  about:
    'Lists the stored secrets and the cloud roles that the workflows in CHECKOUT/.github/workflows use, says what replaces each and what nothing replaces yet, and drafts a policy with cases for `policy test`, the offers that it needs from the organization, and the change of each job. ' +
    'A draft: what people must decide stands in it with DECIDE, and ids are left to `policy pin`. Reusable workflows and composite actions of the checkout itself are followed, those of other repositories are not looked at. No value is printed that looks like a secret. Exits 1 where a workflow or an action could not be read.',
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
  const sources = readWorkflows(await workflowsOfCheckout(checkout));
  const options = await readOptions(context, checkout);
  const actions = await localActionsOf(sources.workflows, (directory) => actionOfCheckout(checkout, directory));
  const imported = importWorkflows(sources, actions, options);
  const problems = imported.draft === undefined ? [] : problemsOf(imported.draft, options.project);
  const target = context.option('write');
  if (target !== undefined && imported.draft !== undefined) await writeDrafts(target, imported.draft, options.project);
  const report = { imported, problems, written: imported.draft === undefined ? undefined : target };
  const lines = context.json ? [inertJson(importAsJson(report))] : importAsText(report, options.built);
  for (const line of lines) context.io.out(context.json ? line : inertLine(line));
  return imported.unread.length === 0 ? 0 : 1;
}

async function readOptions({ option }: CommandContext, checkout: string): Promise<ChangeOptions> {
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

/** A draft that does not load, or decides otherwise than its cases say, would be a mistake of ours, or a workflow that nobody thought of: said, not hidden. */
function problemsOf({ policy, organization, cases }: Draft, project: string): readonly string[] {
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
  return loaded.ok ? problemsOfCases(cases, loaded.policies, project) : loaded.findings.map(formatFinding);
}

function problemsOfCases(text: string, policies: PolicySet, project: string): readonly string[] {
  const read = readCases([{ file: `${TESTS_FOLDER}/${project}.yaml`, text }]);
  if (!read.ok) return read.findings.map(formatFinding);
  const surroundings = { policies, issuers: undefined, now: systemClock.now() };
  return read.cases.flatMap(({ file, line, testCase }) => {
    const { failure } = runCase(testCase, surroundings);
    return failure === undefined ? [] : [`${file}:${line}: ${failure}`];
  });
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
  await mkdir(join(directory, TESTS_FOLDER));
  await writeFile(join(directory, TESTS_FOLDER, `${project}.yaml`), draft.cases, { flag: 'wx' });
  await writeFile(join(directory, 'workflow-changes.md'), `${changesText(draft.changes)}\n`, { flag: 'wx' });
}
