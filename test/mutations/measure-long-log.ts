// `node test/mutations/measure-long-log.ts [--entries 1000000]`: makes a store with so many entries, verifies it, exports it, and
// verifies the directory in a process of its own, the way an auditor does. Prints seconds and the most memory that it took.
import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { newId, systemEntropy } from '../../broker/clock.ts';
import { createAppend } from '../../broker/log/append.ts';
import { createCheckpointer } from '../../broker/log/checkpointer.ts';
import { isoTime } from '../../broker/log/entry.ts';
import { exportDirectory } from '../../broker/log/export-directory.ts';
import { verifyStore } from '../../broker/log/verify-store.ts';
import { createSqliteFile, openSqliteReader, openSqliteStore } from '../../broker/store/sqlite.ts';
import type { Transaction } from '../../broker/store/store.ts';
import { policySetDigest, requestDetails, textDigest } from '../../shared/log-digests.ts';
import { formatVerifierKey, parseVerifierKey } from '../../shared/signed-note.ts';
import { signedBy } from '../support/log-signer.ts';
import { ORIGIN } from '../support/test-log.ts';

const { values } = parseArgs({ options: { entries: { type: 'string', default: '1000000' } } });
const entries = Number(values.entries);
const ENTRIES_OF_A_REQUEST = 4;
const POLICY = 'project: shop\n';
const POLICY_DIGEST = textDigest(POLICY);
const SET_DIGEST = policySetDigest([{ file: 'shop.yaml', digest: POLICY_DIGEST }]);

const directory = mkdtempSync(join(tmpdir(), 'buildpass-long-'));
const [path, exported] = [join(directory, 'buildpass.db'), join(directory, 'log')];
const { privateKey } = generateKeyPairSync('ed25519');
const key = formatVerifierKey(ORIGIN, createPublicKey(privateKey));
const append = createAppend(systemEntropy);

/** A request as it usually goes: permitted, issued, returned. */
async function tell(tx: Transaction, number: number): Promise<void> {
  const [id, grantId, issuanceId, leaseId] = (['req', 'grt', 'iss', 'lse'] as const).map((kind) =>
    newId(kind, systemEntropy),
  ) as [string, string, string, string];
  const ask = { request_id: id, project: 'shop', entitlement: 'deploy' };
  const run = { run_id: String(number), run_attempt: '1' };
  const subject = {
    ...{ issuer: 'github', repository: 'octo-org/octo-repo', repository_id: '456789', repository_owner_id: '123456' },
    ...{
      ref: 'refs/heads/main',
      sha: textDigest(String(number)).slice(0, 40),
      environment: 'production',
      event_name: 'push',
    },
    ...{
      workflow_ref: 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main',
      job_workflow_ref: 'octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main',
    },
    ...{ ...run, check_run_id: String(number), runner_environment: 'github-hosted' },
  };
  const details = {
    origin: 'job',
    requester: null,
    job_key: textDigest(String(number)),
    parameters: '[null,null,null]',
    decision: '{}',
    subject: JSON.stringify({ ...subject, claims: subject }),
  };
  const { now } = tx;
  const end = now + 600_000;
  await tx.requests.insert({
    id,
    ...details,
    origin: 'job',
    ...{ issuer: 'github', repository_id: '456789', project: 'shop', entitlement: 'deploy' },
    state: 'issued',
    policy_digest: POLICY_DIGEST,
    repeats: 0,
    created_at: now,
    updated_at: now,
  });
  await tx.grants.replace({
    id: grantId,
    request_id: id,
    issuance_id: issuanceId,
    lease_id: leaseId,
    rule: 0,
    ttl: 600,
    policy_digest: POLICY_DIGEST,
    set_digest: SET_DIGEST,
    made_at: now,
    expires_at: now + 60_000,
    redeemed_at: now,
    ended_by: null,
  });
  await tx.issuances.insert({
    id: issuanceId,
    request_id: id,
    grant_id: grantId,
    lease_id: leaseId,
    kind: 'jwt',
    state: 'succeeded',
    started_at: now,
    ended_at: now,
  });
  await tx.leases.insert({
    id: leaseId,
    issuance_id: issuanceId,
    request_id: id,
    job_key: details.job_key,
    kind: 'jwt',
    state: 'returned',
    revocation: 'at-expiry',
    issued_at: now,
    ends_at: end,
    upstream_expires_at: end,
    sealed_handle: null,
    key_id: null,
    check_run_id: null,
    revoked_at: null,
  });
  const personal = { requester: '74', requester_name: 'mona' };
  await append(tx, {
    type: 'request.decided',
    fields: {
      ...ask,
      ...subject,
      decision: 'permit',
      policy_digest: POLICY_DIGEST,
      organization_digest: null,
      rule: 0,
      ttl: 600,
      grant_id: grantId,
      grant_expires_at: isoTime(now + 60_000),
    },
    personal: { ...personal, details: requestDetails(details) },
  });
  const issuance = { ...ask, issuance_id: issuanceId, lease_id: leaseId, kind: 'jwt' };
  await append(tx, {
    type: 'issuance.started',
    fields: { ...issuance, grant_id: grantId, policy_digest: POLICY_DIGEST, rule: 0, ...run },
  });
  const ends = { ends_at: isoTime(end), upstream_expires_at: isoTime(end) };
  await append(tx, {
    type: 'issuance.succeeded',
    fields: {
      ...issuance,
      ...subject,
      policy_digest: POLICY_DIGEST,
      rule: 0,
      approvals: [],
      assurance: 'automated',
      fingerprint: textDigest(issuanceId),
      revocation: 'at-expiry',
      ...ends,
    },
    personal,
  });
  const { kind: _kind, ...lease } = issuance;
  await append(tx, {
    type: 'lease.returned',
    fields: { ...lease, revocation: 'at-expiry', upstream_expires_at: ends.upstream_expires_at },
  });
}

async function make(): Promise<void> {
  createSqliteFile(path);
  let now = 1_790_000_000_000;
  const store = await openSqliteStore({ path, clock: { now: () => ++now } });
  store.guard(createCheckpointer({ origin: ORIGIN, ...signedBy(privateKey), tip: { size: 0, edge: '' } }));
  await store.commit(async (tx) => {
    const document = { file: 'shop.yaml', text: POLICY, digest: POLICY_DIGEST, project: 'shop' };
    await tx.policies.keep([document], tx.now);
    await tx.policies.putInForce({ digest: SET_DIGEST, members: [document], at: tx.now });
    await append(tx, {
      type: 'policy.changed',
      fields: {
        project: 'shop',
        file: 'shop.yaml',
        policy_digest: document.digest,
        previous_digest: null,
        set_digest: SET_DIGEST,
      },
    });
  });
  for (let number = 0; number < entries / ENTRIES_OF_A_REQUEST; number += 1)
    await store.commit((tx) => tell(tx, number));
  await store.close();
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const result = await act();
  const { user, system } = process.cpuUsage(cpu);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  const spent = `${seconds((user + system) / 1000)} of a processor, most memory so far ${memory} MiB`;
  console.log(`${what}: ${seconds(performance.now() - started)}, ${spent}`);
  return result;
}

/** As an auditor does; the process says itself what it took. */
function verifyElsewhere(): void {
  const said = `const { user, system } = process.cpuUsage();
    console.error((user + system) / 1e6 + ' s of a processor, ' + Math.round(process.resourceUsage().maxRSS / 1024) + ' MiB');`;
  const preload = `data:text/javascript,process.on('exit', () => { ${encodeURIComponent(said)} })`;
  const words = ['--import', preload, 'broker/verifier/main.ts', exported, '--key', key];
  const started = performance.now();
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
  console.log(`verifying the directory: ${seconds(performance.now() - started)}, exit ${status}`);
}

await timed(`making ${entries} entries`, make);
const reader = openSqliteReader({ path, clock: { now: () => 0 } });
await timed('exporting', () => reader.read((tx) => exportDirectory(tx, { directory: exported, keys: [] })));
verifyElsewhere();
const report = await timed('verifying the store', () =>
  reader.read((tx) => verifyStore(tx, { verifiers: [parseVerifierKey(key)], earlier: [] })),
);
await reader.close();
console.log(report);
rmSync(directory, { recursive: true });
