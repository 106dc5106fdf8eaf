// Keeps the examples true: the policies of all situations load as one directory, nothing advises against them, their cases hold
// and cover every rule, and the list of them says what this version issues.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BUILT_KINDS } from '../broker/providers/index.ts';
import { buildpass } from './support/command-line.ts';
import { filesMatching, ROOT, readSource } from './support/source-tree.ts';

const DIRECTORY = join(ROOT, 'examples/policies');
const POLICIES = filesMatching(/^examples\/policies\/[a-z][a-z-]*\.yaml$/);
const nameOf = (file: string): string => file.replace(/^.*\/|\.yaml$/g, '');

/** Findings of lint that an example has on purpose, as `file CODE`, each defended in a comment of the example. */
const DEFENDED: readonly string[] = [];
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

  it.each(POLICIES)('the list of examples says of %s what this version issues', (file) => {
    const { entitlements } = parse(readSource(file)) as { entitlements: Record<string, Written> };
    const row = readSource('examples/README.md')
      .split('\n')
      .find((line) => line.includes(`(policies/${nameOf(file)}.yaml)`));
    expect(row?.split('|').at(-2)?.trim()).toMatch(worksToday(Object.values(entitlements)));
  });
});

interface Written {
  readonly credential: { readonly kind: string };
  readonly 'break-glass'?: object;
}

function worksToday(entitlements: readonly Written[]): RegExp {
  if (entitlements.some((one) => !BUILT_KINDS.includes(one.credential.kind))) return /^`PROVIDER_UNAVAILABLE`$/;
  return entitlements.some((one) => one['break-glass'] !== undefined) ? /^`APPROVAL_UNAVAILABLE`$/ : /^yes/;
}
