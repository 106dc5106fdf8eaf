// Policies as files in a directory of their own, until the test ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export function writtenPolicies(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-policies-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return directory;
}
