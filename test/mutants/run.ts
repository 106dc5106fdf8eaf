// `npm run mutants -- broker/policy`: changes the code of a folder in every small way Stryker knows, runs the tests of that folder
// against each change, and fails on a change that no test noticed and that `equivalent.json` does not explain.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AREAS, isIn, NEVER, type Slice, sliceOf } from './areas.ts';
import { type Equivalents, type Figures, isAlive, judge, type Report } from './judge.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
/** Stores that tests open write through to the disk, which takes half of their time and is nothing to a mutant. */
const MEMORY = '/dev/shm';
/** left out of git */
const OUT = 'coverage/mutants';

function configuration({ area, mutate }: Slice): Readonly<Record<string, unknown>> {
  return {
    mutate,
    testRunner: 'in-process',
    plugins: [join(HERE, 'in-process.ts'), join(HERE, 'ignore-descriptions.ts')],
    ignorers: ['descriptions'],
    // It reads that file with a part of TypeScript that version 7 no longer has; a missing one it leaves alone.
    tsconfigFile: 'none.json',
    coverageAnalysis: 'perTest',
    concurrency: 1,
    // An endless loop is what this is for, and a busy machine must not look like one.
    timeoutMS: 10_000,
    timeoutFactor: 3,
    // What is changed is a copy, and this is all that it needs.
    ignorePatterns: [
      '**',
      '!{package.json,action.yml}',
      '!{broker,shared,docs,examples,test}/**',
      'test/mutants/node_modules',
    ],
    tempDirName: `${OUT}/copy`,
    incremental: true,
    incrementalFile: keptFile(area),
    reporters: ['clear-text', 'json', 'progress-append-only'],
    jsonReporter: { fileName: reportFile(area) },
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
    allowConsoleColors: false,
    // Static mutants are slow, and asked for: they are the schemas and tables that decide what a policy may say.
    warnings: { slow: false },
  };
}

const reportFile = (area: string): string => `${OUT}/${area.replaceAll('/', '-')}.json`;
const keptFile = (area: string): string => `${OUT}/${area.replaceAll('/', '-')}.incremental.json`;

/** What survived is tried again: of a static mutant Stryker does not see that a test has come which notices it. */
function forgetSurvivors(area: string): void {
  const file = join(ROOT, keptFile(area));
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8')) as { files: Record<string, Report['files'][string]> };
  for (const [name, one] of Object.entries(report.files))
    report.files[name] = { ...one, mutants: one.mutants.filter((mutant) => !isAlive(mutant)) };
  writeFileSync(file, JSON.stringify(report));
}

function runStryker(slice: Slice, options: readonly string[]): Report {
  const file = `${OUT}/stryker.json`;
  mkdirSync(join(ROOT, OUT), { recursive: true });
  writeFileSync(join(ROOT, file), JSON.stringify(configuration(slice)));
  forgetSurvivors(slice.area);
  if (!existsSync(join(HERE, 'node_modules'))) run('npm', ['ci'], { cwd: HERE });
  const stryker = [join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', file, ...options];
  const directory = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'buildpass-mutants-'));
  try {
    const tests = { MUTANTS_TESTS: AREAS[slice.area]?.join(' '), MUTANTS_NOT: NEVER.join(' ') };
    const env = { ...process.env, ...tests, TMPDIR: directory };
    run(process.execPath, stryker, { cwd: ROOT, env });
  } finally {
    rmSync(directory, { recursive: true });
  }
  const { files } = JSON.parse(readFileSync(join(ROOT, reportFile(slice.area)), 'utf8')) as Report;
  // What earlier runs found in other files is in it too, and may be old.
  return { files: Object.fromEntries(Object.entries(files).filter(([file]) => isIn(slice, file))) };
}

function run(command: string, parameters: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): void {
  const { status } = spawnSync(command, parameters, { stdio: 'inherit', ...options });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}

/** Puts the figures of a whole area into its row of the README beside this. */
function keepFigures(area: string, figures: Figures): void {
  const file = join(HERE, 'README.md');
  const day = new Date().toISOString().slice(0, 10);
  const row = `| \`${area}\` | ${[day, ...Object.values(figures)].join(' | ')} |`;
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.map((line) => (line.startsWith(`| \`${area}\` |`) ? row : line)).join('\n'));
}

function main(words: readonly string[]): void {
  const slice = sliceOf(words.filter((word) => !word.startsWith('--')));
  const report = runStryker(
    slice,
    words.filter((word) => word.startsWith('--')),
  );
  const equivalents = JSON.parse(readFileSync(join(HERE, 'equivalent.json'), 'utf8')) as Equivalents;
  const { survivors, stale, figures } = judge(report, equivalents);
  for (const survivor of survivors) console.log(`survived: ${survivor}`);
  for (const line of stale) console.log(`listed as equivalent, but noticed or gone: ${line}`);
  console.log(
    Object.entries(figures)
      .map(([what, count]) => `${count} ${what}`)
      .join(', '),
  );
  if (slice.whole) keepFigures(slice.area, figures);
  if (survivors.length + stale.length > 0) process.exitCode = 1;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
