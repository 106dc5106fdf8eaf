// A drill: the real `serve` under load, killed again and again at moments that nobody chose. Whatever it was doing, no credential
// may have got out unlogged, none twice, and every ask must have ended.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeys } from '../../broker/cli/keys.ts';
import { loadConfig } from '../../broker/config.ts';
import { parseAnchor } from '../../shared/anchor.ts';
import { parseVerifierKey } from '../../shared/signed-note.ts';
import { freePort } from '../support/free-port.ts';
import { type GithubIssuer, startGithubIssuer } from '../support/github-issuer.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { DrilledBroker } from './drilled-broker.ts';
import { Jobs } from './drilled-jobs.ts';
import { type Findings, findingsOf } from './findings.ts';
import { type OtherSystem, startOtherSystem } from './other-system.ts';
import { createRandom, type Random } from './random.ts';

export interface DrillOptions {
  readonly kills: number;
  readonly seed: number;
  /** told now and then how far it is */
  readonly say: (text: string) => void;
}

export interface Drilled extends Findings {
  readonly kills: number;
  readonly jobs: Jobs;
  readonly recoveries: readonly number[];
  /** what brokers said that were refused a start, or failed */
  readonly ended: readonly string[];
}

const AUDIENCE = 'https://buildpass.example.com';
const AT_ONCE = 12;
const SAY_EVERY = 20;

export async function drill(options: DrillOptions): Promise<Drilled> {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-drill-'));
  const random = createRandom(options.seed);
  const [issuer, otherSystem] = [await startGithubIssuer(), await startOtherSystem(random)];
  try {
    return await drillIn(directory, { ...options, random, issuer, otherSystem });
  } finally {
    otherSystem.close();
    await issuer.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Place extends DrillOptions {
  readonly random: Random;
  readonly issuer: GithubIssuer;
  readonly otherSystem: OtherSystem;
}

async function drillIn(directory: string, place: Place): Promise<Drilled> {
  const { random, issuer, otherSystem, kills, say } = place;
  // One that every broker of the drill takes: jobs know one address.
  const port = await freePort();
  const configFile = writeFiles(directory, { port, issuerUrl: issuer.url });
  const config = await loadConfig(configFile);
  await createKeys(config, {});
  const broker = new DrilledBroker(configFile, otherSystem.url);
  const anchor = () => readFileSync(config.log.anchorFile ?? '', 'utf8');
  // The first broker makes the log and its anchor, from which the key is pinned.
  await broker.start();
  await broker.stop();
  const verifier = parseVerifierKey(parseAnchor(anchor()).verifierKey);
  const jobs = new Jobs({ url: `http://127.0.0.1:${port}`, audience: AUDIENCE, issuer, verifier, random });
  const load = jobs.run(AT_ONCE);
  for (let kill = 1; kill <= kills; kill += 1) {
    await broker.killAtRandom(random, () => jobs.answers);
    if (kill % SAY_EVERY === 0) say(`${kill} kills, ${jobs.asks} asks`);
  }
  await broker.start();
  jobs.stop();
  await load;
  const code = await broker.stop();
  if (code !== 0) broker.ended.push(`the last one ended with ${code}`);
  const findings = await findingsOf({ storePath: config.store.path, anchor: anchor(), verifier, jobs, otherSystem });
  return { ...findings, kills, jobs, recoveries: broker.recoveries, ended: broker.ended };
}

function writeFiles(directory: string, { port, issuerUrl }: { port: number; issuerUrl: string }): string {
  const file = (name: string): string => join(directory, name);
  mkdirSync(file('policies'));
  writeFileSync(file('policies/shop.yaml'), SHOP);
  writeFileSync(file('policies/_organization.yaml'), ORGANIZATION);
  writeFileSync(
    file('buildpass.yaml'),
    `url: ${AUDIENCE}
listen: { host: 127.0.0.1, port: ${port} }
store: sqlite:./data/buildpass.db
policies: { directory: ./policies }
issuers:
  github: { kind: github, url: "${issuerUrl}", owners: { octo-org: "123456" } }
keys: { encryption-key-file: ./kek }
log: { anchor-file: ./anchor }
`,
  );
  return file('buildpass.yaml');
}
