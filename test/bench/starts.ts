// How long it takes to start: the broker until it serves, and the action until it says that an input is missing, beside
// `@actions/core` alone, bundled the same way, as far as the same point.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { ROOT } from '../support/source-tree.ts';
import { startOurs } from './issuances.ts';
import type { BenchIssuer } from './jobs.ts';
import { residentBytes } from './process-meter.ts';
import { spread, table } from './statistics.ts';

const ROUNDS = 15;
const STARTS = 5;

export async function benchStarts(issuer: BenchIssuer): Promise<string> {
  const [served, memory]: [number[], number[]] = [[], []];
  for (let round = 0; round < STARTS; round += 1) {
    const began = performance.now();
    const server = await startOurs(issuer);
    served.push(performance.now() - began);
    memory.push(residentBytes(server.pid) / 1e6);
    await server.stop();
  }
  const broker = `the broker serves after ${spread(served)} ms (making its keys and its store included), with ${spread(memory)} MB resident`;
  return `${broker}\n\n${await benchAction()}`;
}

async function benchAction(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-action-'));
  const alone = await bundleCoreAlone(directory);
  const programs = [
    { name: 'node, doing nothing', words: ['-e', '0'], bytes: 0 },
    { name: '@actions/core alone', words: [alone], bytes: statSync(alone).size },
    { name: 'the action', words: [join(ROOT, 'action/dist/main.js')], bytes: sizeOf(join(ROOT, 'action/dist')) },
  ].map((program) => ({ ...program, millis: [] as number[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { words, millis } of programs) {
      const began = performance.now();
      spawnSync(process.execPath, words, { env: {} });
      millis.push(performance.now() - began);
    }
  }
  rmSync(directory, { recursive: true });
  const rows = programs.map(({ name, bytes, millis }) => [name, (bytes / 1000).toFixed(0), spread(millis)]);
  return table(['program', 'bundle kB', 'ms to its end'], rows);
}

async function bundleCoreAlone(directory: string): Promise<string> {
  const entry = join(directory, 'alone.js');
  writeFileSync(
    entry,
    `import * as core from '@actions/core';\ntry { core.getInput('x', { required: true }); } catch (error) { core.setFailed(error.message); }\n`,
  );
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    cwd: ROOT,
    resolve: { modules: [join(ROOT, 'node_modules')] },
  });
  const file = join(directory, 'core-alone.mjs');
  await bundle.write({ file, format: 'esm' });
  return file;
}

const sizeOf = (directory: string): number =>
  readdirSync(directory)
    .filter((file) => file.endsWith('.js'))
    .reduce((bytes, file) => bytes + statSync(join(directory, file)).size, 0);
