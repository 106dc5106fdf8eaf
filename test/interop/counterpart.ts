// What the counterparts have in common: how each is told of, and how programs in Go and Python that share no line with ours are run.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Counterpart {
  readonly name: string;
  /** What it is, with its version; undefined where it is not there. Throws where it does not agree. */
  run(): Promise<string | undefined>;
  /** how to get it: the end of a sentence that begins with "to get it" */
  readonly get: string;
}

const PYTHON = process.env['INTEROP_PYTHON'] ?? 'python3';
const VERSIONS =
  'import sys; from importlib.metadata import version; print(", ".join(f"{name} {version(name)}" for name in sys.argv[1:]))';

/** Of these packages; undefined where one is missing. */
export function pythonPackages(...names: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(PYTHON, ['-c', VERSIONS, ...names], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

export const startPython = (...words: readonly string[]) =>
  spawn(PYTHON, words, { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'pipe'] });

/** What it wrote. It is given `input`, and ends well or throws what it complained of. */
export async function outputOf(child: ReturnType<typeof startPython>, input: string): Promise<string> {
  // Of one that ended before it read all, the exit code says why.
  child.stdin.on('error', () => undefined).end(input);
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(err.trim());
  return out.trim();
}

/** False where it could not be built, for want of Go or of a module. */
export const buildGo = (folder: string, program: string): boolean =>
  spawnSync('go', ['build', '-o', program, '.'], { cwd: join(import.meta.dirname, folder) }).status === 0;

/** As the folder's go.mod has it. */
export function goModule(folder: string, module: string): string {
  const words = ['list', '-m', '-f', '{{.Path}} {{.Version}}', module];
  return spawnSync('go', words, { cwd: join(import.meta.dirname, folder), encoding: 'utf8' }).stdout.trim();
}
