// Workflows are anybody's text: whatever stands in one gets a sentence, costs little, and is never repeated where it is a secret.
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkout, expression, imported, runImport as run, workflow } from '../../support/checkout-files.ts';
import { temporaryDirectory } from '../../support/config-file.ts';

describe('hostile workflows', () => {
  const BOMB = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[at]}`).join(',')}]`)
    .join('\n')}\njobs: {}\n`;

  it.each<[what: string, text: string | Uint8Array, sentence: string]>([
    [
      'one too large',
      `jobs: {}\n${'#'.repeat(600_000)}`,
      'bytes, more than the 262144 of any workflow or action that people write',
    ],
    ['one that is no YAML', 'jobs: {\n  "AKIA0123456789ABCDEF', 'is not YAML: line 2'],
    ['one of two documents', 'jobs: {}\n---\njobs: {}\n', 'is not YAML: line 2'],
    ['one that is not UTF-8', new Uint8Array([0xff, 0xfe]), 'cannot be read, or is not UTF-8'],
    ['one without jobs', 'on: push\n', 'is no workflow: it has no `jobs`'],
    ['a list', '- jobs\n', 'is no workflow: it has no `jobs`'],
    ['nothing', '', 'is no workflow: it has no `jobs`'],
    ['a bomb of aliases', BOMB, 'repeats its anchors too often'],
    ['an alias of nothing', 'jobs: *nowhere\n', 'repeats its anchors too often, or names one that is not there'],
    ['brackets without end', `jobs: ${'['.repeat(200_000)}`, 'has more parts, or deeper nesting'],
    ['deep nesting', `jobs: ${'['.repeat(60)}x${']'.repeat(60)}\n`, 'has more parts, or deeper nesting'],
    [
      'deep nesting in a job',
      `jobs: { a: ${'['.repeat(60)}x${']'.repeat(60)} }\n`,
      'has more parts, or deeper nesting',
    ],
    ['a hundred thousand texts', `jobs: { a: [${'x,'.repeat(100_000)}] }\n`, 'has more parts, or deeper nesting'],
    ['a job id of several lines', 'jobs: { "a\\n    evil": {} }\n', 'has a job with an id that GitHub does not take'],
  ])('%s gets one sentence, and the others are read', async (_what, ...[text, sentence]) => {
    const root = await checkout({
      'bad.yml': text,
      'good.yml': workflow(`run: echo ${expression('secrets.DEPLOY_KEY')}`),
    });
    const { code, out, err } = await run(root);
    expect([code, err]).toEqual([1, '']);
    const lines = out.split('\n').filter((line) => line.includes('bad.yml'));
    expect(lines).toEqual([expect.stringContaining(sentence)]);
    expect(out).toContain('DEPLOY_KEY');
  });

  it('links are not followed, wherever they lead', async () => {
    const root = await checkout({ 'good.yml': workflow('run: x') });
    await symlink('/etc/passwd', join(root, '.github/workflows/link.yml'));
    expect(await run(root)).toMatchObject({
      code: 1,
      out: expect.stringContaining('.github/workflows/link.yml: is a link, and links are not followed') as string,
    });
    const linked = await temporaryDirectory();
    await symlink(join(root, '.github'), join(linked, '.github'));
    expect((await run(linked)).code).toBe(2);
  });

  it('anchors that GitHub takes are read too', async () => {
    const text =
      'on: push\njobs:\n  a: { env: &e { NPM_TOKEN: "EXPRESSION" }, steps: [] }\n  b: { env: *e, steps: [] }\n';
    expect((await imported(text.replace('EXPRESSION', expression('secrets.NPM_TOKEN')))).out).toMatch(
      /NPM_TOKEN\n {4}\.github\/workflows\/ci\.yml:3, job a.*\n {4}\.github\/workflows\/ci\.yml:4, job b/,
    );
  });

  it.each([
    ["secrets['deploy_key']", 'DEPLOY_KEY'],
    ['SECRETS . deploy_key', 'DEPLOY_KEY'],
    ["format('{0}', secrets.DEPLOY_KEY) || 'x'", 'DEPLOY_KEY'],
    ["secrets[format('A_{0}', matrix.x)]", 'hands on all secrets at once'],
    ['toJSON( secrets )', 'hands on all secrets at once'],
    [`${"'x' || ".repeat(5_000)}secrets.A`, 'is too long to be looked at'],
  ])('an expression %# is understood, or said not to be', async (inner, expected) => {
    expect((await imported(workflow(`run: ${JSON.stringify(`echo ${expression(inner)}`)}`))).out).toContain(expected);
  });

  it.each([
    ['openers without ends', `\${{ secrets.`.repeat(16_000)],
    ['beginnings of tokens', 'eyJ-'.repeat(60_000)],
    ['beginnings of keys', '-----BEGIN '.repeat(16_000)],
    ['one long word', 'aB1'.repeat(80_000)],
  ])('%s take no time', async (_what, soup) => {
    const start = process.cpuUsage();
    expect((await imported(workflow(`run: ${JSON.stringify(soup)}`))).code).toBe(0);
    expect(process.cpuUsage(start).user).toBeLessThan(10_000_000);
  });

  it.each([
    'AKIAIOSFODNN7EXAMPLE',
    'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY1a',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'https://deploy:hunter2-hunter2@registry.example.com',
    '-----BEGIN RSA PRIVATE KEY-----',
  ])('a secret %# that was written in is reported and never repeated', async (secret) => {
    const [name, quoted] = [secret.replace(/\W/g, '_'), JSON.stringify(secret)];
    const text = `name: ${quoted}
on: { push: { branches: [${quoted}] } }
jobs:
  ${name}:
    environment: ${quoted}
    env: { KEY: ${quoted}, ${quoted}: x }
    steps:
      - name: ${quoted}
        uses: aws-actions/configure-aws-credentials@v5
        with: { role-to-assume: ${quoted}, aws-region: ${quoted}, aws-access-key-id: ${quoted} }
      - run: ${JSON.stringify(`curl -H 'token: ${secret}'`)}
`;
    const root = await checkout({ 'ci.yml': text });
    const { code, out, err } = await run(root, '--write', join(root, 'drafts'));
    const json = await run(root, '--json');
    const files = await Promise.all(
      ['shop.yaml', '_organization.yaml', 'tests/shop.yaml', 'workflow-changes.md'].map((file) =>
        readFile(join(root, 'drafts', file), 'utf8'),
      ),
    );
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('holds what looks like a secret: take it out and revoke it'),
    ]);
    for (const said of [out, err, json.out, ...files]) expect(said).not.toContain(secret);
  });

  it('whatever names stand in a workflow, the draft loads, or what is wrong with it is said', async () => {
    const odd = fc.oneof(
      fc.constantFrom(
        'main',
        'release/**',
        '!x',
        'a b',
        '"',
        "'",
        '#x',
        '- a',
        '{',
        '*',
        '?',
        'ä',
        '\u202e',
        '\n    evil: 1',
        'null',
        'v[0-9]+',
        expression('x'),
        ': ',
        '5',
      ),
      fc.string({ maxLength: 12 }),
    );
    const property = fc.asyncProperty(fc.array(odd, { minLength: 8, maxLength: 8 }), async (values) => {
      const [branch, tag, environment, step, role, account, path, repository] = values.map((value) =>
        JSON.stringify(value),
      );
      const text = `on: { push: { branches: [${branch}], tags: [${tag}] }, pull_request: { branches: [${branch}] }, release: {} }
jobs:
  a:
    runs-on: [${step}]
    environment: ${environment}
    steps:
      - { name: ${step}, uses: aws-actions/configure-aws-credentials@v5, with: { role-to-assume: ${role}, aws-region: ${role} } }
      - { uses: google-github-actions/auth@v3, with: { service_account: ${account}, access_token_scopes: ${account} } }
      - { uses: hashicorp/vault-action@v3, with: { role: ${role}, secrets: ${JSON.stringify(`kv/${path} ${step} | ${tag}`)} } }
      - { uses: actions/create-github-app-token@v3, with: { repositories: ${repository}, permission-contents: read } }
`;
      const { out, code } = await imported(text);
      expect(out).not.toContain('does not hold');
      expect([code, out]).toEqual([0, expect.stringContaining('The policy, as a draft:')]);
    });
    await fc.assert(property, { numRuns: 40 });
  });
});
