// Keeps the examples true: the policies of all situations load as one directory, nothing advises against them, their cases hold
// and cover every rule, and the list of them says what this version issues.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildpass } from './support/command-line.ts';
import { filesMatching, ROOT, readSource } from './support/source-tree.ts';

const DIRECTORY = join(ROOT, 'examples/policies');
const POLICIES = filesMatching(/^examples\/policies\/[a-z][a-z-]*\.yaml$/);
const nameOf = (file: string): string => file.replace(/^.*\/|\.yaml$/g, '');

/** Findings of lint that an example has on purpose, as `file CODE`, each defended in a comment of the example. */
const DEFENDED: readonly string[] = ['gcp-files LINT_OUTLIVES_TTL'];
/** What a policy may be warned of while a part of the broker is not built: never that a rule is wrong. */
const NOT_BUILT = /_UNAVAILABLE$|^is read and checked, but has no effect yet/;

interface Finding {
  readonly file: string;
  readonly code?: string;
  readonly message: string;
}

async function check(): Promise<readonly Finding[]> {
  const { code, out } = await buildpass('policy', 'check', DIRECTORY, '--json');
  const { ok, warnings } = JSON.parse(out) as { ok: boolean; warnings: readonly Finding[] };
  expect([code, ok]).toEqual([0, true]);
  return warnings;
}

describe('the policies for situations', () => {
  it('load as one directory, with no finding of lint but those that are defended', async () => {
    const found = (await check()).filter(({ code }) => code !== undefined);
    expect(found.map(({ file, code }) => `${nameOf(file)} ${code}`)).toEqual(DEFENDED);
  });

  it('are warned of nothing but parts of the broker that are not built yet', async () => {
    const others = (await check()).filter(({ code, message }) => code === undefined && !NOT_BUILT.test(message));
    expect(others).toEqual([]);
  });

  it('have cases that hold, and that permit and deny by every rule', async () => {
    const { code, out } = await buildpass('policy', 'test', '--strict', DIRECTORY);
    expect(out.split('\n').filter((line) => line !== '' && !line.startsWith('ok '))).toEqual([
      expect.stringMatching(/^\d+ cases passed\.$/),
    ]);
    expect(code).toBe(0);
  });

  it('are twenty at least', () => {
    expect(POLICIES.length).toBeGreaterThanOrEqual(20);
  });

  it.each(POLICIES)('%s says what it is for and what it promises, and has its cases beside it', (file) => {
    const [, ...comment] = /^(?:#.*\n)+/.exec(readSource(file))?.[0].split('\n') ?? [];
    expect(comment.join('\n')).toMatch(/^# Promise: /m);
    const { project, entitlements } = parse(readSource(file)) as { project: string; entitlements: object };
    const { cases } = parse(readSource(`examples/policies/tests/${nameOf(file)}.yaml`)) as { cases: { ask: string }[] };
    expect(project).toBe(nameOf(file));
    expect(new Set(cases.map(({ ask }) => ask))).toEqual(
      new Set(Object.keys(entitlements).map((name) => `${project}/${name}`)),
    );
  });

  it('are said to work today, in the list and in their own words, where the loader says nothing else', async () => {
    const warnings = await check();
    const claimed = POLICIES.map((file) => [nameOf(file), listed(file), NOT_ISSUED.test(readSource(file))]);
    expect(claimed).toEqual(
      POLICIES.map((file) => {
        const lacks = warnings.filter((one) => nameOf(one.file) === nameOf(file)).map(({ message }) => message);
        const code = lacks.map((message) => /[A-Z]+_UNAVAILABLE$/.exec(message)?.[0]).find((found) => found);
        return [nameOf(file), code === undefined ? 'yes' : `\`${code}\``, code !== undefined];
      }),
    );
  });
});

const NOT_ISSUED = /^# .*\b(cannot be issued by|not built into) this version yet/m;

/** The last column of the list, without what it adds. */
function listed(file: string): string | undefined {
  const rows = readSource('examples/README.md').split('\n');
  const row = rows.find((line) => line.includes(`(policies/${nameOf(file)}.yaml)`));
  return row?.split('|').at(-2)?.trim().split(',')[0];
}
