// Reads a policy directory: its YAML files as text, from one state of the directory even while it is being switched.
// What cannot be read exactly is not read at all: too large, not UTF-8, not a file.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_YAML_BYTES } from '../yaml/strict-yaml.ts';
import type { PolicyDocument } from './policy-set.ts';

/** How many files are open at once: enough to keep the disk busy, few enough for any limit on open files. */
const AT_ONCE = 16;

/**
 * Every file is read each time: only its bytes say whether it changed.
 * @throws Error with a sentence that names the directory or the file
 */
export async function readPolicyDirectory(directory: string): Promise<readonly PolicyDocument[]> {
  const { documents } = await readDeployed(directory, { breathe: () => undefined, commitFile: undefined });
  return documents;
}

export interface Deployed {
  readonly documents: readonly PolicyDocument[];
  /** that whoever deployed says they are of; undefined where nobody is asked to say so */
  readonly commit: string | undefined;
}

/** The same, with the commit beside them. @throws Error as above */
export async function readDeployed(
  directory: string,
  { breathe, commitFile }: { breathe: () => Promise<void> | undefined; commitFile: string | undefined },
): Promise<Deployed> {
  const { real, names } = await explained(`the policy directory "${directory}" cannot be read`, () =>
    listed(directory),
  );
  const commit = commitFile === undefined ? undefined : await readCommit(join(real, commitFile));
  const files = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  return { documents: await documentsIn(real, files, breathe), commit };
}

/** Where the directory is a symlink that a deployment switches, all files are of the same side of the switch. */
async function listed(directory: string): Promise<{ real: string; names: readonly string[] }> {
  const real = await realpath(directory);
  return { real, names: await readdir(real) };
}

async function readCommit(path: string): Promise<string> {
  const text = await readText(path, `"${path}" cannot be read (${WRITE_IT})`);
  const commit = /^[0-9a-f]{40}(?=\r?\n?$)/.exec(text)?.[0];
  if (commit === undefined) throw new Error(`"${path}" is not the id of a commit, 40 hex digits: ${WRITE_IT}`);
  return commit;
}

const WRITE_IT =
  '`policies.kept-in` of the configuration wants it: whoever deploys the policies writes it, by `git rev-parse HEAD`';

async function documentsIn(
  real: string,
  files: readonly string[],
  breathe: () => Promise<void> | undefined,
): Promise<readonly PolicyDocument[]> {
  const documents: PolicyDocument[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE);
    documents.push(
      ...(await Promise.all(some.map(async (file) => ({ file, text: await readText(join(real, file)) })))),
    );
    await breathe();
  }
  return documents;
}

async function readText(path: string, what = `"${path}" cannot be read`): Promise<string> {
  return explained(what, async () => {
    const entry = await stat(path);
    if (!entry.isFile()) throw new Error('it is not a file');
    if (entry.size > MAX_YAML_BYTES)
      throw new Error(`it has ${entry.size} bytes, a policy file has at most ${MAX_YAML_BYTES}`);
    // A byte order mark stays in the text, so that the digest is that of the bytes; the loader refuses it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  });
}

async function explained<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Error(`${what}: ${WORDING.get(code) ?? message}`, { cause });
  }
}

const WORDING: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'it is not a directory'],
  ['EACCES', 'this user may not read it'],
  ['ERR_ENCODING_INVALID_ENCODED_DATA', 'it is not UTF-8'],
]);
