// A checkout of a repository as `policy import` sees it: its workflow files and actions, and what it is a checkout of. It may be anybody's:
// links are not followed, sizes are bounded, and of Git's configuration nothing but the name of the repository is taken.
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowSource } from '../policy-import/import-workflows.ts';
import { UsageError } from './command.ts';

const FOLDER = join('.github', 'workflows');
const MAX_FILE_BYTES = 256 * 1024;
const MAX_FILES = 500;

/** @throws UsageError where there are none */
export async function workflowsOfCheckout(checkout: string): Promise<readonly WorkflowSource[]> {
  const folder = join(checkout, FOLDER);
  for (const directory of [join(checkout, '.github'), folder]) {
    const entry = await lstat(directory).catch(() => undefined);
    if (entry?.isDirectory() !== true)
      throw new UsageError(`"${checkout}" has no workflows: there is no directory ${FOLDER} in it`);
  }
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw new UsageError(`"${checkout}" has no workflows: ${FOLDER} holds no YAML file`);
  if (names.length > MAX_FILES)
    throw new UsageError(`"${checkout}" has ${names.length} workflows, more than ${MAX_FILES}: import a part of them`);
  return Promise.all(
    names.map(async (name) => ({ file: `.github/workflows/${name}`, text: await readOne(join(folder, name)) })),
  );
}

/** Of an action that the repository keeps for itself; undefined where there is none in that directory. */
export async function actionOfCheckout(checkout: string, directory: string): Promise<WorkflowSource | undefined> {
  const parts = directory === '' ? [] : directory.split('/');
  const above = parts.map((_part, at) => join(checkout, ...parts.slice(0, at + 1)));
  for (const one of above) if ((await lstat(one).catch(() => undefined))?.isDirectory() !== true) return undefined;
  for (const name of ['action.yml', 'action.yaml']) {
    const path = join(checkout, ...parts, name);
    const isThere = (await lstat(path).catch(() => undefined)) !== undefined;
    if (isThere) return { file: [...parts, name].join('/'), text: await readOne(path) };
  }
  return undefined;
}

async function readOne(path: string): Promise<WorkflowSource['text']> {
  const entry = await lstat(path);
  // A link could lead out of the checkout, to a file that is nobody's business here.
  if (!entry.isFile())
    return { why: entry.isSymbolicLink() ? 'is a link, and links are not followed' : 'is not a file' };
  if (entry.size > MAX_FILE_BYTES)
    return {
      why: `has ${entry.size} bytes, more than the ${MAX_FILE_BYTES} of any workflow or action that people write`,
    };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch {
    return { why: 'cannot be read, or is not UTF-8' };
  }
}

const MAX_GIT_CONFIG_BYTES = 1_048_576;

/** Of the remote `origin`, without the rest of its address, which may hold a token. */
export async function repositoryOfCheckout(checkout: string): Promise<string | undefined> {
  const path = join(checkout, '.git', 'config');
  const entry = await lstat(path).catch(() => undefined);
  if (entry?.isFile() !== true || entry.size > MAX_GIT_CONFIG_BYTES) return undefined;
  const section = /^\[remote "origin"\]$([^[]*)/m.exec(await readFile(path, 'utf8'))?.[1] ?? '';
  const url = /^\s*url\s*=\s*(\S{1,500})\s*$/m.exec(section)?.[1] ?? '';
  return /[/:]([A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}?)(?:\.git)?\/?$/.exec(url)?.[1];
}
