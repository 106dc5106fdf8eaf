// What a step finds, and what is read back from it, by an action that prints its own environment.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ActionRun, runAction } from '../../../broker/demo/runner.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'buildpass-runner-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const ACTION = `
inputs:
  broker-url: { description: x, required: true }
  with space: { description: x, default: by default }
runs: { using: node24, main: main.cjs, post: post.cjs }
`;

function run(script: string, changes: Partial<ActionRun> = {}) {
  writeFileSync(join(directory, 'action.yml'), ACTION);
  for (const file of ['main.cjs', 'post.cjs'])
    writeFileSync(join(directory, file), `const fs = require('node:fs');\n${script}`);
  return runAction({
    action: 'main',
    actionDirectory: directory,
    workDirectory: directory,
    inputs: {},
    environment: {},
    ...changes,
  });
}

test('inputs come as the runner names them, defaults included', async () => {
  const { stdout } = await run('console.log(process.env["INPUT_BROKER-URL"], process.env.INPUT_WITH_SPACE)', {
    inputs: { 'broker-url': 'https://x' },
  });
  expect(stdout).toBe('https://x by default\n');
});

test('an input that action.yml does not know is an error', async () => {
  await expect(run('', { inputs: { brokerurl: 'x' } })).rejects.toThrow('action.yml knows no input "brokerurl"');
});

test('nothing of our own environment gets in', async () => {
  const { stdout } = await run('console.log(Object.keys(process.env).sort().join(" "))', {
    environment: { GITHUB_ACTOR: 'octocat' },
  });
  const known =
    /^(CI|GITHUB_ACTIONS|GITHUB_ACTOR|GITHUB_(OUTPUT|STATE|ENV|PATH|STEP_SUMMARY|WORKSPACE)|INPUT_.*|PATH|RUNNER_TEMP|SystemRoot|TEMP|TMP)$/;
  expect(
    stdout
      .trim()
      .split(/ (?!SPACE)/u)
      .filter((name) => !known.test(name)),
  ).toEqual([]);
});

test('what the step wrote is read, values of several lines too', async () => {
  const result = await run(`
    fs.appendFileSync(process.env.GITHUB_OUTPUT, 'plain=a=b\\nlong<<END\\none\\ntwo<<three\\nEND\\n');
    fs.appendFileSync(process.env.GITHUB_STATE, 'kept<<END\\nyes\\nEND\\n');
    fs.appendFileSync(process.env.GITHUB_ENV, 'NAME=value\\n');
    fs.appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Hello');`);
  expect(result).toMatchObject({
    exitCode: 0,
    outputs: { plain: 'a=b', long: 'one\ntwo<<three' },
    state: { kept: 'yes' },
    variables: { NAME: 'value' },
    summary: '# Hello',
  });
});

test('masks are read as the runner unescapes them', async () => {
  const { masks } = await run(`console.log('::add-mask::100%25%0Asure\\nno ::add-mask::x')`);
  expect(masks).toEqual(['100%\nsure']);
});

test('the post step gets the state of the main step', async () => {
  const { stdout } = await run('console.log(process.env.STATE_lease)', { action: 'post', state: { lease: 'lse_1' } });
  expect(stdout).toBe('lse_1\n');
});

test('exit code and both streams are told', async () => {
  const result = await run('console.error("trouble"); process.exitCode = 3');
  expect(result).toMatchObject({ exitCode: 3, stdout: '', stderr: 'trouble\n' });
});

test('a cancelled step is interrupted', async () => {
  const { exitCode } = await run('setTimeout(() => {}, 60_000)', { signal: AbortSignal.timeout(200) });
  expect(exitCode).toBe(null);
});
