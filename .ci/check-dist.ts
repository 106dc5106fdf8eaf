// Whether what is built and committed is what its sources give: builds it elsewhere and compares every byte.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

interface Built {
  readonly directory: string;
  /** by which it is made anew */
  readonly script: string;
  /** the same, into another directory */
  readonly command: (directory: string) => readonly string[];
}

const ALL: readonly Built[] = [
  {
    directory: 'action/dist',
    script: 'build:action',
    command: (to) => ['rolldown/bin/cli.mjs', '-c', 'action/rolldown.config.ts', '--dir', to],
  },
  {
    directory: 'broker/portal/dist',
    script: 'build:portal',
    command: (to) => ['vite/bin/vite.js', 'build', '--config', 'broker/portal/vite.config.ts', '--outDir', to],
  },
];

function build(command: readonly string[]): void {
  const [tool = '', ...options] = command;
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...options], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`it can't be built:\n${stderr}`);
}

function readAll(directory: string): Map<string, Buffer> {
  const entries = existsSync(directory) ? readdirSync(directory, { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.map((file) => [file.slice(directory.length + 1), readFileSync(file)]));
}

/** Names of the files that one side lacks or has otherwise. */
function differences(ours: Map<string, Buffer>, fresh: Map<string, Buffer>): string[] {
  const names = [...new Set([...ours.keys(), ...fresh.keys()])].sort();
  return names.filter((name) => {
    const expected = fresh.get(name);
    return expected === undefined || !ours.get(name)?.equals(expected);
  });
}

function check({ directory, script, command }: Built): void {
  const temporary = mkdtempSync(join(tmpdir(), 'buildpass-dist-'));
  try {
    build(command(temporary));
    const stale = differences(readAll(join(root, directory)), readAll(temporary));
    if (stale.length === 0) return;
    console.error(
      `${directory} is not what its sources give (${stale.join(', ')}). Run "npm run ${script}" and commit the result.`,
    );
    process.exitCode = 1;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

for (const built of ALL) check(built);
