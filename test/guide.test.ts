// Walks through docs/from-a-secret-to-a-policy.md as a reader does: writes each file that it shows, runs each command with GitHub's
// API as a double, and holds what comes out against what the guide says.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { main } from '../broker/main.ts';
import { recordedIo } from './support/command-line.ts';
import { temporaryDirectory } from './support/config-file.ts';
import { startGithubApi, TOKEN } from './support/github-api-double.ts';
import { snippetsOf } from './support/markdown.ts';
import { readSource } from './support/source-tree.ts';

const GUIDE = 'docs/from-a-secret-to-a-policy.md';

type Walk = { readonly root: string; readonly environment: Readonly<Record<string, string>> };

/** What a command answers, with the directory taken out of it. */
async function answer(line: string, { root, environment }: Walk): Promise<string> {
  const words = line.split(' ').map((word) => (/^(shop|policies)$/.test(word) ? join(root, word) : word));
  const io = recordedIo(environment);
  await main(words, io);
  return `${io.written.out}${io.written.err}`.replaceAll(`${root}/`, '').trimEnd();
}

/** What comes out, shortened as the guide shortens it: a line `...` stands for whatever is there. */
function shortenedLike(shown: readonly string[], got: string): string {
  const at = shown.indexOf('...');
  if (at === -1) return got;
  const lines = got.split('\n');
  return [...lines.slice(0, at), '...', ...lines.slice(lines.length - (shown.length - at - 1))].join('\n');
}

it('the guide from a secret to a policy says what happens', async () => {
  const root = await temporaryDirectory();
  const api = await startGithubApi({ repositories: { 'acme/shop': 2001 }, teams: { 'acme/platform': 4710 } });
  const walk = { root, environment: { GITHUB_TOKEN: TOKEN, GITHUB_API_URL: api.url } };
  for (const { language, text } of snippetsOf(GUIDE)) {
    const file = /^# ([\w./-]+\.ya?ml)\n/.exec(text)?.[1];
    if (language === 'yaml' && file !== undefined) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
    const [command = '', ...lines] = text.trimEnd().split('\n');
    if (!command.startsWith('$ buildpass ')) continue;
    const got = await answer(command.replace('$ buildpass ', ''), walk);
    expect(`${command}\n${shortenedLike(lines, got)}`).toBe(text.trimEnd());
  }
});

it('the guide shows of a dry run what the action says', () => {
  const said = readSource('test/action-process/snapshots/dry-run.txt').replaceAll(
    'shop/publish-preview',
    'shop/deploy',
  );
  const shown = snippetsOf(GUIDE).filter(({ language }) => language === 'text');
  expect(shown.filter(({ text }) => !said.includes(text))).toEqual([]);
  expect(shown).toHaveLength(1);
});
