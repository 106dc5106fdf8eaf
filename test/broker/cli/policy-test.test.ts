import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildDocuments, yamlText } from '../../support/build-policy.ts';
import { buildpass, type Ran } from '../../support/command-line.ts';
import { temporaryDirectory, VALID_CONFIG } from '../../support/config-file.ts';

const PUSH = { title: 'A push to main', event: 'push', ask: 'shop/preview', expect: 'permit' };
const BRANCH = { ...PUSH, title: 'A push elsewhere', branch: 'x', expect: 'deny', because: 'branch' };

/** A policy directory with cases; `undefined` writes none. */
async function place(cases: unknown, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await temporaryDirectory();
  const directory = join(root, 'policies');
  await mkdir(join(directory, 'tests'), { recursive: true });
  for (const { file, text } of buildDocuments()) await writeFile(join(directory, file), text);
  if (cases !== undefined) await writeFile(join(directory, 'tests/shop.yaml'), yamlText({ cases }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, file), text);
  return directory;
}

async function test(cases: unknown, ...words: string[]): Promise<Ran> {
  const directory = await place(cases);
  const ran = await buildpass('policy', 'test', directory, ...words);
  return { ...ran, out: ran.out.replaceAll(`${directory}/`, '') };
}

describe('buildpass policy test', () => {
  it('prints a line a case, and exits 0 where each comes out as expected', async () => {
    expect(await test([PUSH, BRANCH])).toEqual({
      code: 0,
      err: '',
      out: [
        'ok   shop/preview: A push to main (permit, the first rule)',
        'ok   shop/preview: A push elsewhere (deny)',
        '2 cases passed.',
        '',
      ].join('\n'),
    });
  });

  it('says of a case that fails what was expected, what came, and why', async () => {
    const { code, out } = await test([PUSH, { ...BRANCH, expect: 'permit', because: undefined }]);
    expect([code, out.split('\n')]).toEqual([
      1,
      [
        'ok   shop/preview: A push to main (permit, the first rule)',
        'FAIL shop/preview: A push elsewhere',
        '     tests/shop.yaml:6: expected permit, got deny',
        expect.stringMatching(/^ {5}POLICY_NO_MATCH: The first rule wants `branch` to be main; this job has "x"\. /),
        '1 of 2 cases failed.',
        '',
      ],
    ]);
  });

  it('warns of what no case covers, and fails for it with --strict', async () => {
    const { code, out } = await test([PUSH]);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('warning: shop/preview: no case is denied, so nothing shows that it is closed\n'),
    ]);
    expect(out).toContain('1 case passed, 1 gap in what they cover.');
    expect(await test([PUSH], '--strict')).toMatchObject({
      code: 1,
      out: expect.stringContaining('FAIL shop/preview: no case is denied') as string,
    });
  });

  it('answers programs in one line of JSON', async () => {
    const { code, out } = await test([PUSH, { ...BRANCH, expect: 'permit', because: undefined }], '--json');
    expect(code).toBe(1);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      passed: 1,
      failed: 1,
      cases: [
        {
          file: 'tests/shop.yaml',
          line: 2,
          title: 'A push to main',
          expected: 'permit',
          got: 'permit',
          rule: 0,
          ok: true,
        },
        {
          line: 6,
          got: 'deny',
          ok: false,
          failure: 'expected permit, got deny',
          reasons: [{ code: 'POLICY_NO_MATCH', rule: 0, condition: 'branch' }],
        },
      ],
      uncovered: [],
    });
  });

  it('takes the directory and the owners of a configuration', async () => {
    const directory = await place(
      [PUSH, { ...BRANCH, repository: 'evil/shop', branch: undefined, because: 'OWNER_NOT_ALLOWED' }],
      {
        'buildpass.yaml': VALID_CONFIG,
      },
    );
    const config = join(directory, '../buildpass.yaml');
    expect(await buildpass('policy', 'test', '--config', config)).toMatchObject({ code: 0 });
    await writeFile(config, 'url: 5');
    expect((await buildpass('policy', 'test', '--config', config)).code).toBe(78);
  });

  it('knows from a configuration whether anybody could approve', async () => {
    const directory = await place([{ ...PUSH, expect: 'approval' }], { 'buildpass.yaml': VALID_CONFIG });
    for (const { file, text } of buildDocuments({ entitlement: { approval: { by: 'acme/security' } } }))
      await writeFile(join(directory, file), text);
    expect(await buildpass('policy', 'test', directory)).toMatchObject({ code: 0 });
    const config = join(directory, '../buildpass.yaml');
    expect(await buildpass('policy', 'test', '--config', config)).toMatchObject({
      code: 1,
      out: expect.stringContaining('APPROVAL_UNAVAILABLE: shop/preview needs approval') as string,
    });
  });

  it.each<[what: string, cases: unknown, sentence: string]>([
    ['no case', undefined, 'There are no cases: write the first into tests/NAME.yaml, as docs/policy-tools.md shows.'],
    [
      'a case that cannot be read',
      [{ ...PUSH, evnt: 'push' }],
      'tests/shop.yaml:6:5: cases[0].evnt: unknown key; did you mean `event`?',
    ],
  ])('exits 2 for %s', async (_what, cases, sentence) => {
    expect(await test(cases)).toMatchObject({ code: 2, out: expect.stringContaining(sentence) as string });
    expect(JSON.parse((await test(cases, '--json')).out)).toMatchObject({
      ok: false,
      error: expect.any(String) as string,
    });
  });

  it('exits 2 where the policies do not load, or are not there', async () => {
    const directory = await place([PUSH]);
    await writeFile(join(directory, 'shop.yaml'), 'project: 5');
    expect(await buildpass('policy', 'test', directory)).toMatchObject({
      code: 2,
      out: expect.stringContaining('The policies do not load:\n') as string,
    });
    expect((await buildpass('policy', 'test', '/nowhere')).out).toBe(
      'the policy directory "/nowhere" cannot be read: it does not exist\n',
    );
  });

  it('prints nothing that a terminal or a runner would obey', async () => {
    const { out } = await test([
      { ...BRANCH, title: '##[add-mask]x ::stop-commands::y', expect: 'permit', because: undefined },
    ]);
    expect(out).toContain('stop-commands');
    expect(out).not.toMatch(/##\[|^\s*::/m);
  });

  it('passes for the example policies, with nothing uncovered', async () => {
    const { code, out } = await buildpass(
      'policy',
      'test',
      join(import.meta.dirname, '../../../examples/policy'),
      '--strict',
    );
    expect([code, out]).toEqual([0, expect.stringContaining('13 cases passed.\n')]);
  });
});

describe('the cases beside the policies', () => {
  it('are nothing that a broker or `policy check` reads', async () => {
    const directory = await place(undefined);
    const { out: without } = await buildpass('policy', 'check', directory);
    await writeFile(join(directory, 'tests/shop.yaml'), 'this is: [no case');
    expect(await buildpass('policy', 'check', directory)).toMatchObject({ code: 0, out: without });
  });
});
