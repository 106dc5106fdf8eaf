// Whether the committed bundle of the action is what its sources give: builds it elsewhere and compares every byte.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const committed = join(root, 'action/dist');

function build(directory: string): void {
  const rolldown = join(root, 'node_modules/rolldown/bin/cli.mjs');
  const { status, stderr } = spawnSync(
    process.execPath,
    [rolldown, '-c', 'action/rolldown.config.ts', '--dir', directory],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the bundle can't be built:\n${stderr}`);
}

function readAll(directory: string): Map<string, Buffer> {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return new Map(names.map((name) => [name, readFileSync(join(directory, name))]));
}

/** Names of the files that one side lacks or has otherwise. */
function differences(ours: Map<string, Buffer>, fresh: Map<string, Buffer>): string[] {
  const names = [...new Set([...ours.keys(), ...fresh.keys()])].sort();
  return names.filter((name) => {
    const expected = fresh.get(name);
    return expected === undefined || !ours.get(name)?.equals(expected);
  });
}

const temporary = mkdtempSync(join(tmpdir(), 'buildpass-dist-'));
try {
  build(temporary);
  const stale = differences(readAll(committed), readAll(temporary));
  if (stale.length > 0) {
    console.error(
      `action/dist is not what its sources give (${stale.join(', ')}). Run "npm run build:action" and commit the result.`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(temporary, { recursive: true });
}
