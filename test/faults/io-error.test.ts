// A disk that fails under a running broker: it hands out nothing that it could not write, ends itself, and the next one finds
// everything that was handed out. The I/O error is the operating system's own: a file that may not grow any more.
import { statSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GRANT_TYPE, ID_TOKEN_TYPE } from '../../shared/api.ts';
import { type BrokerFiles, brokerFiles } from '../support/broker-files.ts';
import { type BuildpassProcess, startBuildpass, startBuildpassOnSmallDisk } from '../support/buildpass-process.ts';
import { buildpass } from '../support/command-line.ts';
import { type GithubIssuer, startGithubIssuer } from '../support/github-issuer.ts';
import { BROKER_URL, newSecret } from '../support/test-broker.ts';

/** Enough for a start and some issuances; everything that SQLite writes goes to one file first. */
const SMALL_DISK_BLOCKS = 2048;

interface Ask {
  readonly run: number;
  readonly secret: string;
}

async function ask(broker: BuildpassProcess, github: GithubIssuer, { run, secret }: Ask): Promise<Response> {
  const { port } = JSON.parse(await broker.lineWith('"message":"serving"')) as { port: number };
  const form = {
    grant_type: GRANT_TYPE,
    scope: 'shop/publish-preview',
    subject_token: await github.mint({ aud: BROKER_URL, run_id: String(run) }),
    subject_token_type: ID_TOKEN_TYPE,
    request_secret: secret,
  };
  return fetch(`http://127.0.0.1:${port}/v1/token`, { method: 'POST', body: new URLSearchParams(form) });
}

async function prepare(): Promise<{ github: GithubIssuer; files: BrokerFiles }> {
  const github = await startGithubIssuer();
  onTestFinished(() => github.close());
  const files = await brokerFiles(github.url);
  expect((await buildpass('keys', 'create', '--config', files.config)).code).toBe(0);
  return { github, files };
}

describe('serve on a disk that fails', () => {
  it('answers 503, ends itself with 74, and is followed by one that finds all that was handed out', async () => {
    const { github, files } = await prepare();
    const broker = startBuildpassOnSmallDisk(SMALL_DISK_BLOCKS, 'serve', '--config', files.config);
    let [run, answer] = [1, await ask(broker, github, { run: 1, secret: newSecret() })];
    let secret = '';
    while (answer.status === 200) {
      [run, secret] = [run + 1, newSecret()];
      answer = await ask(broker, github, { run, secret });
    }
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'STORE_UNAVAILABLE' }]);
    expect(await broker.ended).toBe(74);
    expect(broker.err()).toContain('is not trusted any more');
    // It let go of the store without writing to it: a connection that closes well would have emptied this file.
    expect(statSync(`${files.store}-wal`).size).toBeGreaterThan(0);

    const next = startBuildpass('serve', '--config', files.config);
    expect((await ask(next, github, { run, secret })).status).toBe(200);
    expect(await issuedIn(files)).toBe(run);
    expect((await buildpass('log', 'verify', '--config', files.config)).code).toBe(0);
  });
});

async function issuedIn(files: BrokerFiles): Promise<number> {
  const { out } = await buildpass('log', 'show', '--json', '--last', '1000', '--config', files.config);
  const shown = JSON.parse(out) as { entry: { type: string } }[];
  return shown.filter(({ entry }) => entry.type === 'issuance.succeeded').length;
}
