// `npm run interop`: an export of a log of real stories, verified by an implementation that shares no line with ours (Go's
// golang.org/x/mod/sumdb). Needs Go and its module proxy; where they are missing it says that it did not run.
import { spawnSync } from 'node:child_process';
import { gatherEvidence } from '../mutations/evidence.ts';

const directory = import.meta.dirname;
const go = (...words: string[]) => spawnSync('go', words, { cwd: directory, encoding: 'utf8' });

if (go('mod', 'download').status === 0) {
  const evidence = await gatherEvidence();
  const { status, stdout, stderr } = go('run', '.', evidence.export, evidence.verifierKey);
  console.log(status === 0 ? `Go agrees: ${stdout.trim()}` : `Go does not agree: ${stderr}`);
  process.exitCode = status === 0 ? 0 : 1;
  evidence.remove();
} else {
  console.log('DID NOT RUN: Go, or its module golang.org/x/mod, is not there');
}
