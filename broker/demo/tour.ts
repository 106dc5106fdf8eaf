// The demo's tour: each job runs the bundled action as a process, as GitHub's runner would, and this says what happened.
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { DemoIssuer } from './issuer.ts';
import type { DemoJob } from './jobs.ts';
import { type ActionResult, runAction } from './runner.ts';

export interface TourStop {
  readonly url: string;
  readonly issuer: DemoIssuer;
  readonly actionDirectory: string;
  readonly workDirectory: string;
}

/** Runs one job's step and its post step; returns the lines to print. `onWaiting` is told the link where people must decide. */
export async function visit(
  stop: TourStop,
  job: DemoJob,
  waiting?: { readonly onWaiting: (page: string) => void; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const environment = { ...stop.issuer.registerJob(job.claims), ...jobVariables(job) };
  const step = {
    actionDirectory: stop.actionDirectory,
    workDirectory: stop.workDirectory,
    inputs: { 'broker-url': stop.url, entitlement: job.entitlement },
    environment,
  };
  const onLine = (line: string): void => {
    const [page] = line.includes('needs approval') ? (/https?:\S+$/.exec(line) ?? []) : [];
    if (page !== undefined) waiting?.onWaiting(page);
  };
  const main = await runAction({ ...step, action: 'main', onLine, ...(waiting && { signal: waiting.signal }) });
  if (main.exitCode !== 0) return ['refused. The job log says:', ...errorsIn(main).map((line) => `  ${line}`)];
  const lines = await describeIssued(stop, main);
  const post = await runAction({ ...step, action: 'post', state: main.state });
  return [...lines, ...sentences(post).map((line) => `the post step: ${line}`)];
}

async function describeIssued({ url }: TourStop, main: ActionResult): Promise<string[]> {
  const { token = '', 'expires-at': expiresAt = '', 'log-index': index = '', assurance = '' } = main.outputs;
  // Any relying party would do the same: fetch our keys, and check signature, issuer, audience and times.
  const audience = decodeJwt(token).aud as string;
  const { protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`)), {
    issuer: url,
    audience,
    typ: 'at+jwt',
  });
  return [
    `issued (${assurance}): a JWT for ${audience}, until ${expiresAt}; entry ${index} of the log.`,
    `A relying party that knows only ${url} has just accepted it (${protectedHeader.alg}, key ${protectedHeader.kid?.slice(0, 8)}…).`,
  ];
}

function jobVariables({ claims }: DemoJob): Record<string, string> {
  const names = [
    'repository',
    'repository_id',
    'repository_owner',
    'repository_owner_id',
    'ref',
    'sha',
    'actor',
    'actor_id',
    'event_name',
    'run_id',
    'run_attempt',
    'run_number',
    'workflow',
    'workflow_ref',
  ];
  return Object.fromEntries([
    ...names.map((name) => [`GITHUB_${name.toUpperCase()}`, claims[name] ?? '']),
    ['GITHUB_SERVER_URL', 'https://github.com'],
    ['GITHUB_API_URL', 'https://api.github.com'],
  ]);
}

/** The text of `::error::` commands: what the workflow author reads. */
function errorsIn({ stdout }: ActionResult): string[] {
  return [...stdout.matchAll(/^::error(?: [^:]*)?::(.*)$/gm)].flatMap(([, text = '']) =>
    text.replaceAll('%0A', '\n').replaceAll('%0D', '').replaceAll('%25', '%').split('\n'),
  );
}

/** What a step printed that is not a command to the runner. */
function sentences({ stdout }: ActionResult): string[] {
  return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('::'));
}
