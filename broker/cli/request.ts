// `buildpass request`: asks for a credential as the action does, from a shell in a job. Nothing secret is ever an argument:
// the subject token comes from the runner or a file, and the credential goes to a file or, when asked for, to standard output.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Issued, type Refusal, SCOPE_FORM } from '../../shared/api.ts';
import { formatDuration, parseDuration } from '../../shared/duration.ts';
import { neverEnds } from '../../shared/issued-credential.ts';
import { type Entropy, systemEntropy } from '../clock.ts';
import { type Answer, type Ask, askBroker } from './ask-broker.ts';
import { ASKING_OPTIONS, brokerOrigin } from './broker-origin.ts';
import { type Command, type CommandContext, type ExitCode, required, UsageError } from './command.ts';
import { credentialText, type Format, readFormat } from './credential-text.ts';
import { giveBack } from './give-back.ts';
import { type SubjectTokens, subjectTokens } from './subject-tokens.ts';

export interface RequestDeps {
  readonly fetch: typeof fetch;
  readonly entropy: Entropy;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

export const command: Command = {
  name: 'request',
  summary: 'ask for a credential, as the action does, from a shell in a job',
  usage: 'request --broker-url URL --entitlement PROJECT/NAME (--output FILE [--format FORMAT] | --json)',
  about:
    'Takes the OIDC token of the job from the runner (the job needs `permissions: id-token: write`) and prints what was decided. ' +
    'The credential is written to FILE, which only you can read; without --output it is part of the JSON answer. A credential of several values is written as their JSON; with --format env as lines for a shell to read, under the names that programs of its ecosystem know, and with --format kubeconfig as a file for kubectl. It ends by itself: a shell has no post step that returns it. One that cannot be written is given back at once.',
  examples: [
    'buildpass request --broker-url https://buildpass.example.com --entitlement shop/publish-preview --output "$RUNNER_TEMP/token"',
    'buildpass request --broker-url https://buildpass.example.com --entitlement shop/publish-preview --json | jq -r .expires_in',
    'buildpass request --broker-url https://buildpass.example.com --entitlement shop/deploy-production --format env --output "$RUNNER_TEMP/aws" && . "$RUNNER_TEMP/aws"',
  ],
  options: {
    'broker-url': ASKING_OPTIONS['broker-url'],
    entitlement: { type: 'string', value: 'PROJECT/NAME', about: 'what to ask for' },
    output: { type: 'string', value: 'FILE', about: 'new file for the credential (mode 0600)' },
    format: { type: 'string', value: 'FORMAT', about: 'of that file: token (default), env or kubeconfig' },
    ttl: { type: 'string', value: 'TIME', about: 'a shorter life than the entitlement gives, like 5m' },
    reason: { type: 'string', value: 'TEXT', about: 'why, for the log and for those who approve' },
    ticket: { type: 'string', value: 'TEXT', about: 'the ticket that it belongs to' },
    'assisted-by': { type: 'string', value: 'TEXT', about: 'the program that prepared this, for the log' },
    audience: ASKING_OPTIONS.audience,
    'subject-token-file': ASKING_OPTIONS['subject-token-file'],
  },
  run: (context) => request(context, { fetch, entropy: systemEntropy, wait }),
};

export async function request(context: CommandContext, deps: RequestDeps): Promise<ExitCode> {
  const ask = readAsk(context, deps.entropy);
  const tokens = subjectTokens(context, ask.audience, deps.fetch);
  const format = readFormat(context);
  const output = await createOutput(context);
  try {
    const answer = await answerTo(ask, tokens, deps);
    if (answer.kind === 'issued') {
      const { issued } = answer;
      const problem = await notWritten(issued, output && { ...output, format });
      if (problem === undefined) return say(issued, output !== undefined, context);
      context.io.err(inert(`Nothing was written: ${problem}. ${await giveBack({ ...ask, issued }, deps.fetch)}.`));
      return 1;
    }
    explain(answer, context);
    return 1;
  } finally {
    await output?.close();
  }
}

function readAsk(context: CommandContext, entropy: Entropy): Ask & { audience: string } {
  const brokerUrl = brokerOrigin(context);
  const scope = required(context, 'entitlement');
  if (!SCOPE_FORM.test(scope)) throw new UsageError(`--entitlement "${scope}" is not PROJECT/NAME`);
  const ttl = context.option('ttl');
  const seconds = ttl === undefined ? undefined : parseDuration(ttl);
  if (ttl !== undefined && seconds === undefined)
    throw new UsageError(`--ttl "${ttl}" is not a time: write one like 90s, 15m or 2h`);
  return {
    brokerUrl,
    scope,
    ttl: seconds,
    reason: context.option('reason'),
    ticket: context.option('ticket'),
    assistedBy: context.option('assisted-by'),
    audience: context.option('audience') ?? brokerUrl,
    // One ask, one secret: a repeated question with it gets the same answer instead of a second credential.
    requestSecret: entropy.bytes(32).toString('base64url'),
  };
}

interface Output {
  readonly write: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Made before anything is asked: a credential that cannot be handed over should not be issued. */
async function createOutput(context: CommandContext): Promise<Output | undefined> {
  const file = context.option('output');
  if (file === undefined) {
    if (context.json) return undefined;
    throw new UsageError('say where the credential goes: --output FILE, or --json to have it printed');
  }
  let handle: FileHandle;
  try {
    // A file that exists could have another mode, another owner, or be a link to somewhere else.
    handle = await open(file, 'wx', 0o600);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new UsageError(
      exists
        ? `--output "${file}" exists already: name a new file`
        : `--output "${file}" cannot be made: ${(error as Error).message}`,
    );
  }
  let written = false;
  return {
    write: async (text) => {
      await handle.writeFile(text);
      written = true;
    },
    close: async () => {
      await handle.close();
      if (!written) await rm(file, { force: true });
    },
  };
}

const MAX_ATTEMPTS = 3;
const MAX_WAIT_SECONDS = 30;
/** As long as the action waits. */
const LONGEST_WORTH_WAITING = 120;

/** Asks again while the broker cannot answer, with the same secret and a fresh token each time, as tokens work once. */
async function answerTo(ask: Ask, tokens: SubjectTokens, deps: RequestDeps): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askBroker(ask, await tokens.next(), deps.fetch);
    if (answer.kind !== 'unavailable' || !tokens.renewable || attempt === MAX_ATTEMPTS) return answer;
    // A definite no of the other side: asking sooner would get the same.
    if (answer.retryAfter > LONGEST_WORTH_WAITING) return answer;
    await deps.wait(1_000 * Math.min(answer.retryAfter, MAX_WAIT_SECONDS));
  }
}

/** Why the credential could not be handed over: then nobody has it. */
async function notWritten(
  issued: Issued,
  output: (Output & { readonly format: Format }) | undefined,
): Promise<string | undefined> {
  try {
    await output?.write(credentialText(issued, output.format));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function say(issued: Issued, isInFile: boolean, { io, json, option }: CommandContext): ExitCode {
  const { access_token: _token, credential: _values, ...open } = issued;
  if (json) io.out(JSON.stringify(isInFile ? open : issued));
  else {
    const end = neverEnds(issued) ? 'a value that never dies' : `ends in ${formatDuration(issued.expires_in)}`;
    io.out(`Issued ${issued.scope} (${issued.assurance}), ${end}.`);
    io.out(
      `Issuance ${inert(issued.issuance_id)}, lease ${inert(issued.lease_id)}. The credential is in ${option('output')}.`,
    );
  }
  return 0;
}

function explain(answer: Exclude<Answer, { kind: 'issued' }>, { io, json }: CommandContext): void {
  if (json && answer.kind === 'refused') io.out(JSON.stringify(answer.refusal));
  else if (answer.kind === 'refused') io.err(refusalText(answer.refusal));
  else {
    const once = answer.retryAfter > LONGEST_WORTH_WAITING ? ' once that has changed' : '';
    io.err(`The broker could not answer (${inert(answer.why)}). Nothing was handed over; ask again${once}.`);
  }
}

function refusalText({ error, error_description, reasons = [], request_url }: Refusal): string {
  const head = error === 'authorization_pending' ? 'People must decide first' : `Refused (${inert(error)})`;
  const lines = reasons.map(({ code, message = '' }) => `  ${inert(code)}: ${inert(message)}`);
  const link = request_url === undefined ? [] : [`  ${inert(request_url)}`];
  return `${[`${head}: ${inert(error_description ?? 'see the request')}`, ...lines, ...link].join('\n')}`;
}

/** Words from the network as one harmless line: no terminal codes, and no line of their own that a runner could take for a command. */
const inert = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
