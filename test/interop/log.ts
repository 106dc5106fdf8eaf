// An export of a log of real stories, verified by the implementation of Go's checksum database.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatherEvidence } from '../mutations/evidence.ts';
import { buildGo, goModule, outputOf } from './counterpart.ts';

export async function interopWithGoSumdb(): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-interop-'));
  const program = join(directory, 'verify');
  try {
    if (!buildGo('.', program)) return undefined;
    const evidence = await gatherEvidence();
    const child = spawn(program, [evidence.export, ...evidence.verifierKeys], { stdio: ['pipe', 'pipe', 'pipe'] });
    const said = await outputOf(child, '').finally(() => evidence.remove());
    return `${goModule('.', 'golang.org/x/mod')}: ${said}`;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
