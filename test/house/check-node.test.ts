import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT, readSource } from '../support/source-tree.ts';

const run = promisify(execFile);

/** Runs the check as if on another Node: exit code and what it said. */
async function checkedOn(version: string): Promise<{ code: number; stderr: string }> {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: ${JSON.stringify(version)} } });`;
  const preload = `data:text/javascript,${encodeURIComponent(pretend)}`;
  return run(process.execPath, ['--import', preload, '.ci/check-node.js'], { cwd: ROOT }).then(
    ({ stderr }) => ({ code: 0, stderr }),
    (error: { code: number; stderr: string }) => ({ code: error.code, stderr: error.stderr }),
  );
}

describe('the Node check', () => {
  it.each(['24.15.0', '24.21.0', '25.0.0'])('says nothing on %s', async (version) => {
    expect(await checkedOn(version)).toEqual({ code: 0, stderr: '' });
  });

  it.each(['18.20.4', '20.20.2', '24.0.0', '24.14.1'])(
    'stops on %s with one sentence that says what to do',
    async (version) => {
      const { code, stderr } = await checkedOn(version);
      expect([code, stderr.trim().split('\n').length]).toEqual([1, 1]);
      expect(stderr).toContain(`Buildpass needs Node 24.15 or newer, and this is ${version}.`);
      expect(stderr).toContain('install Node 24 and run this again');
    },
  );

  it('comes before everything that needs it', () => {
    const { scripts, engines } = JSON.parse(readSource('package.json')) as {
      scripts: Record<string, string>;
      engines: { node: string };
    };
    for (const name of ['start', 'test', 'buildpass']) expect(scripts[name]).toMatch(/^node \.ci\/check-node\.js && /);
    expect(engines.node).toBe('>=24.15');
  });
});
