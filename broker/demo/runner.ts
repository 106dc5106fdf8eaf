// Runs a step of the bundled action as GitHub's runner would: a process of its own with a clean environment, the inputs
// and files that the runner makes for a step, and afterwards what the step wrote into them. The demo shows real runs by it.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export interface ActionRun {
  readonly action: 'main' | 'post';
  /** holds action.yml */
  readonly actionDirectory: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** what the job's environment holds besides; nothing of our own process gets in but PATH and what an OS needs */
  readonly environment: Readonly<Record<string, string>>;
  /** for post: the state that main saved */
  readonly state?: Readonly<Record<string, string>>;
  readonly workDirectory: string;
  readonly nodePath?: string;
  /** told of each line as it is printed, for whoever does not want to wait for the end */
  readonly onLine?: (line: string) => void;
  /** asks the process to end, as the runner does where a job is cancelled */
  readonly signal?: AbortSignal;
}

export interface ActionResult {
  /** null where a signal ended the process */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** variables for later steps */
  readonly variables: Readonly<Record<string, string>>;
  readonly summary: string;
  /** values that the step had masked */
  readonly masks: readonly string[];
}

/** The runner's file commands (each file is new for every step). */
const FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const;
type FileName = (typeof FILES)[number];

const NEEDED_BY_THE_SYSTEM = ['PATH', 'SystemRoot', 'TEMP', 'TMP'];

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  runs: z.object({ main: z.string(), post: z.string() }),
});

export async function runAction(run: ActionRun): Promise<ActionResult> {
  const definition = actionSchema.parse(parse(readFileSync(join(run.actionDirectory, 'action.yml'), 'utf8')));
  const temporary = join(run.workDirectory, '_temp');
  const files = makeFiles(join(temporary, randomUUID()));
  const environment = {
    ...fromOurProcess(),
    RUNNER_TEMP: temporary,
    ...run.environment,
    ...inputVariables(definition.inputs, run.inputs),
    ...prefixed('STATE_', run.state ?? {}),
    ...prefixed('GITHUB_', files),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: run.workDirectory,
  };
  const script = join(run.actionDirectory, definition.runs[run.action]);
  const ended = await execute({ script, environment, run });
  const read = (name: FileName): string => readFileSync(files[name], 'utf8');
  return {
    ...ended,
    outputs: parseFileCommands(read('OUTPUT')),
    state: parseFileCommands(read('STATE')),
    variables: parseFileCommands(read('ENV')),
    summary: read('STEP_SUMMARY'),
    masks: masksIn(ended.stdout),
  };
}

function makeFiles(directory: string): Record<FileName, string> {
  mkdirSync(directory, { recursive: true });
  const entries = FILES.map((name) => [name, join(directory, name.toLowerCase())] as const);
  // The output and state hold secrets until the step's directory goes.
  for (const [, file] of entries) writeFileSync(file, '', { mode: 0o600 });
  return Object.fromEntries(entries) as Record<FileName, string>;
}

/** `INPUT_<NAME>`: upper case, spaces become underscores, hyphens stay. */
function inputVariables(
  known: z.infer<typeof actionSchema>['inputs'],
  given: ActionRun['inputs'],
): Record<string, string> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) throw new Error(`action.yml knows no input "${unknown}"`);
  const entries = Object.entries(known).map(([name, input]) => [
    name.replaceAll(' ', '_').toUpperCase(),
    given[name] ?? input.default ?? '',
  ]);
  return prefixed('INPUT_', Object.fromEntries(entries) as Record<string, string>);
}

const prefixed = (prefix: string, values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));

const fromOurProcess = (): Record<string, string> =>
  Object.fromEntries(
    NEEDED_BY_THE_SYSTEM.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );

type Ended = Pick<ActionResult, 'exitCode' | 'stdout' | 'stderr'>;

function execute({
  script,
  environment,
  run,
}: {
  script: string;
  environment: Record<string, string>;
  run: ActionRun;
}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(run.nodePath ?? process.execPath, [script], {
      cwd: run.workDirectory,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const begun = printed.stdout.slice(printed.stdout.lastIndexOf('\n') + 1);
      printed.stdout += text;
      for (const line of `${begun}${text}`.split('\n').slice(0, -1)) run.onLine?.(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed.stderr += text;
    });
    // A cancelled job gets SIGINT first, and worse only where it does not leave within seconds.
    const cancel = (): boolean => child.kill('SIGINT');
    if (run.signal?.aborted) cancel();
    run.signal?.addEventListener('abort', cancel, { once: true });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      run.signal?.removeEventListener('abort', cancel);
      resolve({ exitCode, ...printed });
    });
  });
}

/** `name=value`, or `name<<delimiter`, the lines of the value, `delimiter`. */
function parseFileCommands(text: string): Record<string, string> {
  const values = new Map<string, string>();
  const lines = text.split(/\r?\n/u);
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, name = '', sign, rest = ''] = /^([^=]*?)(<<|=)(.*)$/su.exec(line) ?? [];
    if (sign === '=') values.set(name, rest);
    if (sign === '<<')
      values.set(
        name,
        lines
          .splice(0, lines.indexOf(rest) + 1)
          .slice(0, -1)
          .join('\n'),
      );
  }
  return Object.fromEntries(values);
}

function masksIn(stdout: string): string[] {
  const commands = [...stdout.matchAll(/^::add-mask::(.*)$/gmu)];
  return commands.map(([, value = '']) =>
    value.trimEnd().replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  );
}
