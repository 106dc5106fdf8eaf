// Files that hold secrets: who else may read them, and what they hold. A secret that others on the machine can read is
// no secret, so the broker does not start with one; on Windows modes say nothing and are not looked at.
import { type FileHandle, open, stat } from 'node:fs/promises';
import { StartRefused } from '../errors.ts';

const OTHERS = 0o077;

/** Why a secret file must not be used as it is; undefined where nothing is wrong or the file is not there yet. */
export async function secretFileProblem(file: string): Promise<string | undefined> {
  try {
    return modeProblem(file, (await stat(file)).mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return `"${file}" cannot be read: ${(error as Error).message}`;
  }
}

/**
 * The text of a secret file; `missing` says what to do where there is none.
 * @throws StartRefused
 */
export async function readSecretFile(file: string, missing: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    // Asked of the open file: between a check by name and a read by name it could have become another.
    const problem = modeProblem(file, (await handle.stat()).mode);
    if (problem !== undefined) throw new StartRefused(problem);
    return await handle.readFile('utf8');
  } catch (error) {
    if (error instanceof StartRefused) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new StartRefused(`${file}: there is no such file: ${missing}`, { cause: error });
    throw new StartRefused(`${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  } finally {
    await handle?.close();
  }
}

function modeProblem(file: string, mode: number): string | undefined {
  if (process.platform === 'win32' || (mode & OTHERS) === 0) return undefined;
  return `"${file}" can be read or changed by others (mode ${(mode & 0o777).toString(8).padStart(4, '0')}): run chmod 600 on it`;
}
