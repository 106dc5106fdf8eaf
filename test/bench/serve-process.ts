// `buildpass serve` as operators run it, in a directory of its own, with the operator's port open; for measurements.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createKeys } from '../../broker/cli/keys.ts';
import { loadConfig } from '../../broker/config.ts';
import { ROOT } from '../support/source-tree.ts';
import { inTime } from './in-time.ts';
import { BENCH_URL } from './jobs.ts';

/** Of the largest policies, on a machine that has other work. */
const START_SECONDS = 600;
const STOP_SECONDS = 60;
const METRICS_SECONDS = 60;

export interface ServeOptions {
  readonly issuer: string;
  /** of the shop's policy: with these ids */
  readonly repositories: readonly string[];
  /** the caller is a proxy that says for whom it asks: then addresses are limited, which loopback itself is not */
  readonly behindProxy?: true;
  /** further keys of the configuration, a line each */
  readonly more?: string;
  /** beside the shop's, in the place of an organization that has the shop alone */
  readonly policies?: readonly { readonly file: string; readonly text: string }[];
  /** of Node */
  readonly flags?: readonly string[];
}

const shop = (ids: readonly string[]): string => `project: shop
title: Web shop
owner: octo-org/platform
repositories:
${ids.map((id) => `  - { name: octo-org/repo-${id}, id: "${id}" }`).join('\n')}
entitlements:
  publish-preview:
    title: Publish a preview
    risk: low
    credential: { kind: jwt, audience: https://previews.example.com }
    ttl: 10m
    allow: [ { branch: main, event: push } ]
`;

const ORGANIZATION = `teams: { octo-org/platform: { github: "4710" } }
projects:
  shop: { owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://previews.example.com ] } ] }
`;

export class ServeProcess {
  readonly port: number;
  readonly pid: number;
  readonly #adminPort: number;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, ports: { port: number; admin_port: number }) {
    this.#child = child;
    this.#directory = directory;
    this.port = ports.port;
    this.pid = child.pid ?? 0;
    this.#adminPort = ports.admin_port;
  }

  static async start({
    issuer,
    repositories,
    more = '',
    flags = [],
    policies = [],
    behindProxy,
  }: ServeOptions): Promise<ServeProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'buildpass-bench-'));
    const file = join(directory, 'buildpass.yaml');
    mkdirSync(join(directory, 'policies'));
    writeFileSync(join(directory, 'policies/shop.yaml'), shop(repositories));
    writeFileSync(join(directory, 'policies/_organization.yaml'), ORGANIZATION);
    for (const { file, text } of policies) writeFileSync(join(directory, 'policies', file), text);
    writeFileSync(
      file,
      `url: ${BENCH_URL}
listen: { port: 0, admin: 127.0.0.1:0${behindProxy ? ', trusted-proxies: [127.0.0.1]' : ''} }
store: sqlite:./buildpass.db
policies: { directory: ./policies }
issuers: { github: { kind: github, url: "${issuer}", owners: { octo-org: "123456" } } }
keys: { encryption-key-file: ./kek }
${more}`,
    );
    await createKeys(await loadConfig(file), {});
    const child = spawn(process.execPath, [...flags, 'broker/main.ts', 'serve', '--config', file], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // A measurement that breaks off must leave neither behind.
    process.once('exit', () => {
      child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    });
    return new ServeProcess(child, directory, await inTime('the start', START_SECONDS, servingLine(child)));
  }

  get storePath(): string {
    return join(this.#directory, 'buildpass.db');
  }

  writePolicy(file: string, text: string): void {
    writeFileSync(join(this.#directory, 'policies', file), text);
  }

  /** Resident memory, in bytes. */
  async residentMemory(): Promise<number> {
    return this.metric('process_resident_memory_bytes');
  }

  /** A sample of `/metrics` by its name with its labels, as it stands there. */
  async metric(name: string): Promise<number> {
    const [value = Number.NaN] = await this.metrics(name);
    return value;
  }

  /** Several, of one scrape. */
  async metrics(...names: readonly string[]): Promise<readonly number[]> {
    const asked = fetch(`http://127.0.0.1:${this.#adminPort}/metrics`).then((answer) => answer.text());
    const lines = (await inTime('the metrics', METRICS_SECONDS, asked)).split('\n');
    return names.map((name) => Number(lines.find((one) => one.startsWith(`${name} `))?.slice(name.length + 1)));
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await inTime('the end of the server', STOP_SECONDS, exited);
    rmSync(this.#directory, { recursive: true });
  }
}

/** The line that says where it serves; what comes after it is read and thrown away. */
async function servingLine(child: ChildProcess): Promise<{ port: number; admin_port: number }> {
  if (child.stderr === null) throw new Error('the process has no standard error');
  const lines = createInterface({ input: child.stderr });
  for await (const line of lines) {
    if (line.includes('"message":"serving"')) {
      child.stderr.resume();
      return JSON.parse(line) as { port: number; admin_port: number };
    }
  }
  throw new Error('it ended before it served');
}
