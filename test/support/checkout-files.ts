// A checkout with workflows, and `policy import` run on it.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildpass, type Ran } from './command-line.ts';
import { temporaryDirectory } from './config-file.ts';

/** Workflows with every kind of thing to find. */
export const FIXTURE = join(import.meta.dirname, '../broker/policy-import/checkout/workflows');

/** A checkout with these workflows (`../actions/x/action.yml` stands beside them), or those of the fixture. */
export async function checkout(files?: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await temporaryDirectory();
  const folder = join(root, '.github/workflows');
  await mkdir(folder, { recursive: true });
  if (files === undefined) await cp(FIXTURE, folder, { recursive: true });
  for (const [file, text] of Object.entries(files ?? {})) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return root;
}

export const runImport = async (root: string, ...words: string[]): Promise<Ran> =>
  buildpass('policy', 'import', root, '--repository', 'acme/shop', '--owner', 'acme/platform', ...words);
export const imported = async (text: string, ...words: string[]): Promise<Ran> =>
  runImport(await checkout({ 'ci.yml': text }), ...words);

/** One job with one step. */
export const workflow = (step: string): string =>
  `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - ${step}\n`;

/** As GitHub evaluates it. */
export const expression = (inner: string): string => `\${{ ${inner} }}`;
