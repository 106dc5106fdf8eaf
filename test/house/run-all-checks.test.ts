import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/config-file.ts';
import { ROOT } from '../support/source-tree.ts';

/** Runs .ci/run where npm is a double that fails the scripts in `failing` and reports `tests` as vitest would. */
async function runAllChecks(
  failing: readonly string[],
  tests: object | undefined,
): Promise<{ code: number; out: string }> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, '.ci'));
  await mkdir(join(directory, 'bin'));
  await copyFile(join(ROOT, '.ci/run'), join(directory, '.ci/run'));
  await writeFile(join(directory, '.ci/check-start.ts'), '');
  const npm = `#!/usr/bin/env bash
    for word in "$@"; do case "$word" in --outputFile.json=*) ${tests === undefined ? ':' : `echo '${JSON.stringify(tests)}' > "\${word#*=}"`} ;; esac; done
    case " $* " in ${failing.map((script) => `*" ${script} "*`).join('|') || 'nothing'}) exit 1 ;; esac\n`;
  await writeFile(join(directory, 'bin/npm'), npm);
  await chmod(join(directory, 'bin/npm'), 0o755);
  const environment = {
    ...process.env,
    PATH: `${join(directory, 'bin')}:${dirname(process.execPath)}:${process.env['PATH']}`,
  };
  return new Promise((resolve) => {
    execFile('bash', [join(directory, '.ci/run')], { env: environment }, (error, out) =>
      resolve({ code: Number(error?.code ?? 0), out }),
    );
  });
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

describe('.ci/run', () => {
  it('counts tests and steps in its last line', async () => {
    const { code, out } = await runAllChecks([], { numPassedTests: 40, numFailedTests: 0 });
    expect([code, lastLine(out)]).toEqual([0, '48 passed, 0 failed']);
  });

  it('runs every step although one before it failed, and says so', async () => {
    const { code, out } = await runAllChecks(['lint'], { numPassedTests: 40, numFailedTests: 0 });
    expect([code, lastLine(out)]).toEqual([1, '47 passed, 1 failed']);
    expect(out).toMatch(/--- format and lint: FAILED, \d+ s/);
    expect(out).toMatch(/--- npm start comes up and issues: passed, \d+ s/);
  });

  it('counts each failed test beside the step that they failed', async () => {
    const { code, out } = await runAllChecks(['test'], { numPassedTests: 38, numFailedTests: 2 });
    expect([code, lastLine(out)]).toEqual([1, '45 passed, 3 failed']);
  });

  it('fails when the tests left no report', async () => {
    expect(await runAllChecks(['test'], undefined)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/7 passed, 1 failed\n$/) as string,
    });
  });
});
