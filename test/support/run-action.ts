// Runs the bundled action against the broker double, and tells what happened as text for people: what was printed, what
// was written, what was asked. Secrets appear there by name; ids of processes, ports and times are evened out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskForms } from '../../action/masks.ts';
import { type ActionResult, type ActionRun, runAction } from '../../broker/demo/runner.ts';
import { receiptSchema } from '../../shared/api.ts';
import type { BrokerDouble, RecordedRequest } from './broker-double.ts';

const ACTION_DIRECTORY = join(import.meta.dirname, '../..');

const JOB = {
  GITHUB_ACTOR: 'octocat',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_RUN_ID: '15987654321',
  GITHUB_SERVER_URL: 'https://github.com',
};

export type Step = Partial<Pick<ActionRun, 'action' | 'inputs' | 'environment' | 'state' | 'signal' | 'workDirectory'>>;

/**
 * One step of a job that may have ID tokens; the entitlement is shop/publish-preview unless said.
 * Its directory is gone afterwards, unless it is one that the caller gives.
 */
export async function runStep(broker: BrokerDouble, step: Step = {}): Promise<ActionResult> {
  const own = mkdtempSync(join(tmpdir(), 'buildpass-job-'));
  try {
    return await runAction({
      action: 'main',
      actionDirectory: ACTION_DIRECTORY,
      workDirectory: own,
      ...step,
      inputs: { 'broker-url': broker.url, entitlement: 'shop/publish-preview', ...step.inputs },
      environment: { ...JOB, ...broker.environment, ...step.environment },
    });
  } finally {
    rmSync(own, { recursive: true });
  }
}

/** The whole step as one text. */
export function story(broker: BrokerDouble, result: ActionResult): string {
  const parts: readonly (readonly [string, string])[] = [
    ['exit code', String(result.exitCode)],
    ['stdout', countedMasks(broker, result.stdout)],
    ['stderr', result.stderr],
    ['outputs', listed(withoutReceipt(result.outputs))],
    ['environment of later steps', listed(result.variables)],
    ['state for the post step', listed(result.state)],
    ['summary', result.summary],
    ['requests to the broker', broker.requests.map(formatRequest).join('\n\n')],
  ];
  const told = parts
    .filter(([, text]) => text.trim() !== '')
    .map(([title, text]) => `== ${title} ==\n${text.trimEnd()}\n`);
  return withoutPort(broker, named(broker, told.join('\n')));
}

/** The secrets whose first or last 20 characters stand in what the step printed, its mask commands apart. */
export function leaks(broker: BrokerDouble, { stdout, stderr, summary, masks }: ActionResult): string[] {
  const printed = [stdout.replace(/^::add-mask::.*$/gmu, ''), stderr, summary].join('\n');
  const pieces = [...broker.secrets.keys(), ...masks]
    .flatMap((secret) => secret.split('.'))
    .filter((piece) => piece.length >= 20);
  return pieces.filter((piece) => printed.includes(piece.slice(-20)) || printed.includes(piece.slice(0, 20)));
}

/** A mask command for each form of a secret would bury the rest: `::add-mask:: credential 1 (10 forms)`. */
function countedMasks(broker: BrokerDouble, stdout: string): string {
  const forms = [...broker.secrets].flatMap(([secret, name]) => maskForms(secret).map((form) => [form, name] as const));
  // The first name counts: JWTs of one kind share their header.
  const names = new Map(forms.reverse());
  const groups: { text: string; count: number }[] = [];
  for (const line of stdout.split(/\r?\n/u)) {
    const [, value] = /^::add-mask::(.*)$/u.exec(line) ?? [];
    const text = value === undefined ? line : `::add-mask:: ${names.get(value) ?? 'a value that the broker never saw'}`;
    const last = groups.at(-1);
    if (value !== undefined && last?.text === text) last.count += 1;
    else groups.push({ text, count: 1 });
  }
  return groups.map(({ text, count }) => (count === 1 ? text : `${text} (${count} forms)`)).join('\n');
}

function formatRequest({ method, path, authorization, parameters }: RecordedRequest): string {
  return [`${method} ${path}`, ...(authorization === '' ? [] : [`authorization: ${authorization}`]), listed(parameters)]
    .join('\n')
    .trimEnd();
}

/** A receipt is another one each time: that it is one is enough. */
function withoutReceipt({ receipt, ...outputs }: ActionResult['outputs']): Record<string, string> {
  if (receipt === undefined) return outputs;
  return { ...outputs, receipt: receiptSchema.safeParse(JSON.parse(receipt)).success ? '[a receipt]' : receipt };
}

function withoutPort(broker: BrokerDouble, text: string): string {
  const { host, port } = new URL(broker.url);
  return text.replaceAll(host, 'broker.test').replaceAll(`127.0.0.1%253A${port}`, 'broker.test');
}

const listed = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join('\n');

function named(broker: BrokerDouble, text: string): string {
  const secrets = [...broker.secrets].sort(([a], [b]) => b.length - a.length);
  return secrets
    .reduce((rest, [secret, name]) => rest.replaceAll(secret, `[${name}]`), text)
    .replace(/[^"= ]*buildpass-[0-9a-f]{32}(?=\.(kubeconfig|json|jwt))/gu, '[RUNNER_TEMP]/buildpass-[random]')
    .replace(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/gu, '[time]')
    .replace(/\b\d+(\.\d)? s\b/gu, '[n] s');
}
