// A store that real stories left behind, and what was kept beside it: backups from on the way, exports, the anchor, a receipt.

import type { KeyObject } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemEntropy } from '../../broker/clock.ts';
import { keyEncryptionKey, openSigningKeys } from '../../broker/keys/signing-keys.ts';
import { exportDirectory } from '../../broker/log/export-directory.ts';
import { logKeysOf } from '../../broker/log/verify-store.ts';
import { logOrigin } from '../../broker/open/log.ts';
import { openSqliteReader } from '../../broker/store/sqlite.ts';
import { runBeside } from '../support/beside-broker.ts';
import { buildpass } from '../support/command-line.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { signIn } from '../support/person-browser.ts';
import { ORGANIZATION, SHOP } from '../support/policy-files.ts';
import { BROKER_URL, newSecret, TestBroker } from '../support/test-broker.ts';

export interface Evidence {
  readonly directory: string;
  readonly store: string;
  readonly export: string;
  /** earlier states, oldest first, each with its export */
  readonly backups: readonly { readonly store: string; readonly export: string }[];
  readonly anchor: string;
  /** of the last issuance */
  readonly receipt: string;
  /** the keys that somebody may trust: the first that the log had, and the one that it has now */
  readonly verifierKeys: readonly [first: string, newest: string];
  /** private halves of all keys that the log ever had, by id */
  readonly logKeys: ReadonlyMap<string, KeyObject>;
  remove(): void;
}

const ROUNDS = 6;

/** Approvals by people who can sign in here. */
const POLICY = SHOP.replace(/(approve-me:[\s\S]*?)risk: high/, '$1risk: low\n    session: 1h');
const TEAM = 'octo-org/release-managers';
const PEOPLE = [
  { name: 'Alex', id: '9002', groups: ['releases'] },
  { name: 'Sam', id: '9004', groups: ['security'] },
  { name: 'Rita', id: '9006', groups: ['security'] },
];
const SECURITY = 'octo-org/security: { sign-in: demo, group: security }';
const policies = {
  'shop.yaml': POLICY,
  '_organization.yaml': ORGANIZATION.replace(
    new RegExp(`${TEAM}: .*`),
    `${TEAM}: { sign-in: demo, group: releases }\n  ${SECURITY}`,
  ),
};

/** Every transaction has a moment of its own, so that no checkpoint can go unnoticed (docs/log-format.md). */
export async function gatherEvidence(): Promise<Evidence> {
  const directory = mkdtempSync(join(tmpdir(), 'buildpass-evidence-'));
  const time = { now: Date.now() - 86_400_000 };
  const store = new FaultyStore();
  const clock = { now: () => ++time.now };
  const broker = await TestBroker.start({
    ...{ background: 'by-hand', openStore: store.open, clock },
    ...{
      keyTimes: { logOverlap: 3_600_000 },
      people: PEOPLE,
      policies,
      roles: { security: ['octo-org/security'], operators: [] },
    },
  });
  const backups: Evidence['backups'][number][] = [];
  const logKeys = new Map<string, KeyObject>();
  const first = broker.running.verifierKey;
  for (let round = 0; round < ROUNDS; round += 1) {
    await collectLogKeys(broker, logKeys);
    await tellStories({ broker, store, time, round });
    if (round < ROUNDS - 1) backups.push(await backUp(broker, join(directory, `backup-${round}`)));
  }
  const last = await broker.ask({ claims: { run_id: '999' }, scope: 'shop/upstream' });
  await collectLogKeys(broker, logKeys);
  const { verifierKey: newestKey } = broker.running;
  await broker.running.close();
  const anchor = join(directory, 'anchor');
  copyFileSync(broker.config.log.anchorFile ?? '', anchor);
  const newest = await exportOf(broker, join(directory, 'newest'));
  const receipt = join(directory, 'receipt.json');
  writeFileSync(receipt, JSON.stringify(last.body.receipt));
  await broker.github.close();
  rmSync(broker.directory, { recursive: true });
  return {
    ...{ directory, anchor, receipt, verifierKeys: [first, newestKey], logKeys, backups },
    ...newest,
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** Before they are retired, and their private halves deleted. */
async function collectLogKeys({ running, config }: TestBroker, into: Map<string, KeyObject>): Promise<void> {
  const rows = await running.store.read((tx) => tx.signingKeys.all());
  const encryption = Buffer.from(readFileSync(config.keys.encryptionKeyFile, 'utf8'), 'base64');
  const { log } = openSigningKeys(rows, keyEncryptionKey(encryption, systemEntropy));
  for (const { id, privateKey } of log.published) into.set(id, privateKey);
}

async function backUp(broker: TestBroker, name: string): Promise<{ store: string; export: string }> {
  return exportOf(broker, name);
}

async function exportOf(broker: TestBroker, name: string): Promise<{ store: string; export: string }> {
  runBeside(broker, `VACUUM INTO '${name}.db'`);
  await exportStore(`${name}.db`, name);
  return { store: `${name}.db`, export: name };
}

export async function exportStore(path: string, directory: string): Promise<void> {
  const reader = openSqliteReader({ path, clock: { now: () => 0 } });
  await reader.read(async (tx) => {
    const keys = logKeysOf(await tx.signingKeys.all(), logOrigin(BROKER_URL));
    return exportDirectory(tx, { directory, keys });
  });
  await reader.close();
}

interface Round {
  readonly broker: TestBroker;
  readonly store: FaultyStore;
  readonly time: { now: number };
  readonly round: number;
}

/** Each thing that can happen to a request, once a round. */
async function tellStories({ broker, store, time, round }: Round): Promise<void> {
  const job = (number: number) => ({ run_id: String(10_000 * (round + 1) + number), actor_id: String(70 + round) });
  const upstream = { scope: 'shop/upstream' };

  const returned = newSecret();
  const { body } = await broker.ask({
    claims: job(1),
    secret: returned,
    parameters: { reason: `round ${round}`, ticket: 'T-1' },
  });
  await broker.returnLease(body.lease_id, returned);
  await broker.ask({ claims: job(2), parameters: { ttl: String(60 + round) } });
  for (let time = 0; time < 3; time += 1) await broker.ask({ claims: job(3), scope: 'shop/deploy' });

  const again = newSecret();
  for (let time = 0; time < 2; time += 1) await broker.ask({ claims: job(4), secret: again });
  await broker.ask({ claims: job(5), secret: again });
  await broker.ask({ claims: job(4), secret: again, scope: 'shop/deploy' });
  const token = await broker.token(job(6));
  for (let time = 0; time < 2; time += 1) await broker.ask({ token });

  const revoked = newSecret();
  const lease = await broker.ask({ ...upstream, claims: job(7), secret: revoked });
  broker.provider.revokeFails = true;
  await broker.returnLease(lease.body.lease_id, revoked);
  await broker.running.runBackground();
  broker.provider.revokeFails = false;
  time.now += 6_000;
  await broker.running.runBackground();

  const failed = newSecret();
  broker.provider.mood = 'refuses';
  await broker.ask({ ...upstream, claims: job(8), secret: failed });
  broker.provider.mood = 'well';
  await broker.ask({ ...upstream, claims: job(8), secret: failed });
  broker.provider.mood = 'fails-after-acting';
  await broker.ask({ ...upstream, claims: job(9) });
  broker.provider.mood = 'well';
  for (const kind of ['failed', 'failed but happened'] as const) {
    store.arm({ at: 2, kind });
    await broker.ask({ ...upstream, claims: job(10) });
  }
  // A grant that nobody spends.
  store.arm({ at: 2, kind: 'failed' });
  await broker.ask({ claims: { ...job(11), environment: 'production' }, scope: 'shop/deploy' });
  store.arm();
  await broker.running.runBackground();

  await rotateKeys({ broker, store, time, round });
  await askPeople(broker, job);
  await endAccess(broker, job);
  await changePolicies(broker, round, { claims: job(4), secret: again });
  if (round % 2 === 1) time.now += 11 * 60_000;
  await broker.running.runBackground();
}

/** In one round a key in its time, in the next one that leaked. */
async function rotateKeys({ broker, time, round }: Round): Promise<void> {
  const rotate = (...words: string[]) => buildpass('keys', 'rotate', ...words, '--config', broker.config.file);
  const rows = await broker.running.store.read((tx) => tx.signingKeys.all());
  const signs = rows.find(({ state, algorithm }) => state === 'current' && algorithm === 'ES256');
  if (round % 2 === 0) await rotate('--algorithm', 'ES256');
  else await rotate(`--compromised=${signs?.id ?? ''}`, '--reason', 'a backup was stolen');
  await rotateLogKey(broker, round, rotate);
  if (round % 2 === 0) time.now += 61 * 60_000;
  await broker.running.runBackground();
}

/** Most in their time, and one that leaked. */
async function rotateLogKey(
  broker: TestBroker,
  round: number,
  rotate: (...words: string[]) => Promise<unknown>,
): Promise<void> {
  const rows = await broker.running.store.read((tx) => tx.signingKeys.all());
  const signs = rows.find(({ state, purpose }) => state === 'current' && purpose === 'log');
  if (round % 2 === 0) await rotate('--log');
  else if (round === 3) await rotate(`--compromised=${signs?.id ?? ''}`, '--reason', 'a backup was stolen');
}

/** Approved, collected and renewed, rejected, taken back, and left to wait until the policy changes. */
async function askPeople(broker: TestBroker, job: (number: number) => Record<string, string>): Promise<void> {
  const alex = await signIn(broker, 'Alex');
  const asks = [12, 13, 14, 15].map((number) => ({
    claims: job(number),
    scope: 'shop/approve-me',
    secret: newSecret(),
  }));
  const ids: string[] = [];
  for (const ask of asks) ids.push((await broker.ask(ask)).body.request_id);
  for (const [at, verdict] of ['approve', 'reject'].entries()) {
    const { body } = await alex.get(`/v1/requests/${ids[at]}`);
    await alex.post(`/v1/requests/${ids[at]}/verdicts`, { verdict, reason: 'Seen.', binding: body.approval.binding });
    await broker.ask(asks[at] ?? {});
  }
  // The first of them once more: a renewal.
  await broker.ask({ ...asks[0], secret: newSecret() });
  const headers = { authorization: `Bearer ${asks[2]?.secret}` };
  await broker.fetch(`/v1/requests/${ids[2]}`, { method: 'DELETE', headers });
}

/** A lease and a commit that security revokes, a job that is over, a pause that two resume, and one that stays, with a proposal. */
async function endAccess(broker: TestBroker, job: (number: number) => Record<string, string>): Promise<void> {
  const sam = await signIn(broker, 'Sam');
  const rita = await signIn(broker, 'Rita');
  for (const person of [sam, rita]) await person.follow('/sign-in/demo?step-up=1');
  for (const number of [16, 17])
    await broker.ask({ scope: 'shop/upstream', claims: { ...job(number), check_run_id: '16' } });
  await broker.running.jobEnded({ issuer: 'github', checkRunId: '16' });
  await broker.ask({ scope: 'shop/upstream', claims: job(18) });
  await sam.post('/v1/revocations', { of: { scope: 'entitlement', target: 'shop/upstream' }, reason: 'It leaked.' });
  const { body: first } = await sam.post('/v1/pauses', { of: { scope: 'everything' }, reason: 'INC-7' });
  for (const person of [sam, rita]) await person.post(`/v1/pauses/${first.pause.id}/resume`, { reason: 'It is over.' });
  const me = await sam.get('/v1/me');
  const { body: kept } = await rita.post('/v1/pauses', {
    of: { scope: 'principal', target: me.body.principal },
    reason: 'INC-8',
  });
  await rita.post(`/v1/pauses/${kept.pause.id}/resume`, { reason: 'Not yet.' });
}

/** A policy that is refused, one that forbids what was issued, and a good one again. */
async function changePolicies(
  broker: TestBroker,
  round: number,
  issued: { claims: object; secret: string },
): Promise<void> {
  broker.writePolicy('shop.yaml', `${POLICY}\nunknown-${round}: x\n`);
  await broker.running.reload();
  broker.writePolicy('shop.yaml', POLICY.replaceAll('branch: main', 'branch: trunk'));
  await broker.running.reload();
  await broker.ask({ claims: { ...issued.claims }, secret: issued.secret });
  broker.writePolicy('shop.yaml', `${POLICY}# round ${round}\n`);
  await broker.running.reload();
}
