// Where policy files are parsed makes no difference to what comes of them.
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createPolicyParser, sparingOne } from '../../broker/parse-policies.ts';
import { type PolicyFile, parseFile } from '../../broker/policy/policy-file.ts';
import { buildProject, yamlText } from '../support/build-policy.ts';

const here = (): undefined => undefined;
const file = (name: string, comment = ''): PolicyFile => ({
  kind: 'project',
  file: `${name}.yaml`,
  text: `${yamlText(buildProject({ project: name }))}# ${comment}\n`,
});
const LONG = 'x'.repeat(3_000);

describe('the parser of policy files', () => {
  it.each([
    ['few and small, on this thread', [file('a'), file('b')]],
    ['larger, on threads', [file('a', LONG), file('b', LONG), { ...file('c', LONG), text: 'project: [' }]],
  ])('gives what parsing gives: %s', async (_what, files) => {
    const { parseAll } = createPolicyParser(here);
    const parsed = await Promise.all(parseAll(files));
    expect(parsed).toEqual(files.map((one) => parseFile(one)));
  });

  it('goes on with the others where a thread ends over one of them, and with the next load', async () => {
    const { parseAll } = createPolicyParser(here, () => 1);
    const unreadable = { ...file('b', LONG), text: 7 as unknown as string };
    const settled = await Promise.allSettled(parseAll([file('a', LONG), unreadable, file('c', LONG)]));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(Promise.all(parseAll([file('a', LONG), file('c', LONG)]))).resolves.toHaveLength(2);
  });

  it('gives up what is under way when the broker stops', async () => {
    const { parseAll, stop } = createPolicyParser(here, () => 1);
    const parsing = Promise.allSettled(parseAll([file('a', LONG), file('b', LONG), file('c', LONG)]));
    stop();
    expect((await parsing).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('leaves a core to those who ask', () => {
    expect(sparingOne()).toBe(Math.max(1, availableParallelism() - 1));
  });
});
