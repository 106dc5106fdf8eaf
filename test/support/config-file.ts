// A valid buildpass.yaml in a directory of its own, from which a test changes what it is about.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const VALID_CONFIG = `url: https://buildpass.example.com
store: sqlite:./data/buildpass.db
policies: { directory: ./policies }
issuers:
  github: { kind: github, url: https://token.actions.githubusercontent.com, owners: { acme: "1001" } }
keys: { encryption-key-file: ./kek }
`;

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'buildpass-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes the valid configuration, or `text` instead, and returns the file's path. */
export async function writeConfig(text: string = VALID_CONFIG): Promise<string> {
  const file = join(await temporaryDirectory(), 'buildpass.yaml');
  await writeFile(file, text);
  return file;
}
