// What docs/policy-tools.md shows is what the commands print for the very files that it shows.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../broker/main.ts';
import { buildOrganization, yamlText } from './support/build-policy.ts';
import { recordedIo } from './support/command-line.ts';
import { temporaryDirectory } from './support/config-file.ts';
import { startGithubApi, TOKEN } from './support/github-api-double.ts';
import { snippetsOf } from './support/markdown.ts';
import { readSource } from './support/source-tree.ts';

const DOCUMENT = 'docs/policy-tools.md';

/** Files of the document, by the path that their first line names. */
const FILES = Object.fromEntries(
  snippetsOf(DOCUMENT).flatMap(({ text }): [string, string][] => {
    const path = /^# ([\w./-]+\.ya?ml)$/m.exec(text.split('\n')[0] ?? '')?.[1];
    return path === undefined ? [] : [[path, text]];
  }),
);

/** What the document shows below a command line. */
function shown(command: string): string {
  const [, after = ''] = readSource(DOCUMENT).split(`\n$ buildpass ${command}\n`);
  return after.slice(0, after.indexOf('```'));
}

async function place(change: (text: string) => string = (text) => text): Promise<string> {
  const root = await temporaryDirectory();
  const files = { ...FILES, 'policies/_organization.yaml': yamlText(buildOrganization()) };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), change(text));
  }
  return root;
}

async function printed(root: string, words: readonly string[], environment = {}): Promise<string> {
  const io = recordedIo(environment);
  await main(words, io);
  expect(io.written.err).toBe('');
  return io.written.out.replaceAll(`${root}/`, '');
}

describe('the document of the policy tools', () => {
  it('shows what `policy test` prints', async () => {
    const root = await place();
    expect(await printed(root, ['policy', 'test', join(root, 'policies')])).toBe(shown('policy test policies'));
  });

  it('shows what `policy pin` prints, before the policy has its id', async () => {
    const root = await place((text) => text.replace(', id: "2001"', ''));
    const teams = { 'acme/platform': 4710, 'acme/release-managers': 4711, 'acme/security': 4712 };
    const api = await startGithubApi({ repositories: { 'acme/shop': 2001 }, teams });
    const environment = { GITHUB_TOKEN: TOKEN, GITHUB_API_URL: api.url };
    const out = await printed(root, ['policy', 'pin', join(root, 'policies')], environment);
    expect(out).toBe(shown('policy pin policies'));
  });

  it('shows what `policy import` drafts', async () => {
    const words = ['--repository', 'acme/shop', '--owner', 'acme/platform'];
    const root = await place();
    const out = await printed(root, ['policy', 'import', root, ...words]);
    const part = shown(`policy import . ${words.join(' ')}`);
    expect(part).toContain('aws-shop-deploy');
    expect(out).toContain(part);
  });
});
