// Starts `waiting-broker.ts` in a directory of its own, and asks it one thing at a time.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BENCH_URL, REPOSITORIES, repositoryId } from './jobs.ts';

const SHOP = `project: shop
owner: octo-org/platform
repositories:
${Array.from({ length: REPOSITORIES }, (_, at) => `  - { name: octo-org/repo-${at}, id: "${repositoryId(at)}" }`).join('\n')}
entitlements:
  publish-preview:
    risk: low
    credential: { kind: jwt, audience: https://previews.example.com }
    ttl: 10m
    approval: { by: octo-org/releases }
    allow: [ { branch: main, event: push } ]
`;

const ORGANIZATION = `teams: { octo-org/platform: { github: "4710" }, octo-org/releases: { sign-in: demo, group: releases } }
projects:
  shop: { owner: octo-org/platform, may-offer: [ { kind: jwt, audiences: [ https://previews.example.com ] } ] }
`;

export class WaitingProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, port: number) {
    this.#child = child;
    this.#directory = directory;
    this.port = port;
  }

  static async start(issuer: string): Promise<WaitingProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'buildpass-bench-'));
    const file = join(directory, 'buildpass.yaml');
    mkdirSync(join(directory, 'policies'));
    writeFileSync(join(directory, 'policies/shop.yaml'), SHOP);
    writeFileSync(join(directory, 'policies/_organization.yaml'), ORGANIZATION);
    writeFileSync(
      file,
      `url: ${BENCH_URL}
listen: { port: 0 }
store: sqlite:./buildpass.db
policies: { directory: ./policies }
issuers: { github: { kind: github, url: "${issuer}", owners: { octo-org: "123456" } } }
keys: { encryption-key-file: ./kek }
limits: { requests-per-repository: 1000000/s, refused-share: 1 }
`,
    );
    const broker = new URL('waiting-broker.ts', import.meta.url);
    const child = fork(broker, [file], { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    process.once('exit', () => child.kill('SIGKILL'));
    await once(child, 'message');
    const started = new WaitingProcess(child, directory, 0);
    return new WaitingProcess(child, directory, await started.ask<number>('port'));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ask<T>(question: string): Promise<T> {
    this.#child.send(question);
    const [answer] = await once(this.#child, 'message');
    return answer as T;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.send('stop');
    await exited;
    rmSync(this.#directory, { recursive: true });
  }
}
